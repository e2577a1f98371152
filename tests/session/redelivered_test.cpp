// What a device was sent already, and what is known of that when sessions end, come or die: PRODUCT 7,
// "Cursors".
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

namespace {

constexpr const char* kTopic = "/topic/conversation/c";

// Alice is in conversation c, where bob has said 1, 2, 3 at offsets 10, 13, 16.
struct Conversation : World {
    Conversation() {
        store.has_member("c", "alice");
        for (const char* const text : {"1", "2", "3"}) says(text);
    }
    void says(const std::string& text) {
        store.has_message("c", "bob", text);
        settle();
    }
};

}  // namespace

TEST_CASE("what a device may have been sent already comes marked, and nothing else does (PRODUCT 7)") {
    Conversation world;
    Client first(world, "alice");
    first.connects({"deviceId:phone", "heart-beat:0,0"});
    first.subscribes(kTopic, {"resume:device"});
    world.says("4");
    first.answers_pings();
    world.passes(Milliseconds(200));
    world.says("5");
    first.vanishes();  // 5 was written, and not proven
    world.says("6");
    Client second(world, "alice", 1);
    second.connects({"deviceId:phone"});
    second.subscribes(kTopic, {"resume:device"});
    const Seen five = second.takes("MESSAGE");
    CHECK(five["offset"] == "22");
    CHECK(five["redelivered"] == "true");
    CHECK(five["recovered"] == "true");
    const Seen six = second.takes("MESSAGE");
    CHECK(six["offset"] == "25");
    CHECK(six["redelivered"] == "(none)");
    world.says("7");
    CHECK(second.takes("MESSAGE")["redelivered"] == "(none)");
    Client exact(world, "alice");
    exact.connects({"deviceId:phone"});
    exact.subscribes(kTopic, {"resume-after:19"});
    CHECK(exact.takes("MESSAGE")["redelivered"] == "(none)");  // it asked for that itself
}

TEST_CASE("nothing is sent to a device before the store knows that it receives (PRODUCT 7)") {
    Conversation world;
    Client first(world, "alice");
    first.connects({"deviceId:phone"});
    first.subscribes(kTopic, {"id:s", "resume:device"});
    first.unsubscribes("s");
    world.flushes_cursors();
    REQUIRE(world.store.receiving("alice", "phone", kTopic) == 0);
    world.store.held = true;
    first.subscribes(kTopic, {"id:t", "resume:device", "receipt:t"});
    world.says("4");
    CHECK(first.sees().empty());
    CHECK(world.store.receiving("alice", "phone", kTopic) == 0);
    world.store.held = false;
    world.settle();
    CHECK(world.store.receiving("alice", "phone", kTopic) == 1);
    CHECK(first.receipt("t")["recovered"] == "true");
    CHECK(first.sees() == "4");
}

TEST_CASE("while one session of a device receives a log, all of it may have been sent (PRODUCT 7)") {
    Conversation world;
    Client first(world, "alice");
    first.connects({"deviceId:phone"});
    first.subscribes(kTopic, {"resume:device"});
    world.says("4");
    CHECK(world.store.receiving("alice", "phone", kTopic) == 1);
    Client second(world, "alice", 1);
    second.connects({"deviceId:phone"});
    second.subscribes(kTopic, {"id:s", "resume:device"});
    CHECK(world.store.receiving("alice", "phone", kTopic) == 2);
    CHECK(second.takes("MESSAGE")["redelivered"] == "true");
    second.unsubscribes("s");
    first.vanishes();
    world.flushes_cursors();
    CHECK(world.store.receiving("alice", "phone", kTopic) == 0);
}

TEST_CASE(
    "a session that the store does not count takes all for sent before, once asked often enough (PRODUCT "
    "7)") {
    Conversation world;
    Client first(world, "alice");
    first.connects({"deviceId:phone"});
    first.subscribes(kTopic, {"resume:device"});
    world.says("4");
    Client second(world, "alice", 1);
    second.connects({"deviceId:phone"});
    world.store.refuses = true;
    second.subscribes(kTopic, {"resume:device"});
    CHECK(world.store.receiving("alice", "phone", kTopic) == 1);
    CHECK(second.takes("MESSAGE")["redelivered"] == "true");
    world.store.refuses = false;
    world.says("5");
    CHECK(second.takes("MESSAGE")["redelivered"] == "(none)");
}

TEST_CASE(
    "a session that comes at once after another one of its device knows what that one proved (PRODUCT 7)") {
    Conversation world;
    Client first(world, "alice");
    first.connects({"deviceId:phone"});
    first.subscribes(kTopic, {"id:s", "resume:device"});
    world.says("4");
    first.answers_pings();
    world.store.held = true;
    first.unsubscribes("s");
    first.subscribes(kTopic, {"id:t", "resume:device", "receipt:t"});
    world.store.held = false;
    world.settle();
    CHECK(first.receipt("t")["recovered"] == "true");
    CHECK(first.sees() == "4");  // the one from before, and no repeat
}

TEST_CASE("what the store refuses of a cursor is written later (PRODUCT 7)") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects({"deviceId:phone"});
    alice.subscribes(kTopic, {"resume:device"});
    world.says("4");
    alice.answers_pings();
    world.store.refuses = true;
    world.flushes_cursors();
    alice.vanishes();
    CHECK(world.store.cursor("alice", "phone", kTopic) == 16);
    world.store.refuses = false;
    world.flushes_cursors();
    CHECK(world.store.cursor("alice", "phone", kTopic) == 19);
    CHECK(world.store.receiving("alice", "phone", kTopic) == 0);
}

TEST_CASE(
    "a cursor older than what is kept: what is left comes, and it is said that this is not all (PRODUCT 7)") {
    Conversation world;
    Client first(world, "alice");
    first.connects({"deviceId:phone"});
    first.subscribes(kTopic, {"resume:device", "resume-after:10"});
    first.vanishes();
    world.store.forgets(13);
    Client second(world, "alice");
    second.connects({"deviceId:phone"});
    second.subscribes(kTopic, {"resume:device", "receipt:r"});
    const Seen receipt = second.receipt("r");
    CHECK(receipt["recovered"] == "false");
    CHECK(receipt["first"] == "16");
    CHECK(second.sees() == "3");
}
