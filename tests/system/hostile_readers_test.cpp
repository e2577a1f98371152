// Readers that do not read, or hardly: bounded each for itself and all together, and whoever makes progress
// stays.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include "tests/system/party.hpp"
#include "tests/system/siege.hpp"
#include "tests/system/tls_visitor.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kSlowConsumers = "causeway_connections_closed_total{reason=\"slow_consumer\"}";

StompClient sluggish(const Siege& siege, const std::string& user) {
    return enters(siege.broker, {user, {}, {}, StompClient::Wire::kWebSocket, 4096});
}

void subscribes(TlsVisitor& visitor, const std::string& destination) {
    visitor.says_stomp("SUBSCRIBE\nid:1\nreceipt:r\ndestination:" + destination);
    REQUIRE(visitor.hears("receipt-id:r").find("RECEIPT") != std::string::npos);
}

}  // namespace

TEST_CASE("readers that stall are ended within their limit, over TLS too; the others get everything") {
    Siege siege(open_to_strangers({"limits.outgoing_bytes=256KiB"}), Siege::Tls::kOn);
    constexpr int kStalled = 8;  // of each kind
    std::vector<StompClient> plain;
    std::vector<std::unique_ptr<TlsVisitor>> sealed;
    for (int i = 0; i < kStalled; ++i) {
        plain.push_back(sluggish(siege, "plain" + std::to_string(i)));
        REQUIRE(plain.back().subscribes("/topic/open/flood").command == "RECEIPT");
        sealed.push_back(std::make_unique<TlsVisitor>(siege.tls_port(), TlsPeer::Options{}, 4096));
        sealed.back()->logs_in("sealed" + std::to_string(i));
        subscribes(*sealed.back(), "/topic/open/flood");
    }
    StompClient publisher = enters(siege.broker, {"publisher"});
    StompClient reader = enters(siege.broker, {"reader"});
    REQUIRE(reader.subscribes("/topic/open/flood").command == "RECEIPT");

    const std::string body(32 * 1024, 'x');
    const int messages = sized(600, 3200);  // 19 MiB, 100 MiB
    for (int i = 0; i < messages; ++i) {
        publisher.sends("/topic/open/flood", std::to_string(i) + body);
        REQUIRE(reader.sees_body() == std::to_string(i) + body);
    }
    CHECK(siege.broker.metric(kSlowConsumers) == 2 * kStalled);
    CHECK(siege.growth() < 12 * kMiB);
    // Each is told if it reads after all; else the reset says it.
    for (auto& each : plain) {
        int code = 1006;
        try {
            code = each.sees_close().value().code;
        } catch (const SocketError&) {
        }
        CHECK((code == 4103 || code == 1006));
    }
    for (auto& each : sealed) CHECK(each->sees_end());
    plain.clear();
    sealed.clear();
    reader.vanishes();
    publisher.vanishes();
    CHECK(siege.outcome() == "");
}

