// Peers that say what no client says: each costs itself only. A canary sings through all of it.
#include <doctest/doctest.h>

#include "tests/support/nats_client.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/system/party.hpp"
#include "tests/system/siege.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

// All that comes until the peer closes or the deadline, and whether it closed.
std::pair<std::string, bool> all_of(Socket& socket, std::chrono::milliseconds patience = kPatience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::string all;
    while (true) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        const auto bytes = socket.receive(std::max(left, 0ms));
        if (!bytes) return {all, false};
        if (bytes->empty()) return {all, true};
        all += *bytes;
    }
}

// A WebSocket that says `bytes` below the protocol: the code of the Close that answers, 1006 for a reset.
int close_code_for(const BrokerProcess& broker, std::string_view bytes, bool logged_in) {
    StompClient client(broker.port());
    if (logged_in) client.logs_in(token_for("mallory"));
    until_refused([&] { client.raw_bytes(bytes); });
    try {
        const auto close = client.sees_close();
        return close ? close->code : 0;
    } catch (const SocketError&) {
        return 1006;
    }
}

// STOMP octets as the first message or after login: the ERROR's code and the close.
struct Answer {
    std::string code;
    int close = 0;
};
Answer answer_to(StompClient& client, std::string_view octets) {
    client.raw_text(octets);
    Answer answer;
    while (const auto frame = client.sees())
        if (frame->command == "ERROR") answer.code = frame->header("code").value_or("none");
    if (const auto close = client.sees_close(0ms)) answer.close = close->code;
    return answer;
}

}  // namespace

TEST_CASE("lengths that lie: too long, wrapping, not the shortest") {
    Siege siege;
    const BrokerProcess& broker = siege.broker;
    const std::uint64_t n = 100;
    const std::string first = std::string("\x01\xe4\0\0\0\0", 6) + std::string(n, 'x');  // FIN=0, n octets
    const struct {
        const char* what;
        std::string bytes;
        int code;
    } table[] = {
        {"10 MB in one frame", frame_head(0x81, 10'000'000) + std::string(10'000'000, 'x'), 1009},
        {"2^63", frame_head(0x81, 1ULL << 63U), 1002},
        {"2^63 - 1", frame_head(0x81, (1ULL << 63U) - 1), 1009},
        {"a continuation of 2^64 - n", first + frame_head(0x80, 0 - n), 1002},
        {"a continuation of 2^63 - 1", first + frame_head(0x80, (1ULL << 63U) - 1), 1009},
        {"5 octets in the 64-bit form", frame_head(0x81, 5) + "hello", 1002},
        {"a reserved opcode", std::string("\x83\x80\0\0\0\0", 6), 1002},
        {"an unmasked frame", std::string("\x81\x05hello", 7), 1002},
        {"a ping of 126 octets", std::string("\x89\xfe\0\x7e\0\0\0\0", 8) + std::string(126, 'x'), 1002},
        {"a continuation of nothing", std::string("\x80\x81\0\0\0\0x", 7), 1002},
    };
    for (const auto& row : table)
        for (const bool logged_in : {false, true}) {
            CAPTURE(row.what);
            CAPTURE(logged_in);
            CHECK(close_code_for(broker, row.bytes, logged_in) == row.code);
        }
    CHECK(siege.growth() < 8 * kMiB);
    CHECK(siege.outcome() == "");
}

