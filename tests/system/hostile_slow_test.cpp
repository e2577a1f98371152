// Sockets that say nothing, or one octet at a time: cut at absolute deadlines, cheap until then, and nobody
// who has a token is kept out by them.
#include <doctest/doctest.h>

#include "tests/system/party.hpp"
#include "tests/system/siege.hpp"
#include "tests/system/tls_visitor.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kPlainBytes = 40 * 1024;
constexpr std::uint64_t kTlsBytes = 128 * 1024;

void sits_through(Siege& siege, std::vector<Socket>& sockets) {
    StompClient alice = enters(siege.broker, {"alice"});
    CHECK(alice.subscribes("/topic/open/a").command == "RECEIPT");
    alice.vanishes();
    CHECK(eventually([&] { return ended(sockets) == sockets.size(); }, std::chrono::minutes(2)));
    CHECK(siege.lets_go());
}

std::string client_hello() { return TlsPeer(TlsPeer::Options{}).sealed(); }

}  // namespace

TEST_CASE("silent sockets are gone after the deadlines and cost little; who has a token comes in meanwhile") {
    const std::size_t mine = allow_descriptors(24'000);
    const auto most = static_cast<std::size_t>(sized(500, 10'000));
    const std::size_t count = std::min(most, mine - 500);
    auto options = open_to_strangers({"limits.connect_timeout=3s", "tls.handshakes_per_second=0"});
    options.wrapper = {"prlimit", "--nofile=" + std::to_string(mine)};
    Siege siege(options, Siege::Tls::kOn);
    std::vector<Socket> silent;
    for (std::size_t i = 0; i < count; ++i) {
        if (is_long() && i % 2 == 0) continue;  // both kinds together would need twice the descriptors
        silent.push_back(connect_from(2 + static_cast<int>(i % 100), siege.port()));  // not even HTTP
        if (!is_long()) silent.push_back(upgraded(siege.port()));                     // no CONNECT
    }
    if (is_long())
        for (std::size_t i = 0; i < count / 2; ++i) silent.push_back(upgraded(siege.port()));
    const std::size_t plain = silent.size();
    const int visits = sized(50, 2000);  // TLS, and then nothing
    for (int i = 0; i < visits; ++i) {
        TlsVisitor visitor(siege.tls_port());
        REQUIRE(visitor.established());
        silent.push_back(std::move(visitor.socket()));
    }
    sits_through(siege, silent);
    CHECK(siege.growth() < plain * kPlainBytes + (silent.size() - plain) * kTlsBytes + 4 * kMiB);
    CHECK(siege.outcome() == "");
}

TEST_CASE(
    "what drips is cut at an absolute deadline: ClientHello, TLS record, HTTP head and body, STOMP frame") {
    const int each = sized(40, 400);
    allow_descriptors(4096);
    auto options = open_to_strangers({"limits.connect_timeout=1s", "tls.handshakes_per_second=0"});
    options.wrapper = {"prlimit", "--nofile=4096"};
    Siege siege(options, Siege::Tls::kOn);
    std::vector<Socket> dripping;
    const std::string hello = client_hello();
    for (int i = 0; i < each; ++i) {
        dripping.push_back(Socket::connect(siege.port()));
        dripping.back().send("GET /ws HTTP/1.1\r\nHost: x\r\nX-Slow: ");
        dripping.push_back(upgraded(siege.port()));
        dripping.back().send(std::string("\x81\xfe\x10\0\0\0\0\0", 8));  // 4096 octets are to come
        dripping.push_back(Socket::connect(siege.tls_port()));
        dripping.back().send(hello.substr(0, 20));
        dripping.push_back(Socket::connect(siege.tls_port()));
        dripping.back().send(std::string("\x16\x03\x01\x40\0\x01", 6));  // a record of 16 KiB
        if (i < 10) {  // over a finished handshake; each costs one
            TlsVisitor visitor(siege.tls_port());
            visitor.says("GET /ws HTTP/1.1\r\n");
            dripping.push_back(std::move(visitor.socket()));
            dripping.back().send(std::string("\x17\x03\x03\x40\0", 5));
        }
        if (!is_long()) continue;  // they may take 15 s
        dripping.push_back(Socket::connect(siege.port()));
        dripping.back().send(
            "POST /ws/000/dripping/xhr_send HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n[");
    }
    const auto drip = [&] {
        for (auto& socket : dripping)
            until_refused([&] {
                if (socket.descriptor() >= 0) socket.send("a", 0ms);
            });
        (void)throughout(50ms, [] { return true; });
        return ended(dripping) == dripping.size();
    };
    CHECK(eventually(drip, std::chrono::minutes(2)));
    CHECK(siege.outcome() == "");
}

TEST_CASE("strangers are limited by address: those of one are turned away, those of another come in") {
    auto options = unhurried();
    options.set.push_back("limits.connections_per_address=20");
    Siege siege(options);
    std::vector<Socket> silent;
    for (int i = 0; i < 60; ++i) silent.push_back(connect_from(7, siege.port()));
    CHECK(eventually([&] { return ended(silent) >= 40; }));
    CHECK(siege.canary.sings());
    StompClient alice = enters(siege.broker, {"alice"});  // of 127.0.0.1
    CHECK(alice.sends_and_waits("/topic/open/a", "in").command == "RECEIPT");
    // Those who log in make room for others.
    Socket seven = connect_from(7, siege.port());
    CHECK(seven.receive() == "");
    silent.clear();
    CHECK(eventually([&] {
        Socket again = connect_from(7, siege.port());
        until_refused([&] { again.send(upgrade_request()); });
        return again.receive().value_or("").starts_with("HTTP/1.1 101");
    }));
    alice.vanishes();
    CHECK(siege.outcome() == "");
}
