// sockjs.*: what each key changes for a client over HTTP. One shard, so that its timers go off in order.
#include <doctest/doctest.h>

#include "tests/system/party.hpp"

using namespace causeway::test;

namespace {

constexpr std::chrono::seconds kBeforeTheDefault{20};  // of sockjs.heartbeat, which is 25 s
constexpr const char* kPrelude = "hhhh";               // the first octets of a stream

class Visitor {
public:
    Visitor(const BrokerProcess& broker, const std::string& session)
        : port_(broker.port()), path_("/ws/000/" + session) {}

    [[nodiscard]] HttpResponse asks(const std::string& transport, const std::string& body = {}) const {
        return http(port_, {"POST", path_ + transport, {}, body}, kBeforeTheDefault);
    }
    void says(const std::string& frame) const {
        REQUIRE(asks("/xhr_send", nlohmann::json::array({frame + std::string(1, '\0')}).dump()).status ==
                204);
    }
    void logs_in(const std::string& user) const {
        REQUIRE(asks("/xhr").body == "o\n");
        says("CONNECT\naccept-version:1.2\nhost:x\nAuthorization:Bearer " + token_for(user) + "\n\n");
        REQUIRE(asks("/xhr").body.starts_with("a[\"CONNECTED"));
    }

private:
    const std::uint16_t port_;
    const std::string path_;
};

BrokerProcess::Options with(std::vector<std::string> settings) {
    auto options = unhurried();
    options.set.emplace_back("shards=1");
    options.set.insert(options.set.end(), settings.begin(), settings.end());
    return options;
}

nlohmann::json info(const BrokerProcess& broker) {
    return nlohmann::json::parse(http(broker.port(), {"GET", "/ws/info", {}, {}}).body);
}

int upgraded(const BrokerProcess& broker, const std::string& path) {
    Socket socket = Socket::connect(broker.port());
    socket.send("GET " + path +
                " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    std::string head;
    while (head.size() < 12) {
        const auto bytes = socket.receive(kPatience);
        REQUIRE(bytes);
        REQUIRE(!bytes->empty());
        head += *bytes;
    }
    return std::stoi(head.substr(9, 3));
}

}  // namespace

TEST_CASE("sockjs.heartbeat: a poll that waits is answered with an h") {
    const BrokerProcess broker(with({"sockjs.heartbeat=50ms", "sockjs.disconnect_delay=1h"}));
    const Visitor alice(broker, "alice");
    alice.logs_in("alice");
    CHECK(alice.asks("/xhr").body == "h\n");
}

// The second one's heart-beat is the clock: by then the first one's delay is over, and that of 5 s is not.
TEST_CASE("sockjs.disconnect_delay: who has had no poll for so long is gone") {
    const BrokerProcess broker(with({"sockjs.heartbeat=1s", "sockjs.disconnect_delay=100ms"}));
    const Visitor lost(broker, "lost");
    const Visitor waiting(broker, "waiting");
    REQUIRE(lost.asks("/xhr").body == "o\n");
    REQUIRE(waiting.asks("/xhr").body == "o\n");
    REQUIRE(waiting.asks("/xhr").body == "h\n");
    CHECK(lost.asks("/xhr").body == "o\n");  // a session of the same name, but another one
}

TEST_CASE("sockjs.response_limit: a stream ends after so much, and the next goes on") {
    const BrokerProcess broker(with({"sockjs.response_limit=8KiB"}));
    StompClient publisher = enters(broker, {"publisher"});
    const Visitor alice(broker, "alice");
    alice.logs_in("alice");
    alice.says("SUBSCRIBE\nid:1\ndestination:/topic/open/a\nreceipt:r\n\n");
    REQUIRE(alice.asks("/xhr").body.starts_with("a[\"RECEIPT"));
    const std::string body(3000, 'x');
    int said = 0;
    int seen = 0;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 4; ++i) publisher.sends("/topic/open/a", std::to_string(said++) + body);
        // More than fits: were there no end, this would wait for it in vain.
        const auto stream = alice.asks("/xhr_streaming").body;
        CHECK(stream.starts_with(kPrelude));
        const int before = seen;
        while (stream.find("\\n\\n" + std::to_string(seen) + "xxx") != std::string::npos) ++seen;
        CHECK(seen > before);
        CHECK(stream.find("\\n\\n" + std::to_string(before - 1) + "xxx") == std::string::npos);
    }
}

TEST_CASE("sockjs.websocket: off, SockJS offers and takes no WebSocket; without SockJS there still is one") {
    const BrokerProcess usual(with({}));
    CHECK(info(usual).at("websocket") == true);
    CHECK(upgraded(usual, "/ws/000/x/websocket") == 101);
    const BrokerProcess broker(with({"sockjs.websocket=false"}));
    CHECK(info(broker).at("websocket") == false);
    CHECK(upgraded(broker, "/ws/000/x/websocket") == 404);
    CHECK(upgraded(broker, "/ws") == 101);
}

TEST_CASE("sockjs.cookie_needed: clients are told, and get one") {
    const auto cookie = [](const BrokerProcess& broker) {
        return Visitor(broker, "alice").asks("/xhr").head.find("Set-Cookie: JSESSIONID=") !=
               std::string::npos;
    };
    const BrokerProcess usual(with({}));
    CHECK(info(usual).at("cookie_needed") == false);
    CHECK_FALSE(cookie(usual));
    const BrokerProcess broker(with({"sockjs.cookie_needed=true"}));
    CHECK(info(broker).at("cookie_needed") == true);
    CHECK(cookie(broker));
}
