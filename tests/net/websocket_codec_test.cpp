#include <doctest/doctest.h>

#include "tests/net/codec_peer.hpp"

using namespace causeway;
using namespace causeway::net;
namespace client = websocket_client;

TEST_CASE("the handshake answers with the accept value of RFC 6455 section 1.3") {
    Peer peer;
    REQUIRE(peer.codec->open(client::upgrade()));
    CHECK(peer.log.lines == Lines{"output", "open:"});
    CHECK(peer.log.output.substr(0, 12) == "HTTP/1.1 101");
    CHECK(peer.log.output.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") !=
          std::string::npos);
    CHECK(peer.log.output.find("Sec-WebSocket-Protocol") == std::string::npos);
    CHECK(peer.log.output.find("Server") == std::string::npos);
    CHECK(peer.log.output.substr(peer.log.output.size() - 4) == "\r\n\r\n");
}

TEST_CASE("the sub-protocol is chosen among the offers, and an unknown offer is no error") {
    const struct {
        std::vector<std::string> offers;
        std::string chosen;
    } rows[] = {{{"v11.stomp", "v12.stomp"}, "v12.stomp"}, {{"wss", "ws"}, ""}, {{}, ""}};
    for (const auto& row : rows) {
        Peer peer;
        REQUIRE(peer.codec->open(client::upgrade(row.offers)));
        CHECK(peer.log.lines.back() == "open:" + row.chosen);
        const bool answered =
            peer.log.output.find("Sec-WebSocket-Protocol: v12.stomp\r\n") != std::string::npos;
        CHECK(answered == !row.chosen.empty());
    }
}

TEST_CASE("a sub-protocol that was not offered is never chosen") {
    WebSocketEndpoint endpoint([](const std::vector<std::string>&) { return std::string("evil\r\nX: y"); });
    Log log;
    WebSocketCodec codec(endpoint, log, 1024);
    REQUIRE(codec.open(client::upgrade({"v12.stomp"})));
    CHECK(log.lines.back() == "open:");
    CHECK(log.output.find("evil") == std::string::npos);
}

TEST_CASE("messages, fragments and control frames survive a cut at every octet") {
    const std::string long_text(300, 'x');
    const std::string bytes = client::text("hello") + client::frame(client::kText, "\xe4\xbd") +
                              client::frame(client::kFinal | client::kPing, "p") +
                              client::frame(client::kFinal | client::kContinuation, "\xa0!") +
                              client::frame(client::kFinal | client::kBinary, std::string("\0\xff", 2)) +
                              client::frame(client::kFinal | client::kPong, "q") + client::text(long_text) +
                              client::close(1000, "bye");
    const Lines expected = {
        "text:hello",        "output", "text:\xe4\xbd\xa0!", "binary:" + std::string("\0\xff", 2), "pong:q",
        "text:" + long_text, "output", "closed:1000"};
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        Peer peer;
        peer.opened();
        peer.says(std::string_view(bytes).substr(0, cut));
        peer.says(std::string_view(bytes).substr(cut));
        CHECK(peer.log.lines == expected);
    }
    Peer dripped;
    dripped.opened();
    for (const char& octet : bytes) dripped.says({&octet, 1});
    CHECK(dripped.log.lines == expected);
    CHECK(dripped.log.output == "\x8a\x01p" + std::string("\x88\x05\x03\xe8", 4) + "bye");
}

TEST_CASE("ping() sends an unmasked ping and the pong comes back with its payload") {
    Peer peer;
    peer.opened().codec->ping("17");
    CHECK(peer.log.output ==
          "\x89\x02"
          "17");
    peer.says(client::frame(client::kFinal | client::kPong, "17"));
    CHECK(peer.log.lines == Lines{"output", "pong:17"});
}

TEST_CASE("however often we ping, the pongs are no flood") {
    Peer peer;
    peer.opened();
    for (int i = 0; i < 500; ++i) {
        peer.codec->ping("17");
        peer.says(client::frame(client::kFinal | client::kPong, "17"));
    }
    CHECK(peer.log.count("pong:17") == 500);
    CHECK(peer.codec->is_open());
}

TEST_CASE("a peer's Close is answered with its code") {
    const struct {
        std::string frame;
        int sent;
        int told;
    } rows[] = {
        {client::close(1000), 1000, 1000},
        {client::close(4999, "mine"), 4999, 4999},
        {client::frame(client::kFinal | client::kClose, ""), 1000, 1005},
        {client::close(999), 1002, 1002},
        {client::close(1005), 1002, 1002},
        {client::close(1006), 1002, 1002},
        {client::close(2000), 1002, 1002},
        {client::close(5000), 1002, 1002},
        {client::frame(client::kFinal | client::kClose, "x"), 1002, 1002},
        {client::close(1000, "\xff"), 1002, 1002},
    };
    for (const auto& row : rows) {
        CAPTURE(row.sent);
        Peer peer;
        peer.opened().says(row.frame + client::text("after"));
        CHECK(peer.log.close_code() == row.sent);
        CHECK(peer.log.lines == Lines{"output", "closed:" + std::to_string(row.told)});
    }
}

TEST_CASE("close() makes a frame that may be sent") {
    const std::string three = "\xe4\xbd\xa0";
    std::string reason(122, 'r');
    const struct {
        int code;
        std::string reason;
        int sent;
        std::string sent_reason;
    } rows[] = {
        {4101, "token expired", 4101, "token expired"},
        {1005, "", 1011, ""},
        {1006, "x", 1011, "x"},
        {0, "", 1011, ""},
        {70'000, "", 1011, ""},
        {1000, reason + three, 1000, reason},
        {1000, std::string(500, 'y'), 1000, std::string(123, 'y')},
        {1000, "\xff", 1000, ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.code);
        Peer peer;
        peer.opened().codec->close(row.code, row.reason);
        CHECK(peer.log.close_code() == row.sent);
        CHECK(peer.log.output.substr(4) == row.sent_reason);
        peer.codec->close(1000, "again");
        peer.codec->ping("late");
        CHECK(peer.log.lines == Lines{"output"});
    }
}

TEST_CASE("a codec may be destroyed within every callback, and then is silent") {
    const std::string bytes = client::text("a") + client::frame(client::kFinal | client::kPing, "b") +
                              client::frame(client::kFinal | client::kPong, "c") + client::close(1000);
    for (std::size_t step = 1; step <= 6; ++step) {
        CAPTURE(step);
        Peer peer;
        peer.log.then = [&](const std::string&) {
            if (peer.log.lines.size() == step) peer.codec.reset();
        };
        peer.codec->open(client::upgrade());
        if (peer.codec) peer.says(bytes);
        CHECK(peer.log.lines.size() == step);
        CHECK(peer.codec == nullptr);
    }
}

TEST_CASE("a close called from a callback ends delivery at once") {
    Peer peer;
    peer.opened();
    peer.log.then = [&](const std::string& line) {
        if (line == "text:a") peer.codec->close(1008, "no");
    };
    peer.says(client::text("a") + client::text("b") + client::close(1000));
    CHECK(peer.log.lines == Lines{"text:a", "output", "closed:1008"});
}

TEST_CASE("a codec that was never opened can go") {
    Peer peer;
    peer.says("anything");
    peer.codec->close(1000, "");
    peer.codec.reset();
    CHECK(peer.log.lines.empty());
}