TEST_CASE("10 MB in fragments and in STOMP frames go no further than their limits") {
    Siege siege;
    const BrokerProcess& broker = siege.broker;
    for (const bool logged_in : {false, true}) {
        CAPTURE(logged_in);
        StompClient fragments(broker.port());
        StompClient stomp(broker.port());
        if (logged_in) {
            fragments.logs_in(token_for("mallory"));
            stomp.logs_in(token_for("mallory"));
        }
        until_refused([&] {
            fragments.socket().sends_frame(Opcode::kText, false, "x");
            for (int i = 0; i < 10'000; ++i)
                fragments.socket().sends_frame(Opcode::kContinuation, false, std::string(1000, 'x'));
        });
        // Each WebSocket message is small, the STOMP frame in them is not.
        until_refused([&] {
            stomp.raw_text("SEND\ndestination:/topic/open/a\n\n");
            for (int i = 0; i < 1'000; ++i) stomp.raw_text(std::string(10'000, 'x'));
        });
        CHECK(fragments.sees_close().value().code == 1009);
        CHECK(stomp.sees_close().value().code == 1009);
    }
    CHECK(siege.growth() < 8 * kMiB);
    CHECK(siege.outcome() == "");
}

TEST_CASE("before CONNECT nothing is taken but CONNECT") {
    Siege siege;
    const BrokerProcess& broker = siege.broker;
    StompClient listener = enters(broker, {"listener"});
    REQUIRE(listener.subscribes("/topic/open/a").command == "RECEIPT");
    for (const std::string frame :
         {"SEND\ndestination:/topic/open/a\n\nsmuggled", "SUBSCRIBE\nid:1\ndestination:/topic/open/a\n\n",
          "BEGIN\ntransaction:1\n\n", "DISCONNECT\n\n", "ACK\nid:1\n\n", "HELLO\n\n",
          "GET / HTTP/1.1\r\n\r\n",
          "MESSAGE\nsubscription:1\nmessage-id:1\ndestination:/topic/open/a\n\nsmuggled"}) {
        CAPTURE(frame);
        StompClient stranger(broker.port());
        const Answer answer = answer_to(stranger, frame + std::string(1, '\0'));
        CHECK(answer.code == "protocol-error");
        CHECK(answer.close == 1002);
    }
    StompClient twice(broker.port());
    twice.logs_in(token_for("mallory"));
    const Answer answer = answer_to(twice, std::string("CONNECT\naccept-version:1.2\nhost:x\n\n\0", 38));
    CHECK(answer.code == "protocol-error");
    twice.vanishes();
    CHECK(listener.everything_so_far().empty());
    listener.vanishes();
    CHECK(siege.outcome() == "");
}

TEST_CASE("frames over a limit are told which, and nothing of them is delivered") {
    Siege siege;
    const BrokerProcess& broker = siege.broker;
    StompClient listener = enters(broker, {"listener"});
    REQUIRE(listener.subscribes("/topic/open/a").command == "RECEIPT");
    const std::string send = "SEND\ndestination:/topic/open/a\n";
    const std::string nul(1, '\0');
    std::string many = send;
    for (int i = 0; i < 70; ++i) many += "h" + std::to_string(i) + ":1\n";
    std::string heavy = send;
    for (int i = 0; i < 5; ++i) heavy += "h" + std::to_string(i) + ":" + std::string(8000, 'x') + "\n";
    const struct {
        const char* what;
        std::string octets;
        const char* code;
        int close;
    } table[] = {
        {"a command of 33", std::string(33, 'A') + "\n\n" + nul, "", 0},
        {"70 headers", many + "\n" + nul, "message-too-large", 1009},
        {"a header of 9,000", send + "h:" + std::string(9000, 'x') + "\n\n" + nul, "message-too-large", 1009},
        {"40,000 in headers", heavy + "\n" + nul, "message-too-large", 1009},
        {"a body over its limit", send + "\n" + std::string(257 * 1024, 'x') + nul, "message-too-large",
         1009},
        {"content-length 2^31", send + "content-length:2147483648\n\nx" + nul, "message-too-large", 1009},
        {"content-length 2^63", send + "content-length:9223372036854775808\n\nx" + nul, "", 0},
        {"content-length -1", send + "content-length:-1\n\nx" + nul, "protocol-error", 1002},
        {"content-length 1e3", send + "content-length:1e3\n\nx" + nul, "protocol-error", 1002},
        {"content-length too short", send + "content-length:1\n\nxyz" + nul, "protocol-error", 1002},
        {"an undefined escape", send + "h:a\\tb\n\n" + nul, "protocol-error", 1002},
        {"no colon", send + "h\n\n" + nul, "protocol-error", 1002},
        {"a NUL in a header", send + "h:a" + nul + "b\n\n" + nul, "protocol-error", 1002},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        StompClient client(broker.port());
        client.logs_in(token_for("mallory"));
        const Answer answer = answer_to(client, row.octets);
        if (*row.code) CHECK(answer.code == row.code);
        CHECK(answer.code != "");
        if (row.close) CHECK(answer.close == row.close);
        CHECK(answer.close >= 1002);
    }
    for (const auto& frame : listener.everything_so_far()) FAIL_CHECK(text_of(frame));
    listener.vanishes();
    CHECK(siege.outcome() == "");
}

