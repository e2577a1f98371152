// How far a conversation has provably reached a member: PRODUCT 7, "DELIVERED and READ".
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

namespace {

constexpr const char* kTopic = "/topic/conversation/c";

struct Conversation : World {
    Conversation() {
        for (const char* const conversation : {"c", "d"})
            for (const char* const user : {"alice", "bob"}) store.has_member(conversation, user);
    }
    void says(const std::string& conversation, const std::string& text = "x") {
        store.has_message(conversation, "bob", text);
        settle();
    }
    std::string received() {
        flushes_cursors();
        return store.received("alice");
    }
};

}  // namespace

TEST_CASE(
    "a pong proves what was sent before its ping, of every conversation, device or no device (PRODUCT 7)") {
    for (const char* const device : {"deviceId:", "deviceId:phone"}) {
        CAPTURE(device);
        Conversation world;
        Client alice(world, "alice");
        alice.connects({device});
        alice.subscribes("/user/queue/messages");
        world.says("c");
        CHECK(world.received() == "");  // a write proves nothing
        world.says("c");
        world.says("d");
        alice.answers_pings();
        CHECK(world.received() == "c=1");
        world.passes(Milliseconds(200));
        alice.answers_pings();
        CHECK(world.received() == "c=2 d=1");
    }
}

TEST_CASE(
    "one's own messages are not received, and who does not subscribe to a log proves nothing (PRODUCT 7)") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes(kTopic);
    alice.subscribes("/topic/conversation/*");
    alice.sends("/app/chat", R"({"conversationId":"c","content":"mine"})");
    CHECK(alice.transport->pings.empty());
    world.says("d");  // the pattern gets it
    CHECK(alice.transport->pings.empty());
    CHECK(world.received() == "");
}

TEST_CASE("of a room nobody is told what is received, nor of what is replayed from it (PRODUCT 7)") {
    Conversation world;
    world.store.rooms = true;
    world.says("c");
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes(kTopic, {"resume-after:0"});
    alice.answers_pings();
    CHECK(alice.sees() == "x");
    CHECK(world.received() == "");
}

TEST_CASE("what is replayed is received as well (PRODUCT 7)") {
    Conversation world;
    for (int i = 0; i < 3; ++i) world.says("c");
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes(kTopic, {"resume-after:0"});
    alice.answers_pings();
    CHECK(world.received() == "c=3");
}

TEST_CASE("an ACK proves receipt without a ping, a NACK does not (PRODUCT 7)") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects({"deviceId:phone"});
    alice.subscribes("/user/queue/messages", {"ack:client-individual"});
    world.says("c");
    world.says("d");
    std::vector<std::string> ids;
    for (const Seen& seen : alice.transport->received)
        if (seen.command == "MESSAGE") ids.push_back(seen["ack"]);
    alice.says("NACK", {"id:" + ids.at(0)});
    CHECK(world.received() == "");
    alice.says("ACK", {"id:" + ids.at(1)});
    CHECK(world.received() == "d=1");
}

TEST_CASE("it is written when the session ends, for what was proven (PRODUCT 7)") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes(kTopic);
    world.says("c");
    alice.answers_pings();
    world.says("c");
    CHECK(world.store.received("alice") == "");
    alice.vanishes();
    CHECK(world.store.received("alice") == "c=1");
}
