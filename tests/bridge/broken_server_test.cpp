// Servers that no nats-server would be: the bridge outlives them.
#include <doctest/doctest.h>

#include <thread>

#include "tests/bridge/running_bridge.hpp"
#include "tests/support/socket.hpp"

using namespace causeway::bridge;
using namespace causeway::test;

namespace {

const std::string kInfo =
    R"(INFO {"server_id":"x","version":"2.9.10","proto":1,"headers":true,"max_payload":1048576})"
    "\r\n";

// Says what it is told to each peer in turn, then goes on as a server that answers pings.
class FakeServer {
public:
    explicit FakeServer(std::vector<std::vector<std::string>> said) : said_(std::move(said)) {
        thread_ = std::thread([this] { run(); });
    }
    ~FakeServer() {
        stop_ = true;
        thread_.join();
    }
    [[nodiscard]] std::string url() const { return "nats://127.0.0.1:" + std::to_string(listener_.port()); }
    [[nodiscard]] std::size_t peers() const { return peers_; }

private:
    void run() {
        while (!stop_) {
            auto peer = listener_.accept(std::chrono::milliseconds(20));
            if (!peer) continue;
            const std::size_t number = peers_++;
            try {
                if (number < said_.size())
                    for (const auto& part : said_[number]) say(*peer, part);
                else
                    serve(*peer);
            } catch (const SocketError&) {
            }
        }
    }
    // Answers pings once before each part but the first, so that parts meet a connection that is up.
    void say(Socket& peer, const std::string& part) {
        peer.send(part);
        if (part.starts_with("INFO")) answer_ping(peer);
    }
    void answer_ping(Socket& peer) {
        for (int pings = 0; pings < 2;) {  // of the handshake, and of the subscriptions' flush
            const auto bytes = peer.receive(std::chrono::milliseconds(500));
            if (!bytes || bytes->empty()) return;
            if (bytes->find("PING\r\n") == std::string::npos) continue;
            peer.send("PONG\r\n");
            ++pings;
        }
    }
    void serve(Socket& peer) {
        peer.send(kInfo);
        while (!stop_) {
            const auto bytes = peer.receive(std::chrono::milliseconds(20));
            if (!bytes) continue;
            if (bytes->empty()) return;
            if (bytes->find("PING\r\n") != std::string::npos) peer.send("PONG\r\n");
        }
    }

    std::vector<std::vector<std::string>> said_;
    ListeningSocket listener_;
    std::atomic<bool> stop_ = false;
    std::atomic<std::size_t> peers_ = 0;
    std::thread thread_;
};

}  // namespace

TEST_CASE("a server that accepts and closes is tried again, and not in a hurry") {
    FakeServer server({{}, {}, {}});
    RunningBridge bridge(quick_options(server.url()));
    CHECK(bridge.gets_connected());
    CHECK(server.peers() == 4);
}

TEST_CASE("an error from the server ends the connection, not the bridge") {
    for (const char* error : {"-ERR 'maximum connections exceeded'\r\n", "-ERR 'Parser Error'\r\n",
                              "-ERR 'Stale Connection'\r\n", "-ERR 'Authorization Violation'\r\n"}) {
        CAPTURE(error);
        FakeServer server({{kInfo, error}, {error}, {kInfo + error}});
        RunningBridge bridge(quick_options(server.url()));
        REQUIRE(eventually([&] { return server.peers() == 4; }));
        CHECK(bridge.gets_connected());
        CHECK(bridge.states().size() >= 2);
    }
}

TEST_CASE("what is not NATS is left and come back to") {
    FakeServer server({{"HTTP/1.1 400 Bad Request\r\n\r\n"},
                       {"INFO {\r\n"},
                       {"INFO {\"max_payload\":-1}\r\n"},
                       {std::string(100'000, 'x')},
                       {kInfo, "MSG business.x 1 5\r\nabc"},
                       {kInfo, "MSG business.x 1 99999999999999999999\r\n"},
                       {kInfo, "HMSG business.x 1 20 10\r\n"},
                       {"INFO {\"headers\":true}"}});
    RunningBridge bridge(quick_options(server.url()));
    REQUIRE(eventually([&] { return server.peers() == 9; }, std::chrono::seconds(60)));
    CHECK(bridge.gets_connected());
}

TEST_CASE("a bridge ends while its server does not answer") {
    FakeServer silent({{"INFO {"}, {"INFO {"}, {"INFO {"}});
    RunningBridge bridge(quick_options(silent.url()));
    REQUIRE(eventually([&] { return silent.peers() > 0; }));
    const auto before = std::chrono::steady_clock::now();
    bridge.end();
    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(10));
}
