// The fixtures against the real broker: whether test code can say and see what it needs to.
#include "tests/support/stomp_client.hpp"

#include <doctest/doctest.h>

#include "tests/support/broker_process.hpp"

using namespace causeway::test;

namespace {

StompClient client(const BrokerProcess& broker, const std::string& user,
                   StompClient::Wire wire = StompClient::Wire::kWebSocket) {
    StompClient made(broker.port(), {wire, "/ws", "", {}});
    made.logs_in(token_for(user, {std::chrono::hours(1), {"admin"}, ""}));
    return made;
}

}  // namespace

TEST_CASE("two clients talk over WebSocket and over SockJS") {
    BrokerProcess broker;
    for (const auto wire : {StompClient::Wire::kWebSocket, StompClient::Wire::kSockJs}) {
        StompClient alice = client(broker, "alice", wire);
        StompClient bob = client(broker, "bob");
        CHECK(alice.subscribes("/topic/a").command == "RECEIPT");
        bob.sends("/topic/a", "hi: \xe4\xbd\xa0", {{"x", "a:b\\c\nd"}});
        const auto seen = alice.sees();
        REQUIRE(seen);
        CHECK(seen->body == "hi: \xe4\xbd\xa0");
        CHECK(seen->header("x") == "a:b\\c\nd");
        CHECK(bob.sends_and_waits("/topic/a", "again").command == "RECEIPT");
        CHECK(alice.sees_body() == "again");
        CHECK(alice.everything_so_far().empty());
    }
}

TEST_CASE("what another shard has passed on is among everything so far") {
    constexpr int kRounds = 100;
    BrokerProcess broker;
    StompClient alice = client(broker, "alice");
    StompClient bob = client(broker, "bob");  // on the other shard
    REQUIRE(bob.subscribes("/topic/a").command == "RECEIPT");
    for (int round = 0; round < kRounds; ++round) {
        // Bob's shard is busy with what he says, and finds his last word with it.
        for (int i = 0; i < 100; ++i) bob.sends("/topic/nobody", std::string(1000, 'x'));
        REQUIRE(alice.sends_and_waits("/topic/a", std::to_string(round)).command == "RECEIPT");
        const auto all = bob.everything_so_far();
        REQUIRE(all.size() == 1);
        CHECK(all[0].body == std::to_string(round));
    }
}

TEST_CASE("an ERROR and the close after it are both seen") {
    BrokerProcess broker;
    for (const auto wire : {StompClient::Wire::kWebSocket, StompClient::Wire::kSockJs}) {
        StompClient stranger(broker.port(), {wire, "/ws", "", {}});
        CHECK(stranger.connects({{"passcode", "no token"}, {"login", "x"}}).command == "ERROR");
        const auto close = stranger.sees_close();
        REQUIRE(close);
        CHECK(close->code == 1008);
    }
}

TEST_CASE("the broker comes back on its ports, with its data directory, and answers its operator") {
    BrokerProcess broker;
    const auto port = broker.port();
    CHECK(broker.admin_get("/livez").status == 200);
    broker.restart();
    CHECK(broker.port() == port);
    StompClient alice = client(broker, "alice");
    CHECK(alice.subscribes("/topic/a").command == "RECEIPT");
    CHECK(broker.process().stats().threads > 2);
    CHECK(broker.stop() == ExitStatus{0, 0});
    CHECK(alice.sees_close());
}
