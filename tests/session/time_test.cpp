// What time does to a session: heart-beats, silence, tokens. PRODUCT 3, 11; STOMP 1.2, "Heart-beating".
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

namespace {

SessionLimits beating_every(Milliseconds interval, Milliseconds floor) {
    SessionLimits limits;
    limits.heart_beat = interval;
    limits.heart_beat_floor = floor;
    return limits;
}

}  // namespace

TEST_CASE("no CONNECT within ten seconds: connect-timeout (PRODUCT 11)") {
    World world;
    Client alice(world, "alice");
    world.passes(Milliseconds(9'999));
    CHECK(alice.refused() == "open");
    alice.gives("\n");  // life, but no CONNECT
    world.passes(Milliseconds(1));
    CHECK(alice.refused() == "connect-timeout 1008");
}

TEST_CASE("a beat is sent in each interval in which nothing else was (STOMP 1.2, Heart-beating)") {
    World world(open_topics(), beating_every(10 * kSecond, 600 * kSecond));
    Client alice(world, "alice");
    Client bob(world, "bob");
    alice.connects({"heart-beat:0,10000"});
    bob.connects();
    alice.subscribes("/topic/a");
    world.passes(60 * kSecond);
    CHECK(alice.transport->beats >= 5);
    CHECK(alice.transport->beats <= 6);
    CHECK(bob.transport->beats == 0);  // wanted none

    alice.transport->beats = 0;
    for (int i = 0; i < 30; ++i) {
        bob.sends("/topic/a", "hi");
        world.passes(2 * kSecond);
    }
    CHECK(alice.transport->beats == 0);
}

TEST_CASE("the longer of the two intervals counts, and no gap between two writes is longer than it") {
    World world({}, beating_every(10 * kSecond, 600 * kSecond));
    Client alice(world, "alice");
    alice.connects({"heart-beat:0,20000"});
    world.passes(19 * kSecond);
    CHECK(alice.transport->beats == 0);
    world.passes(kSecond);
    CHECK(alice.transport->beats == 1);
    world.passes(20 * kSecond);
    CHECK(alice.transport->beats == 2);
}

TEST_CASE("a beat on SockJS is its own heart-beat frame") {
    World world({}, beating_every(10 * kSecond, 600 * kSecond));
    Client alice(world, "alice", 0, net::Wire::kSockJsWebSocket);
    alice.connects({"heart-beat:0,10000"});
    world.passes(10 * kSecond);
    CHECK(alice.transport->beats == 1);
}

TEST_CASE("silence is followed by a ping, and only its silence by the end (PRODUCT 11)") {
    World world({}, beating_every(10 * kSecond, 20 * kSecond));
    Client alice(world, "alice");
    alice.connects({"heart-beat:10000,0"});
    world.passes(24 * kSecond);
    CHECK(alice.transport->pings.empty());
    world.passes(kSecond);  // 2.5 times what was agreed
    REQUIRE(alice.transport->pings.size() == 1);
    world.passes(9 * kSecond);
    CHECK(alice.refused() == "open");
    world.passes(kSecond);
    CHECK(alice.refused() == "heartbeat-timeout 4106");
}

TEST_CASE("a pong, a beat and part of a frame are life (STOMP 1.2, Heart-beating: any new data)") {
    World world({}, beating_every(10 * kSecond, 20 * kSecond));
    Client alice(world, "alice");
    Client bob(world, "bob");
    Client carol(world, "carol");
    Client late(world, "late");
    for (Client* const client : {&alice, &bob, &carol, &late}) client->connects({"heart-beat:10000,0"});
    for (int i = 0; i < 40; ++i) {
        world.passes(9 * kSecond);
        bob.gives("\n");
        carol.gives(i == 0 ? "SEND\na" : "x");
        alice.answers_pings();
        if (!std::exchange(late.transport->pings, {}).empty()) late.gives("\n");  // not a pong, but life
    }
    CHECK(late.refused() == "open");
    CHECK(alice.refused() == "open");
    CHECK(bob.refused() == "open");
    CHECK(carol.refused() == "open");
    CHECK(bob.transport->pings.empty());
}

TEST_CASE("the tolerated silence is never less than sixty seconds (PRODUCT 11)") {
    World world({}, beating_every(kSecond, SessionLimits().heart_beat_floor));
    Client alice(world, "alice");
    alice.connects({"heart-beat:1000,0"});
    world.passes(Milliseconds(59'999));
    CHECK(alice.transport->pings.empty());
    world.passes(Milliseconds(1));
    CHECK(alice.transport->pings.size() == 1);
}

TEST_CASE("1.0 has no heart-beats, but whoever is gone is found out by ping (PRODUCT 11)") {
    World world;
    Client alice(world, "alice");
    alice.connects({"accept-version:1.0", "heart-beat:1000,1000"});
    world.passes(74 * kSecond);
    CHECK(alice.transport->beats == 0);
    CHECK(alice.transport->pings.empty());
    world.passes(kSecond);
    CHECK(alice.transport->pings.size() == 1);
    world.passes(10 * kSecond);
    CHECK(alice.refused() == "heartbeat-timeout 4106");
}

TEST_CASE("a token that ends is announced, then ends its session (PRODUCT 3)") {
    World world({}, beating_every(kSecond, 600 * kSecond));  // many deadlines, of which few are the token's
    world.expiries["alice"] = world.in(600 * kSecond);
    Client alice(world, "alice");
    alice.connects({"heart-beat:0,1000"});
    alice.subscribes("/user/queue/errors");
    const auto lives = [&](Milliseconds time) {
        for (; time.count() > 0; time -= kSecond) {
            alice.gives("\n");
            world.passes(kSecond);
        }
    };
    (void)alice.takes("CONNECTED");
    lives(539 * kSecond);
    CHECK(alice.gets() == "");
    lives(kSecond);
    CHECK(alice.notice() == "token-expired");
    lives(64 * kSecond);
    CHECK(alice.refused() == "open");
    lives(kSecond);
    CHECK(alice.refused() == "token-expired 4101");
}

TEST_CASE("who listens only after the warning is warned then (PRODUCT 3)") {
    World world;
    world.expiries["alice"] = world.in(30 * kSecond);
    Client alice(world, "alice");
    alice.connects();
    world.passes(kSecond);
    (void)alice.takes("CONNECTED");
    CHECK(alice.gets() == "");
    alice.subscribes("/user/queue/errors");
    world.passes(Milliseconds(1));
    CHECK(alice.notice() == "token-expired");
    world.passes(20 * kSecond);
    CHECK(alice.gets() == "");
}

TEST_CASE("a fresh token through /app/auth extends the session in place (PRODUCT 3)") {
    World world;
    world.expiries["alice"] = world.in(30 * kSecond);
    world.expiries["alice+fresh"] = world.in(70 * kSecond);
    Client alice(world, "alice");
    alice.connects({"heart-beat:0,0"});
    alice.subscribes("/user/queue/auth");
    alice.sends("/app/auth", R"({"token":"alice+fresh"})", {"receipt:r"});
    alice.receipt("r");
    const Seen answer = alice.takes("MESSAGE");
    CHECK(answer["destination"] == "/user/queue/auth");
    CHECK(answer.body.find(R"("userId":"alice")") != std::string::npos);
    world.passes(60 * kSecond);
    CHECK(alice.refused() == "open");
    world.passes(15 * kSecond);
    CHECK(alice.refused() == "token-expired 4101");
}

TEST_CASE("/app/auth does not change who it is (PRODUCT 3)") {
    World world;
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    (void)alice.takes("CONNECTED");
    alice.sends("/app/auth", R"({"token":"bob"})");
    CHECK(alice.notice() == "auth-failed");
    CHECK(alice.session->identity().user == "alice");
}

TEST_CASE("a broker that stops says 1001 and no ERROR") {
    World world;
    Client alice(world, "alice");
    alice.connects();
    alice.session->go_away();
    CHECK(alice.refused() == "no ERROR, 1001");
    CHECK(alice.gets() == "CONNECTED");
    CHECK(world.users.users() == 0);
}

TEST_CASE("an operator ends a session with a code and a reason (PRODUCT 10)") {
    World world;
    Client alice(world, "alice");
    alice.connects();
    alice.session->end(ErrorCode::kKicked, "closed by an operator");
    CHECK(alice.refused() == "kicked 4104");
    CHECK(alice.transport->farewell->reason == "closed by an operator");
}