TEST_CASE("what is not WebSocket, nor HTTP, ends with a refusal or a close") {
    Siege siege;
    const BrokerProcess& broker = siege.broker;
    const struct {
        const char* what;
        std::string bytes;
    } table[] = {
        {"garbage", std::string("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 11) + std::string(5000, '\xff')},
        {"STOMP without HTTP", std::string("CONNECT\naccept-version:1.2\n\n\0", 29) + "\r\n\r\n"},
        {"a head without end", "GET /ws HTTP/1.1\r\n" + std::string(100'000, 'a')},
        {"1,900 headers", "GET /ws HTTP/1.1\r\nHost: x\r\n" +
                              [] {
                                  std::string lines;
                                  for (int i = 0; i < 1900; ++i) lines += "a: b\r\n";
                                  return lines;
                              }() +
                              "\r\n"},
        {"two lengths", "POST /ws/info HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello"},
        {"a length that is none", "POST /ws/info HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n"},
        {"length and chunks",
         "POST /ws/info HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n"},
        {"a NUL in a header", std::string("GET /ws/info HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 43)},
        {"an old WebSocket",
         "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"},
        {"a key that is none",
         "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n"},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        Socket socket = Socket::connect(broker.port());
        until_refused([&] { socket.send(row.bytes); });
        const auto [answer, closed] = all_of(socket);
        CHECK(closed);
        CHECK((answer.empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 5")));
    }
    CHECK(siege.outcome() == "");
}

TEST_CASE("a line break in a destination or header reaches neither NATS nor another frame") {
    const NatsServer nats;
    auto options = open_to_strangers();
    options.nats_url = nats.url();
    BrokerProcess broker(options);
    NatsClient bus(nats.port());
    bus.subscribes(">");
    StompClient admin = enters(broker, {"admin", {}, {"admin"}});
    StompClient listener = enters(broker, {"listener"});
    REQUIRE(listener.subscribes("/topic/open/**").command == "RECEIPT");
    for (const std::string destination :
         {"/topic/business.x\r\nPUB admin.secret 1", "/topic/business.user.login 5\r\nhello\r\nPUB x",
          "/topic/open/a\nb", "/topic/open/a\tb", "/topic/open/a b\r", "/user/bob\n/queue/open"}) {
        CAPTURE(destination);
        CHECK(admin.sends_and_waits(destination, "evil").header("code") == "message-invalid");
        CHECK(admin.subscribes(destination).header("code") == "subscribe-failed");
    }
    // In a header of the client's own it is lawful, and stays within its header.
    const std::string value = "a\nb:c\r\n\nMESSAGE\nd\\e";
    CHECK(admin.sends_and_waits("/topic/open/a", std::string("x\0MESSAGE\n\ny", 12), {{"mine", value}})
              .command == "RECEIPT");
    const auto message = listener.sees().value();
    CHECK(message.header("mine") == value);
    CHECK(message.body == std::string("x\0MESSAGE\n\ny", 12));
    CHECK(listener.everything_so_far().empty());
    for (const auto& event : bus.everything_so_far())
        if (!event.subject.starts_with("$JS.API."))  // the broker looks for streams
            CHECK(event.subject == "business.user.login");
}