TEST_CASE("a reader that stalls below the limit of bytes is ended by the limit of time") {
    Siege siege(open_to_strangers({"limits.outgoing_age=300ms"}));
    StompClient stalled = sluggish(siege, "stalled");
    REQUIRE(stalled.subscribes("/topic/open/flood").command == "RECEIPT");
    StompClient publisher = enters(siege.broker, {"publisher"});
    const std::string body(64 * 1024, 'x');
    const auto queued = [&] { return siege.broker.metric("causeway_outbound_queue_bytes") > 100'000; };
    for (int i = 0; i < 200 && !queued(); ++i)
        CHECK(publisher.sends_and_waits("/topic/open/flood", body).command == "RECEIPT");
    CHECK(eventually([&] { return siege.broker.metric(kSlowConsumers) == 1; }));
    stalled.vanishes();
    publisher.vanishes();
    CHECK(siege.outcome() == "");
}

TEST_CASE(
    "many stalled readers with messages of their own take no more together than limits.outgoing_total") {
    const int readers = sized(80, 1000);
    allow_descriptors(static_cast<std::size_t>(readers) + 200);
    const auto total = static_cast<std::uint64_t>(sized(16, 64));
    Siege siege(open_to_strangers(
        {"limits.outgoing_total=" + std::to_string(total) + "MiB", "limits.outgoing_age=1h"}));
    std::vector<StompClient> stalled;
    for (int i = 0; i < readers; ++i) {
        stalled.push_back(sluggish(siege, "stalled" + std::to_string(i)));
        REQUIRE(stalled.back().subscribes("/user/queue/open").command == "RECEIPT");
    }
    StompClient publisher = enters(siege.broker, {"publisher"});
    StompClient reader = enters(siege.broker, {"reader"});
    REQUIRE(reader.subscribes("/user/queue/open").command == "RECEIPT");
    const std::string body(64 * 1024, 'x');
    for (int round = 0; round < 16; ++round) {  // a MiB for each
        for (int i = 0; i < readers; ++i)
            publisher.sends("/user/stalled" + std::to_string(i) + "/queue/open", body);
        publisher.sends("/user/reader/queue/open", std::to_string(round));
        REQUIRE(reader.sees_body() == std::to_string(round));
    }
    CHECK(siege.broker.metric(kSlowConsumers) > 0);
    CHECK(siege.broker.metric("causeway_outbound_queue_bytes") <= static_cast<double>(total * kMiB));
    // A tenth more, and 12 KiB of a session's own for each.
    CHECK(siege.growth() <
          total * kMiB * 11 / 10 + 12 * kMiB + static_cast<std::uint64_t>(readers) * 12 * 1024);
    stalled.clear();
    reader.vanishes();
    publisher.vanishes();
    CHECK(siege.outcome() == "");
}

TEST_CASE("who reads slowly, but reads, stays and misses nothing") {
    // A socket of ours becomes writable again only when the peer has read 64 KiB: longer than the limit of
    // time.
    const auto age = std::chrono::milliseconds(sized(4'000, 10'000));
    const auto lasts = std::chrono::milliseconds(sized(6'000, 60'000));
    Siege siege(open_to_strangers({"limits.outgoing_age=" + std::to_string(age.count()) + "ms"}),
                Siege::Tls::kOn);
    StompClient plain = sluggish(siege, "plain");
    REQUIRE(plain.subscribes("/topic/open/slow").command == "RECEIPT");
    TlsVisitor sealed(siege.tls_port(), {}, 4096);
    sealed.logs_in("sealed");
    subscribes(sealed, "/topic/open/slow");
    StompClient publisher = enters(siege.broker, {"publisher"});
    const int messages = 40;
    for (int i = 0; i < messages; ++i)
        CHECK(publisher
                  .sends_and_waits("/topic/open/slow", std::to_string(i) + "|" + std::string(16 * 1024, 'x'))
                  .command == "RECEIPT");
    REQUIRE(siege.broker.metric("causeway_outbound_queue_bytes") > 0);

    std::string of_plain;
    std::string of_sealed;
    const auto sip = [&] {  // about 10 KiB a second of each
        std::string part(4096, '\0');
        const ssize_t count =
            ::recv(plain.socket().socket().descriptor(), part.data(), part.size(), MSG_DONTWAIT);
        if (count > 0) of_plain.append(part, 0, static_cast<std::size_t>(count));
        of_sealed += sealed.reads(4096);
        (void)throughout(400ms, [] { return true; });
        return true;
    };
    CHECK(throughout(lasts, sip));
    CHECK(siege.broker.metric(kSlowConsumers) == 0);
    const auto all_of_it = [&](const std::string& text) {
        for (int i = 0; i < messages; ++i)
            if (text.find("\n\n" + std::to_string(i) + "|") == std::string::npos) return false;
        return text.find_last_of('x') != std::string::npos;
    };
    while (!all_of_it(of_plain)) {
        const auto more = plain.socket().socket().receive();
        REQUIRE(more);
        REQUIRE(!more->empty());
        of_plain += *more;
    }
    while (!all_of_it(of_sealed)) {
        const std::string more = sealed.hears("x");
        REQUIRE(!more.empty());
        of_sealed += more;
    }
    plain.vanishes();
    sealed.socket().reset();
    publisher.vanishes();
    CHECK(siege.outcome() == "");
}
