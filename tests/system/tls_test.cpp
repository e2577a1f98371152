// https and wss on the broker's own listener.
#include <doctest/doctest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "tests/support/broker_process.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/socket.hpp"
#include "tests/support/tls_peer.hpp"

using namespace causeway::test;

namespace {

// A browser's end of one encrypted connection.
class Visitor {
public:
    explicit Visitor(std::uint16_t port, const std::string& host = "a.test")
        : socket_(Socket::connect(port)), tls_({host, 0}) {
        while (!tls_.established() && exchange()) {
        }
    }
    [[nodiscard]] std::string server_name() const { return tls_.server_name(); }

    // What comes back, until it holds `end`.
    std::string asks(const std::string& octets, const std::string& end) {
        tls_.says(octets);
        std::string heard;
        while (heard.find(end) == std::string::npos) {
            socket_.send(tls_.sealed());
            const auto sealed = socket_.receive();
            if (!sealed || sealed->empty()) return heard;
            heard += tls_.gets(*sealed);
        }
        return heard;
    }

private:
    bool exchange() {
        socket_.send(tls_.sealed());
        const auto sealed = socket_.receive();
        if (!sealed || sealed->empty()) return false;
        (void)tls_.gets(*sealed);
        return true;
    }
    Socket socket_;
    TlsPeer tls_;
};

struct TlsBroker {
    TlsBroker() : certificate(make_certificate(directory.path(), "shown", "a.test")) { start(); }
    void start() {
        BrokerProcess::Options options;
        options.set = {"listen.tls=127.0.0.1:0",
                       "tls.certificate_files=" + certificate.certificate_file.string(),
                       "tls.key_files=" + certificate.key_file.string()};
        broker = std::make_unique<BrokerProcess>(options);
        const std::string line = broker->process().wait_for_line(" tls=");
        const auto at = line.find(" tls=127.0.0.1:") + 15;
        port = static_cast<std::uint16_t>(std::stoi(line.substr(at)));
    }
    void hangs_up() const { ::kill(broker->process().pid(), SIGHUP); }

    TemporaryDirectory directory;
    Certificate certificate;
    std::unique_ptr<BrokerProcess> broker;
    std::uint16_t port = 0;
};

const std::string kInfo = "GET /ws/info HTTP/1.1\r\nHost: a.test\r\n\r\n";
const std::string kUpgrade =
    "GET /ws HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
    "13\r\n"
    "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Protocol: v12.stomp\r\n\r\n";

// A masked text frame; a mask of zeros is one, too.
std::string frame(const std::string& payload) {
    std::string head = "\x81\xfe";
    head += static_cast<char>(payload.size() >> 8U);
    head += static_cast<char>(payload.size() & 255U);
    return head + std::string(4, '\0') + payload;
}

}  // namespace

TEST_CASE_FIXTURE(TlsBroker, "https and wss serve what http and ws do") {
    Visitor visitor(port);
    CHECK(visitor.asks(kInfo, "entropy").find("\"websocket\":true") != std::string::npos);
    CHECK(visitor.asks(kUpgrade, "\r\n\r\n").find("101") != std::string::npos);
    const std::string connect = "CONNECT\naccept-version:1.2\nhost:x\nAuthorization:Bearer " +
                                token_for("alice") + "\n\n" + std::string(1, '\0');
    CHECK(visitor.asks(frame(connect), "user-name:alice").find("CONNECTED") != std::string::npos);
}

TEST_CASE_FIXTURE(TlsBroker, "plain octets on the encrypted port, and silence, harm nobody") {
    Socket plain = Socket::connect(port);
    plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    std::string all;
    while (true) {
        const auto bytes = plain.receive();
        REQUIRE(bytes);
        if (bytes->empty()) break;
        all += *bytes;
    }
    CHECK(all.find("HTTP/1.1 200") == std::string::npos);
    CHECK(Visitor(port).asks(kInfo, "entropy").find("websocket") != std::string::npos);
}

TEST_CASE_FIXTURE(TlsBroker,
                  "SIGHUP shows a new certificate to those who come, and lets those who are there stay") {
    Visitor there(port);
    CHECK(there.server_name() == "a.test");
    (void)make_certificate(directory.path(), "shown", "b.test");
    hangs_up();
    CHECK(eventually([&] { return Visitor(port).server_name() == "b.test"; }));
    CHECK(there.asks(kInfo, "entropy").find("websocket") != std::string::npos);

    std::ofstream(certificate.certificate_file) << "garbage";
    hangs_up();
    CHECK(broker->process().wait_for_line("stay in use") != "");
    CHECK(Visitor(port).server_name() == "b.test");
}
