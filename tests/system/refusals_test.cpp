// Whoever is turned away before there is a session is counted in /metrics, by reason.
#include <doctest/doctest.h>

#include "tests/support/certificate.hpp"
#include "tests/system/party.hpp"
#include "tests/system/siege.hpp"
#include "tests/system/tls_visitor.hpp"

using namespace causeway::test;

namespace {

double refused(const BrokerProcess& broker, const std::string& reason) {
    return broker.metric("causeway_connections_rejected_total{reason=\"" + reason + "\"}");
}

// Counted as much, in time: a refusal is seen by the client no later than by its counter.
bool counts(const BrokerProcess& broker, const std::string& reason, int count) {
    return eventually([&] { return refused(broker, reason) >= count; }) && refused(broker, reason) == count;
}

bool is_closed(Socket& socket) {
    while (const auto octets = socket.receive())
        if (octets->empty()) return true;
    return false;
}

// Comes, says it, and waits for the end.
bool is_turned_away(Socket socket, const std::string& octets) {
    until_refused([&] { socket.send(octets); });
    bool closed = true;
    until_refused([&] { closed = is_closed(socket); });
    return closed;
}

const std::string kInfo = "GET /ws/info HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";

}  // namespace

TEST_CASE("refused addresses are counted: denied ones, and those with too many strangers") {
    BrokerProcess broker({{"listen.denied_addresses=127.0.0.9,203.0.113.0/24",
                           "limits.connections_per_address=2", "listen.trusted_proxies=127.0.0.8"},
                          {},
                          {},
                          {},
                          {}});
    for (int i = 0; i < 3; ++i) CHECK(is_turned_away(connect_from(9, broker.port()), kInfo));
    CHECK(counts(broker, "address_denied", 3));

    Socket proxy = connect_from(8, broker.port());
    proxy.send("GET /ws/info HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n");
    CHECK(proxy.receive().value_or("").starts_with("HTTP/1.1 403"));
    CHECK(counts(broker, "address_denied", 4));

    Socket first = connect_from(7, broker.port());
    Socket second = connect_from(7, broker.port());
    CHECK(is_turned_away(connect_from(7, broker.port()), kInfo));
    CHECK(counts(broker, "address_limit", 1));
    CHECK(refused(broker, "address_denied") == 4);
}

TEST_CASE("broken PROXY headers, and who comes past the balancer, are counted") {
    BrokerProcess broker(
        {{"listen.proxy_protocol=true", "listen.trusted_proxies=127.0.0.1"}, {}, {}, {}, {}});
    CHECK(is_turned_away(Socket::connect(broker.port()), "PROXY TCP4 x y 1 2\r\n" + kInfo));
    CHECK(is_turned_away(Socket::connect(broker.port()), kInfo));
    CHECK(is_turned_away(connect_from(9, broker.port()), kInfo));
    CHECK(counts(broker, "proxy_header", 3));
}

TEST_CASE("handshakes that fail, and those above the rate, are counted; a peer that goes away is not") {
    TemporaryDirectory directory;
    const Certificate certificate = make_certificate(directory.path(), "shown", "a.test");
    const auto with = [&](const std::string& more) {
        return BrokerProcess::Options{
            {"listen.tls=127.0.0.1:0", "tls.certificate_files=" + certificate.certificate_file.string(),
             "tls.key_files=" + certificate.key_file.string(), more},
            {},
            {},
            {},
            {}};
    };
    const auto port_of = [](BrokerProcess& broker) {
        const std::string line = broker.process().wait_for_line(" tls=");
        return static_cast<std::uint16_t>(std::stoul(line.substr(line.find(" tls=127.0.0.1:") + 15)));
    };
    BrokerProcess patient(with("tls.handshakes_per_second=0"));
    const std::uint16_t port = port_of(patient);
    { const Socket gone = Socket::connect(port); }
    CHECK(TlsVisitor(port).established());
    CHECK(is_turned_away(Socket::connect(port), kInfo));
    CHECK(is_turned_away(Socket::connect(port), kInfo));
    CHECK(counts(patient, "tls", 2));
    CHECK(refused(patient, "handshake_rate") == 0);

    BrokerProcess strict(with("tls.handshakes_per_second=1"));
    const std::uint16_t narrow = port_of(strict);
    int away = 0;
    for (int i = 0; i < 1000 && away < 3; ++i) {  // a slow machine has fewer of them in a second
        bool in = false;
        until_refused([&] { in = TlsVisitor(narrow).established(); });
        away += in ? 0 : 1;
    }
    CHECK(away == 3);
    CHECK(counts(strict, "handshake_rate", away));
    CHECK(refused(strict, "tls") == 0);
}

TEST_CASE("foreign origins, bad upgrades and silence are counted") {
    BrokerProcess broker(
        {{"http.allowed_origins=https://good.example", "limits.connect_timeout=50ms"}, {}, {}, {}, {}});
    CHECK(http(broker.port(), {"GET", "/ws/info", {{"Origin", "https://bad.example"}}, ""}).status == 403);
    CHECK(is_turned_away(Socket::connect(broker.port()), upgrade_request("Origin: https://bad.example\r\n")));
    CHECK(counts(broker, "origin", 2));
    CHECK(is_turned_away(Socket::connect(broker.port()),
                         "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"));
    CHECK(counts(broker, "bad_handshake", 1));
    const Socket silent = upgraded(broker.port());
    CHECK(counts(broker, "timeout", 1));
}

TEST_CASE("bad tokens and too many sessions of a user are counted") {
    BrokerProcess broker({{"limits.sessions_per_user=1"}, {}, {}, {}, {}});
    StompClient stranger(broker.port());
    (void)stranger.connects({{"passcode", "no token"}});
    CHECK(counts(broker, "auth", 1));
    StompClient alice = enters(broker, {"alice"});
    StompClient again(broker.port());
    (void)again.connects({{"passcode", token_for("alice")}});
    CHECK(counts(broker, "limit", 1));
}
