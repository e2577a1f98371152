// Behind a balancer the client's address is the one that the balancer tells, and only a trusted one is
// believed.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/support/certificate.hpp"
#include "tests/support/tls_peer.hpp"
#include "tests/system/party.hpp"
#include "tests/system/tcp_client.hpp"

using namespace causeway::test;

namespace {

const std::string kLine = "PROXY TCP4 203.0.113.7 198.51.100.1 56324 443\r\n";
const std::string kBlock =
    std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x08\xc6\x33\x64\x01\xdb\xdb\x01\xbb", 28);
const std::string kInfo = "GET /ws/info HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";

// The addresses of all connections, as an operator sees them.
std::string addresses(const BrokerProcess& broker) {
    std::string all;
    const auto answer = nlohmann::json::parse(broker.admin_get("/api/v1/connections").body);
    for (const auto& one : answer.at("items")) all += one.at("address").get<std::string>() + " ";
    return all;
}

std::string everything(Socket& socket) {
    std::string all;
    while (const auto octets = socket.receive()) {
        if (octets->empty()) break;
        all += *octets;
    }
    return all;
}

}  // namespace

TEST_CASE("X-Forwarded-For of a trusted proxy names the client, who is the one that is counted") {
    BrokerProcess broker(
        {{"listen.trusted_proxies=127.0.0.1", "limits.connections_per_address=2"}, {}, {}, {}, {}});
    StompClient::Options proxied;
    proxied.socket.headers = {{"X-Forwarded-For", "6.6.6.6, 203.0.113.7"}};
    StompClient alice(broker.port(), proxied);
    (void)alice.logs_in(token_for("alice"));
    CHECK(addresses(broker) == "203.0.113.7 ");

    StompClient second(broker.port(), proxied);
    StompClient third(broker.port(), proxied);
    CHECK_THROWS_AS(StompClient(broker.port(), proxied), SocketError);
    proxied.socket.headers = {{"X-Forwarded-For", "203.0.113.8"}};
    StompClient another(broker.port(), proxied);
    (void)another.logs_in(token_for("bob"));
    (void)second.logs_in(token_for("alice"));
    proxied.socket.headers = {{"X-Forwarded-For", "203.0.113.7"}};
    StompClient fourth(broker.port(), proxied);
}

TEST_CASE("X-Forwarded-For of anybody else names nobody") {
    BrokerProcess broker({{"listen.trusted_proxies=10.0.0.0/8"}, {}, {}, {}, {}});
    StompClient::Options liar;
    liar.socket.headers = {{"X-Forwarded-For", "203.0.113.7"}};
    StompClient alice(broker.port(), liar);
    (void)alice.logs_in(token_for("alice"));
    CHECK(addresses(broker) == "127.0.0.1 ");
}

TEST_CASE("a PROXY header, cut anywhere, names the client, before STOMP and before TLS") {
    TemporaryDirectory directory;
    const Certificate certificate = make_certificate(directory.path(), "shown", "a.test");
    BrokerProcess broker(
        {{"listen.proxy_protocol=true", "listen.trusted_proxies=127.0.0.0/8", "listen.stomp=127.0.0.1:0",
          "listen.tls=127.0.0.1:0", "tls.certificate_files=" + certificate.certificate_file.string(),
          "tls.key_files=" + certificate.key_file.string()},
         {},
         {},
         {},
         {}});
    {
        TcpClient dripping(port_of(broker, "stomp"));
        dripping.drips(kBlock);
        (void)dripping.logs_in("alice");
        CHECK(addresses(broker) == "203.0.113.8 ");
    }
    Socket plain = Socket::connect(broker.port());
    plain.send(kLine + kInfo);
    CHECK(everything(plain).find("\"websocket\":true") != std::string::npos);

    Socket socket = Socket::connect(port_of(broker, "tls"));
    TlsPeer tls({});
    socket.send(kLine + tls.sealed());
    std::string heard;
    while (heard.find("entropy") == std::string::npos) {
        const auto sealed = socket.receive();
        REQUIRE(sealed);
        REQUIRE_FALSE(sealed->empty());
        const bool was_established = tls.established();
        heard += tls.gets(*sealed);
        if (tls.established() && !was_established) tls.says(kInfo);
        socket.send(tls.sealed());
    }
    CHECK(heard.find("\"websocket\":true") != std::string::npos);
}

TEST_CASE("where PROXY headers are expected, who sends none or nonsense is closed upon") {
    BrokerProcess broker({{"listen.proxy_protocol=true", "listen.trusted_proxies=127.0.0.1",
                           "listen.denied_addresses=203.0.113.0/24"},
                          {},
                          {},
                          {},
                          {}});
    for (const std::string& beginning :
         {std::string(), std::string("PROXY TCP4 x y 1 2\r\n"), kLine.substr(0, 30) + "\r\n",
          kBlock.substr(0, 12) + std::string("\x21\x11\xff\xff", 4), kLine, kBlock}) {
        CAPTURE(beginning);
        Socket socket = Socket::connect(broker.port());
        socket.send(beginning + kInfo);
        CHECK(everything(socket).empty());
    }
    Socket local = Socket::connect(broker.port());
    local.send("PROXY UNKNOWN\r\n" + kInfo);
    CHECK(everything(local).find("\"websocket\":true") != std::string::npos);
}

TEST_CASE("where PROXY headers are expected, who is not trusted is refused") {
    BrokerProcess broker(
        {{"listen.proxy_protocol=true", "listen.trusted_proxies=10.0.0.0/8"}, {}, {}, {}, {}});
    Socket socket = Socket::connect(broker.port());
    CHECK(everything(socket).empty());
    CHECK(broker.process().wait_for_line("listen.trusted_proxies").find("127.0.0.1") != std::string::npos);
}

TEST_CASE("denied addresses do not get in, on sockets or behind a proxy") {
    BrokerProcess broker({{"listen.denied_addresses=127.0.0.1,203.0.113.0/24"}, {}, {}, {}, {}});
    Socket socket = Socket::connect(broker.port());
    CHECK(everything(socket).empty());

    BrokerProcess behind(
        {{"listen.denied_addresses=203.0.113.0/24", "listen.trusted_proxies=127.0.0.1"}, {}, {}, {}, {}});
    CHECK(http(behind.port(), {"GET", "/ws/info", {{"X-Forwarded-For", "203.0.113.7"}}, ""}).status == 403);
    CHECK(http(behind.port(), {"GET", "/ws/info", {{"X-Forwarded-For", "203.0.114.7"}}, ""}).status == 200);
    StompClient::Options denied;
    denied.socket.headers = {{"X-Forwarded-For", "203.0.113.7"}};
    CHECK_THROWS_AS(StompClient(behind.port(), denied), SocketError);
}
