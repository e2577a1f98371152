// Peers that take and do not give: stalled readers, silent sockets, slow heads, all the descriptors. Bounded,
// told, and nobody else's loss.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "tests/system/canary.hpp"
#include "tests/system/party.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMiB = 1U << 20U;

BrokerProcess::Options open_to_strangers() {
    auto options = unhurried();
    options.set.push_back("limits.connections_per_address=0");
    return options;
}

// How many of the sockets the peer has ended.
std::size_t ended(std::vector<Socket>& sockets) {
    std::size_t count = 0;
    for (auto& socket : sockets) {
        if (socket.descriptor() >= 0) {
            std::optional<std::string> bytes;
            while ((bytes = socket.receive(0ms)) && !bytes->empty()) {
            }
            if (!bytes) continue;
            socket.close();
        }
        ++count;
    }
    return count;
}

Socket upgraded(std::uint16_t port) {
    Socket socket = Socket::connect(port);
    socket.send(
        "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
        "13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    const auto answer = socket.receive();
    if (!answer || !answer->starts_with("HTTP/1.1 101"))
        throw SocketError("not upgraded: " + answer.value_or(""));
    return socket;
}

// For the sockets of this test itself.
void allow_descriptors(rlim_t count) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min(limit.rlim_max, std::max(limit.rlim_cur, count));
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

TEST_CASE("a reader that stalls is ended within its limit; the others get everything") {
    auto options = open_to_strangers();
    options.set.push_back("limits.outgoing_bytes=256KiB");
    BrokerProcess broker(options);
    Canary canary(broker);
    constexpr int kStalled = 8;
    std::vector<StompClient> stalled;
    for (int i = 0; i < kStalled; ++i) {
        stalled.push_back(
            enters(broker, {"stalled" + std::to_string(i), {}, {}, StompClient::Wire::kWebSocket, 4096}));
        REQUIRE(stalled.back().subscribes("/topic/open/flood").command == "RECEIPT");
    }
    StompClient publisher = enters(broker, {"publisher"});
    StompClient reader = enters(broker, {"reader"});
    REQUIRE(reader.subscribes("/topic/open/flood").command == "RECEIPT");
    const auto before = broker.process().stats();
    std::uint64_t most = 0;

    const std::string body(32 * 1024, 'x');
    constexpr int kMessages = 600;  // 19 MiB
    for (int i = 0; i < kMessages; ++i) {
        publisher.sends("/topic/open/flood", std::to_string(i) + body);
        REQUIRE(reader.sees_body() == std::to_string(i) + body);
        if (i % 50 == 0) most = std::max(most, broker.process().stats().rss_bytes);
    }
    CHECK(broker.metric("causeway_connections_closed_total{reason=\"slow_consumer\"}") == kStalled);
    CHECK(eventually(
        [&] { return broker.process().stats().descriptors <= before.descriptors - kStalled + 1; }));
    if (!sanitized(broker)) CHECK(most < before.rss_bytes + 8 * kMiB);
    CHECK(canary.stop() == "");
    // Each is told if it reads after all; else the reset says it.
    for (auto& each : stalled) {
        int code = 1006;
        try {
            code = each.sees_close().value().code;
        } catch (const SocketError&) {
        }
        CHECK((code == 4103 || code == 1006));
    }
}

TEST_CASE("a reader that stalls below the limit of bytes is ended by the limit of time") {
    auto options = open_to_strangers();
    options.set.push_back("limits.outgoing_age=300ms");
    BrokerProcess broker(options);
    StompClient stalled = enters(broker, {"stalled", {}, {}, StompClient::Wire::kWebSocket, 4096});
    REQUIRE(stalled.subscribes("/topic/open/flood").command == "RECEIPT");
    StompClient publisher = enters(broker, {"publisher"});
    const std::string body(64 * 1024, 'x');
    const auto queued = [&] { return broker.metric("causeway_outbound_queue_bytes") > 100'000; };
    for (int i = 0; i < 200 && !queued(); ++i)
        CHECK(publisher.sends_and_waits("/topic/open/flood", body).command == "RECEIPT");
    REQUIRE(queued());
    CHECK(eventually(
        [&] { return broker.metric("causeway_connections_closed_total{reason=\"slow_consumer\"}") == 1; }));
}

TEST_CASE("a thousand silent sockets are gone after the deadlines; who has a token comes in meanwhile") {
    allow_descriptors(4096);
    auto options = open_to_strangers();
    options.set.push_back("limits.connect_timeout=4s");
    options.wrapper = {"prlimit", "--nofile=4096"};
    BrokerProcess broker(options);
    Canary canary(broker);
    const auto before = broker.process().stats();
    std::vector<Socket> silent;
    for (int i = 0; i < 500; ++i) {
        silent.push_back(Socket::connect(broker.port()));  // not even HTTP
        silent.push_back(upgraded(broker.port()));         // no CONNECT
    }
    CHECK(eventually([&] { return broker.process().stats().descriptors >= before.descriptors + 500; }));
    for (int i = 0; i < 5; ++i) {
        StompClient alice = enters(broker, {"alice"});
        CHECK(alice.subscribes("/topic/open/a").command == "RECEIPT");
    }
    if (!sanitized(broker)) CHECK(broker.process().stats().rss_bytes < before.rss_bytes + 1000 * 40 * 1024);
    CHECK(eventually([&] { return ended(silent) == silent.size(); }));
    CHECK(eventually([&] { return broker.process().stats().descriptors <= before.descriptors; }));
    CHECK(canary.stop() == "");
}

TEST_CASE("strangers of one address are limited, and do not keep out who is in") {
    auto options = unhurried();
    options.set.push_back("limits.connections_per_address=20");
    BrokerProcess broker(options);
    Canary canary(broker);
    std::vector<Socket> silent;
    for (int i = 0; i < 60; ++i) silent.push_back(Socket::connect(broker.port()));
    CHECK(eventually([&] { return ended(silent) >= 40; }));
    CHECK(canary.sings());
    silent.clear();
    CHECK(eventually([&] {
        try {
            return enters(broker, {"alice"}).sends_and_waits("/topic/open/a", "in").command == "RECEIPT";
        } catch (const std::exception&) {
            return false;
        }
    }));
    CHECK(canary.stop() == "");
}

TEST_CASE("heads, bodies and frames that drip are cut at an absolute deadline") {
    auto options = open_to_strangers();
    options.set.push_back("limits.connect_timeout=1s");
    BrokerProcess broker(options);
    Canary canary(broker);
    const auto before = broker.process().stats().descriptors;
    std::vector<Socket> dripping;
    for (int i = 0; i < 50; ++i) {
        dripping.push_back(Socket::connect(broker.port()));
        dripping.back().send("GET /ws HTTP/1.1\r\nHost: x\r\nX-Slow: ");
        dripping.push_back(upgraded(broker.port()));
        dripping.back().send(std::string("\x81\xfe\x10\0\0\0\0\0", 8));  // 4096 octets are to come
    }
    const auto drip = [&] {
        for (auto& socket : dripping) try {
                if (socket.descriptor() >= 0) socket.send("a", 0ms);
            } catch (const SocketError&) {
            }
        (void)throughout(20ms, [] { return true; });
        return ended(dripping) == dripping.size();
    };
    CHECK(eventually(drip));
    CHECK(eventually([&] { return broker.process().stats().descriptors <= before; }));
    CHECK(canary.stop() == "");
}

TEST_CASE("out of descriptors the broker rests, serves who is in, and takes up again when some are free") {
    auto options = open_to_strangers();
    options.wrapper = {"prlimit", "--nofile=200"};
    options.set.push_back("limits.connect_timeout=60s");
    BrokerProcess broker(options);
    Canary canary(broker);
    StompClient alice = enters(broker, {"alice"});
    std::vector<Socket> sockets;
    for (int i = 0; i < 300; ++i) sockets.push_back(Socket::connect(broker.port()));
    (void)broker.process().wait_for_line("accept: ");

    const auto lines = [&] {
        std::istringstream log(broker.log());
        int count = 0;
        for (std::string line; std::getline(log, line);) count += line.find("accept: ") != std::string::npos;
        return count;
    };
    const auto cpu = broker.process().stats().cpu;
    const int lines_before = lines();
    // Two seconds: the canary is in them, too, so more than what rest costs is allowed for.
    CHECK(throughout(2s, [&] { return broker.process().running(); }));
    CHECK(lines() - lines_before <= 10);
    if (!sanitized(broker)) CHECK(broker.process().stats().cpu - cpu < 700ms);
    CHECK(canary.sings());
    // The store still commits, and the operator gets in on a descriptor kept for that.
    CHECK(broker.admin_get("/livez").status == 200);
    CHECK(alice.sends_and_waits("/app/private-message", private_message("bob", "hi")).command == "RECEIPT");

    sockets.clear();
    CHECK(eventually([&] {
        try {
            return enters(broker, {"late"}).sends_and_waits("/topic/open/a", "in").command == "RECEIPT";
        } catch (const std::exception&) {
            return false;
        }
    }));
    CHECK(canary.stop() == "");
}
