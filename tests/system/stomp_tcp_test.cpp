// STOMP on a bare TCP connection: the same sessions and the same limits as behind a WebSocket.
#include <doctest/doctest.h>

#include "tests/support/certificate.hpp"
#include "tests/system/party.hpp"
#include "tests/system/tcp_client.hpp"
#include "tests/system/tls_visitor.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

BrokerProcess::Options with_stomp(std::vector<std::string> set = {}) {
    BrokerProcess::Options options = unhurried();
    options.set.push_back("listen.stomp=127.0.0.1:0");
    options.set.insert(options.set.end(), set.begin(), set.end());
    return options;
}

struct Stomp {
    explicit Stomp(std::vector<std::string> set = {})
        : broker(with_stomp(std::move(set))), port(port_of(broker, "stomp")) {}
    BrokerProcess broker;
    std::uint16_t port;
};

const std::string kSubscribe = stomp_octets("SUBSCRIBE\nid:1\ndestination:/topic/open/x\nreceipt:s");
std::string send(const std::string& body) { return stomp_octets("SEND\ndestination:/topic/open/x", body); }
const std::string kDisconnect = stomp_octets("DISCONNECT\nreceipt:bye");

}  // namespace

TEST_CASE("clients of STOMP 1.0, 1.1 and 1.2 meet on TCP, and on WebSockets") {
    Stomp stomp;
    StompClient browser = enters(stomp.broker, {"browser"});
    (void)browser.subscribes("/topic/open/x");
    const std::pair<const char*, const char*> rows[] = {{"", "(none)"}, {"1.0,1.1", "1.1"}, {"1.2", "1.2"}};
    for (const auto& [offered, agreed] : rows) {
        CAPTURE(agreed);
        TcpClient client(stomp.port);
        CHECK(client.logs_in("alice", offered).header("version").value_or("(none)") == agreed);
        client.says(kSubscribe);
        CHECK(client.sees_text() == "RECEIPT ");
        client.says(send(std::string("a\0b \xe2\x82\xac", 7)));
        const auto message = client.sees();
        REQUIRE(message);
        CHECK(message->body == std::string("a\0b \xe2\x82\xac", 7));
        CHECK(message->header("destination") == "/topic/open/x");
        CHECK(browser.sees_body() == message->body);
        browser.sends("/topic/open/x", "from afar");
        CHECK(client.sees_text() == "MESSAGE from afar");
        CHECK(browser.sees_body() == "from afar");
        CHECK(stomp.broker.admin_get("/api/v1/connections").body.find("\"tcp\"") != std::string::npos);
        client.says(kDisconnect);
        CHECK(client.sees_text() == "RECEIPT ");
        CHECK(client.sees_text() == "end");
    }
}

TEST_CASE("frames may be cut anywhere, or come many at once") {
    Stomp stomp;
    const std::string all = kSubscribe + "\n\r\n" + send("one") + send("two") + kDisconnect;
    for (const bool dripping : {true, false}) {
        CAPTURE(dripping);
        TcpClient client(stomp.port);
        const std::string connect =
            stomp_octets("STOMP\naccept-version:1.2\nhost:x\npasscode:" + token_for("alice"));
        if (dripping)
            client.drips(connect + all);
        else
            client.says(connect + all);
        for (const char* expected :
             {"CONNECTED ", "RECEIPT ", "MESSAGE one", "MESSAGE two", "RECEIPT ", "end"})
            CHECK(client.sees_text() == expected);
    }
}

TEST_CASE("a body up to the limit passes; a larger one is answered with an ERROR, then the end") {
    Stomp stomp;
    TcpClient client(stomp.port);
    (void)client.logs_in("alice");
    client.says(kSubscribe);
    CHECK(client.sees_text() == "RECEIPT ");
    const std::string large(256 * 1024, 'x');
    client.says(send(large));
    CHECK((client.sees_text() == "MESSAGE " + large));
    client.says(send(large + "x"));
    const auto error = client.sees();
    REQUIRE(error);
    CHECK(error->header("code") == "message-too-large");
    CHECK(error->header("message").value_or("").find("limits.frame_bytes = 262144") != std::string::npos);
    CHECK(client.sees_text() == "end");
}

