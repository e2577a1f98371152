// SockJS over HTTP: a client that asks for nothing while much is published for it.
#include <doctest/doctest.h>

#include "tests/system/party.hpp"

using namespace causeway::test;

namespace {

constexpr const char* kSlowConsumers = "causeway_connections_closed_total{reason=\"slow_consumer\"}";

// Logs in and subscribes with three requests, and never asks for what comes of it.
void subscribes_and_leaves_it(const BrokerProcess& broker, const std::string& session) {
    const auto post = [&](const std::string& path, const std::string& body = {}) {
        return http(broker.port(), {"POST", "/ws/000/" + session + path, {}, body});
    };
    const auto says = [&](const std::string& frame) {
        REQUIRE(post("/xhr_send", nlohmann::json::array({frame + std::string(1, '\0')}).dump()).status ==
                204);
    };
    REQUIRE(post("/xhr").body == "o\n");
    says("CONNECT\naccept-version:1.2\nhost:x\nAuthorization:Bearer " + token_for(session) + "\n\n");
    REQUIRE(post("/xhr").body.starts_with("a[\"CONNECTED"));
    says("SUBSCRIBE\nid:1\ndestination:/topic/open/flood\n\n");
}

}  // namespace

TEST_CASE("who asks for nothing by SockJS is ended without harm to those who are served with him") {
    auto options = unhurried();
    options.set.insert(options.set.end(), {"limits.frame_bytes=64KiB", "limits.outgoing_bytes=128KiB",
                                           "limits.connections_per_address=0"});
    const BrokerProcess broker(options);
    StompClient publisher = enters(broker, {"publisher"});
    StompClient reader = enters(broker, {"reader"});
    REQUIRE(reader.subscribes("/topic/open/flood").command == "RECEIPT");
    const std::string body(32 * 1024, 'x');
    int published = 0;
    // Again if he was gone already when it came: a busy machine.
    for (int round = 0; round < 20 && broker.metric(kSlowConsumers) == 0; ++round) {
        for (int i = 0; i < 4; ++i)
            subscribes_and_leaves_it(broker, "idler" + std::to_string(round) + "-" + std::to_string(i));
        for (int i = 0; i < 8; ++i) {
            const std::string message = std::to_string(published++) + "|" + body;
            publisher.sends("/topic/open/flood", message);
            REQUIRE(reader.sees_body() == message);
        }
    }
    CHECK(broker.metric(kSlowConsumers) > 0);
}
