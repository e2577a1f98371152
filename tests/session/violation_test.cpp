#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

TEST_CASE("what breaks a rule below STOMP is answered with an ERROR (PRODUCT 10)") {
    World world;
    Client alice(world, "alice");
    alice.connects();
    alice.session->on_violation({1007, "text is not UTF-8", 0});
    CHECK(alice.refused() == "protocol-error 1002");
    CHECK(alice.takes("ERROR")["message"] == "text is not UTF-8");
    alice.session->on_violation({1007, "once is enough", 0});
    CHECK(alice.gets() == "CONNECTED");
}

TEST_CASE("the ERROR for a message that is too large names limit, size and key") {
    World world;
    Client stranger(world, "stranger");
    stranger.session->on_violation({1009, "", 20'000});
    CHECK(stranger.refused() == "message-too-large 1009");
    CHECK(stranger.takes("ERROR")["message"] ==
          "a message of 20000 octets or more, and limits.connect_bytes = 16384");

    Client alice(world, "alice");
    alice.connects();
    alice.session->on_violation({1009, "", 0});
    CHECK(alice.takes("ERROR")["message"] ==
          "a message of more octets than are taken, and limits.frame_bytes = 262144");
}

TEST_CASE("without pings only a promise of heart-beats makes silence the end of a client") {
    World world;
    Client quiet(world, "alice", 0, net::Wire::kTcp);
    quiet.connects();  // promises none
    world.passes(std::chrono::hours(1));
    CHECK(quiet.refused() == "open");
    CHECK(quiet.transport->pings.empty());

    Client dead(world, "bob", 0, net::Wire::kTcp);
    dead.connects({"heart-beat:10000,0"});
    world.passes(std::chrono::seconds(74));
    CHECK(dead.refused() == "open");
    world.passes(std::chrono::seconds(1));  // 2.5 times the 30 s that the broker agrees to
    CHECK(dead.refused() == "heartbeat-timeout 4106");
}

TEST_CASE("who does not read is let go with slow-consumer, and nobody else notices (PRODUCT 10, 11)") {
    SessionLimits limits;
    limits.outgoing_bytes = 64 * 1024;
    World world(open_topics(), limits);
    Client alice(world, "alice");
    Client bob(world, "bob");
    alice.connects().subscribes("/topic/a");
    bob.connects().subscribes("/topic/a");
    alice.transport->stalled = true;
    for (int i = 0; i < 5; ++i) bob.sends("/topic/a", std::string(20 * 1024, 'x'));
    CHECK(alice.refused() == "slow-consumer 4103");
    (void)bob.sees();
    bob.sends("/topic/a", "hi");
    CHECK(bob.sees() == "hi");
    CHECK(world.counters().subscriptions == 1);
}