TEST_CASE("what is no CONNECT is answered with an ERROR, then the end") {
    Stomp stomp;
    const std::pair<std::string, const char*> rows[] = {
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "protocol-error"},
        {std::string("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 11) + std::string(2000, '\n'),
         "protocol-error"},
        {send("too early"), "protocol-error"},
        {stomp_octets("CONNECT\naccept-version:1.2\nhost:x\npasscode:wrong"), "auth-failed"},
        {stomp_octets("CONNECT\nx:" + std::string(5000, 'x'), std::string(12'000, 'x')), "message-too-large"},
        {std::string(16 * 1024 + 1, '\n'), "message-too-large"},
    };
    for (const auto& [octets, code] : rows) {
        CAPTURE(octets.substr(0, 40));
        TcpClient client(stomp.port);
        client.says(octets);
        const auto error = client.sees();
        REQUIRE(error);
        CHECK(error->command == "ERROR");
        CHECK(error->header("code") == code);
        CHECK(client.sees_text() == "end");
    }
}

TEST_CASE("an ERROR arrives though its client goes on sending and reads late") {
    Stomp stomp;
    TcpClient client(stomp.port);
    client.says(stomp_octets("BOGUS") + std::string(300'000, 'x'));
    const auto error = client.sees();
    REQUIRE(error);
    CHECK(error->header("code") == "protocol-error");
}

TEST_CASE("who says nothing is told so and let go") {
    Stomp stomp({"limits.connect_timeout=300ms"});
    TcpClient client(stomp.port);
    const auto error = client.sees();
    REQUIRE(error);
    CHECK(error->header("code") == "connect-timeout");
    CHECK(client.sees_text() == "end");
}

TEST_CASE("strangers of one address are counted on TCP, too") {
    Stomp stomp({"limits.connections_per_address=2"});
    TcpClient first(stomp.port);
    TcpClient second(stomp.port);
    (void)second.logs_in("alice");  // no stranger any more
    TcpClient third(stomp.port);
    (void)third.logs_in("bob");
    TcpClient fourth(stomp.port);
    TcpClient fifth(stomp.port);
    CHECK(fifth.sees_text() == "end");
    (void)fourth.logs_in("carol");
}

TEST_CASE("a client that does not read is let go, and others get everything") {
    Stomp stomp({"limits.outgoing_bytes=300KiB", "limits.frame_bytes=64KiB", "limits.outgoing_age=60s"});
    TcpClient slow(stomp.port, 4096);
    (void)slow.logs_in("slow");
    slow.says(kSubscribe);
    CHECK(slow.sees_text() == "RECEIPT ");
    TcpClient quick(stomp.port);
    (void)quick.logs_in("quick");
    quick.says(kSubscribe);
    CHECK(quick.sees_text() == "RECEIPT ");
    StompClient publisher = enters(stomp.broker, {"publisher"});
    const std::string body(60'000, 'x');
    const auto closed = [&] {
        return stomp.broker.metric("causeway_connections_closed_total{reason=\"slow_consumer\"}");
    };
    int sent = 0;
    while (closed() == 0 && sent < 500) {
        (void)publisher.sends_and_waits("/topic/open/x", body);
        CHECK((quick.sees_text() == "MESSAGE " + body));
        ++sent;
    }
    CHECK(closed() == 1);
}

TEST_CASE("draining ends clients on TCP as it ends all") {
    Stomp stomp;
    TcpClient client(stomp.port);
    (void)client.logs_in("alice");
    CHECK(stomp.broker.stop() == ExitStatus{0, 0});
    CHECK(client.sees_text() == "end");
}

TEST_CASE("STOMP on TLS") {
    TemporaryDirectory directory;
    const Certificate certificate = make_certificate(directory.path(), "shown", "a.test");
    Stomp stomp({"listen.stomp_tls=127.0.0.1:0",
                 "tls.certificate_files=" + certificate.certificate_file.string(),
                 "tls.key_files=" + certificate.key_file.string()});
    TlsVisitor visitor(port_of(stomp.broker, "stomp_tls"));
    REQUIRE(visitor.established());
    visitor.says(stomp_octets("CONNECT\naccept-version:1.2\nhost:x\npasscode:" + token_for("alice")) +
                 kSubscribe + send("sealed"));
    CHECK(visitor.hears("sealed").find("user-name:alice") != std::string::npos);
}

TEST_CASE("stomp.py: subscriptions, receipts, heart-beats, reconnection") {
    Stomp stomp({"heartbeat.interval=1s"});
    Process python({"/usr/bin/python3", std::string(CAUSEWAY_SOURCE_DIR) + "/tests/system/stomp_py.py",
                    std::to_string(stomp.port), token_for("alice"), token_for("bob")});
    const ExitStatus status = python.wait_for_exit(120s);
    INFO(python.output());
    CHECK(status == ExitStatus{0, 0});
}
