// What a device has: `resume: device`, proof of receipt, cursors. PRODUCT 7.
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

namespace {

constexpr const char* kTopic = "/topic/conversation/c";
constexpr const char* kPrivate = "/user/queue/private-messages";

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

void whispers(Client& client, const std::string& receiver, const std::string& text) {
    client.sends("/app/private-message", R"({"receiverId":")" + receiver + R"(","content":")" + text + "\"}");
}

}  // namespace

TEST_CASE("a device begins live, and goes on where it left off (PRODUCT 7)") {
    Conversation world;
    const auto subscribes = [](Client& client) {
        client.connects({"deviceId:phone"});
        client.subscribes(kTopic, {"resume:device", "receipt:r"});
        return client.receipt("r")["recovered"];
    };
    Client first(world, "alice");
    CHECK(subscribes(first) == "false");
    CHECK(first.sees() == "");
    world.says("4");
    first.answers_pings();
    first.vanishes();
    world.says("5");
    Client second(world, "alice", 1);
    CHECK(subscribes(second) == "true");
    CHECK(second.sees() == "5");
    Client other(world, "alice");
    other.connects({"deviceId:tablet"});
    other.subscribes(kTopic, {"resume:device", "receipt:r"});
    CHECK(other.receipt("r")["recovered"] == "false");
    CHECK(other.sees() == "");
}

TEST_CASE(
    "a new device may ask for the past, and what it asked for is its beginning from then on (PRODUCT 7)") {
    Conversation world;
    const Lines lines{"resume:device", "resume-after:10", "receipt:r"};
    Client first(world, "alice");
    first.connects({"deviceId:phone"});
    first.subscribes(kTopic, lines);
    CHECK(first.receipt("r")["recovered"] == "true");
    CHECK(first.sees() == "2|3");
    first.vanishes();  // before it proved anything
    CHECK(world.store.cursor("alice", "phone", kTopic) == 10);
    Client second(world, "alice");
    second.connects({"deviceId:phone"});
    second.subscribes(kTopic, {"resume:device"});
    CHECK(second.sees() == "2|3");
    second.answers_pings();
    second.vanishes();
    Client third(world, "alice");
    third.connects({"deviceId:phone"});
    third.subscribes(kTopic, lines);  // the cursor knows better
    CHECK(third.sees() == "");
}

TEST_CASE("a device that was never here is answered when the store knows where it begins (PRODUCT 7)") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects({"deviceId:phone"});
    world.store.held = true;
    alice.subscribes(kTopic, {"resume:device", "receipt:r"});
    std::size_t steps = 0;
    while (world.store.waiting() > 0) {
        // Her conversations, what was gathered, and the log have been looked at.
        if (++steps == 4) world.says("4");
        world.store.work_once();
        world.settle();
        const bool answered = alice.gets().find("RECEIPT") != std::string::npos;
        CHECK((!answered || world.store.cursor("alice", "phone", kTopic) == 16));
    }
    const Seen receipt = alice.receipt("r");
    CHECK(receipt["recovered"] == "false");
    CHECK(receipt["last"] == "16");
    CHECK(alice.sees() == "4");
    alice.vanishes();
}

TEST_CASE("a device that comes twice at once for the first time begins at one place (PRODUCT 7)") {
    Conversation world;
    Client first(world, "alice");
    Client second(world, "alice", 1);
    for (Client* const client : {&first, &second}) client->connects({"deviceId:phone"});
    world.store.held = true;
    for (Client* const client : {&first, &second}) client->subscribes(kTopic, {"resume:device", "receipt:r"});
    // The same for the first one; the second has not looked at the log yet.
    for (int step = 0; step < 5; ++step) {
        world.store.work_once();
        world.settle();
    }
    world.says("4");
    world.store.held = false;
    world.settle();
    CHECK(first.receipt("r")["recovered"] == "false");
    CHECK(second.receipt("r")["recovered"] == "true");
    CHECK(first.sees() == "4");
    CHECK(second.sees() == "4");
    first.vanishes();
    second.vanishes();
    CHECK(world.store.cursor("alice", "phone", kTopic) == 16);
}

TEST_CASE("a store that refuses to write keeps no new device from what is live") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects({"deviceId:phone"});
    world.store.refuses = true;
    alice.subscribes(kTopic, {"resume:device", "receipt:r"});
    CHECK(alice.receipt("r")["recovered"] == "false");
    world.says("4");
    CHECK(alice.sees() == "4");
    world.store.refuses = false;
    world.flushes_cursors();
    CHECK(world.store.cursor("alice", "phone", kTopic) == 16);
}

TEST_CASE("a cursor moves when a pong proves receipt, and only as far as the ping knew (PRODUCT 7)") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects({"deviceId:phone", "heart-beat:0,0"});
    alice.subscribes(kTopic, {"resume:device"});
    world.says("4");  // 19
    REQUIRE(alice.transport->pings.size() == 1);
    world.says("5");  // 22, while the ping is under way
    CHECK(alice.transport->pings.size() == 1);
    alice.answers_pings();
    alice.vanishes();
    CHECK(world.store.cursor("alice", "phone", kTopic) == 19);
}

TEST_CASE("pings for proof are bundled: five a second at most") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects({"deviceId:phone"});
    alice.subscribes(kTopic, {"resume:device"});
    std::size_t pings = 0;
    for (int i = 0; i < 100; ++i) {
        world.says("x");
        pings += alice.transport->pings.size();
        alice.answers_pings();
        world.passes(Milliseconds(10));
    }
    CHECK(pings >= 4);
    CHECK(pings <= 6);
    world.passes(Milliseconds(200));
    alice.answers_pings();
    alice.vanishes();
    CHECK(world.store.cursor("alice", "phone", kTopic) == 16 + 3 * 100);
}

TEST_CASE("what was written but not proven comes again (PRODUCT 7: at least once)") {
    Conversation world;
    Client first(world, "alice");
    first.connects({"deviceId:phone"});
    first.subscribes(kTopic, {"resume:device"});
    world.says("4");
    CHECK(first.sees() == "4");
    first.vanishes();
    Client second(world, "alice");
    second.connects({"deviceId:phone"});
    second.subscribes(kTopic, {"resume:device"});
    CHECK(second.sees() == "4");
}

TEST_CASE("user queues of a device are resumed unless the configuration says otherwise (PRODUCT 7)") {
    SessionLimits limits;
    limits.resume_devices = false;
    World world({}, limits);
    Client bob(world, "bob");
    bob.connects();
    for (const char* const expected : {"", "1"}) {
        Client alice(world, "alice");
        alice.connects({"deviceId:phone"});
        const bool asks = *expected != '\0';
        alice.subscribes("/user/queue/messages", asks ? Lines{"resume:device", "resume-after:0"} : Lines{});
        CHECK(alice.sees() == expected);
        alice.answers_pings();
        alice.vanishes();
        if (!asks) whispers(bob, "alice", "1");
    }
}

TEST_CASE("cursors are written when the session ends, and not when they did not move (PRODUCT 7)") {
    Conversation world;
    world.store.has_member("d", "alice");
    Client alice(world, "alice");
    alice.connects({"deviceId:phone"});
    alice.subscribes(kTopic, {"resume:device"});
    alice.subscribes("/topic/conversation/d", {"resume:device"});
    CHECK(world.store.cursor("alice", "phone", "/topic/conversation/d") == 16);  // where it began
    CHECK(world.store.cursor_writes == 2);
    world.says("4");
    alice.answers_pings();
    alice.says("DISCONNECT", {"receipt:r"});
    CHECK(world.store.cursor("alice", "phone", kTopic) == 19);
    CHECK(world.store.cursor_writes == 3);

    Client again(world, "alice");
    again.connects({"deviceId:phone"});
    again.subscribes(kTopic, {"resume:device"});
    again.subscribes("/topic/conversation/d", {"resume:device"});
    world.says("5");
    again.answers_pings();
    again.vanishes();
    CHECK(world.store.cursor_writes == 4);  // nothing came to d
}

TEST_CASE("sessions that share a device share its cursor: the furthest wins (PRODUCT 7)") {
    Conversation world;
    Client fast(world, "alice");
    Client slow(world, "alice");
    for (Client* const client : {&fast, &slow}) {
        client->connects({"deviceId:phone", "heart-beat:0,0"});
        client->subscribes(kTopic, {"resume:device"});
    }
    world.says("4");
    fast.answers_pings();
    world.passes(kSecond);
    world.says("5");
    fast.answers_pings();
    slow.answers_pings();  // to the ping behind 4
    world.flushes_cursors();
    CHECK(world.store.cursor("alice", "phone", kTopic) == 22);
}

TEST_CASE("a log that is still being opened when a pong comes does not lose its beginning (PRODUCT 7)") {
    Conversation world;
    world.store.has_member("d", "alice");
    Client alice(world, "alice");
    alice.connects({"deviceId:phone"});
    alice.subscribes(kTopic, {"resume:device"});
    world.store.held = true;
    alice.subscribes("/topic/conversation/d", {"resume:device"});
    world.says("4");
    alice.answers_pings();
    alice.vanishes();
    world.store.held = false;
    world.settle();
    CHECK(world.store.cursor("alice", "phone", kTopic) == 19);
    CHECK(world.store.cursor_writes == 2);  // of c where it began, and how far it got; of d nothing is known
}

TEST_CASE("private messages are resumed by device without being asked for (PRODUCT 7)") {
    World world;
    Client bob(world, "bob");
    bob.connects();
    Client first(world, "alice");
    first.connects({"deviceId:phone"});
    first.subscribes(kPrivate);
    whispers(bob, "alice", "1");
    CHECK(first.transport->received.back()["destination"] == kPrivate);
    CHECK(first.sees() == "1");
    first.answers_pings();
    first.vanishes();
    whispers(bob, "alice", "2");
    Client second(world, "alice", 1);
    second.connects({"deviceId:phone"});
    second.subscribes(kPrivate);
    CHECK(second.sees() == "2");
    Client nameless(world, "alice");
    nameless.connects();
    nameless.subscribes(kPrivate);
    whispers(bob, "alice", "3");
    CHECK(nameless.sees() == "3");
    CHECK(second.sees() == "3");
}

TEST_CASE(
    "a device's own private messages do not come back to it, neither live nor replayed (PRODUCT 4, 7)") {
    World world;
    Client phone(world, "alice");
    Client tablet(world, "alice", 1);
    phone.connects({"deviceId:phone"});
    tablet.connects({"deviceId:tablet"});
    phone.subscribes(kPrivate);
    tablet.subscribes(kPrivate);
    tablet.vanishes();
    whispers(phone, "bob", "1");
    CHECK(phone.sees() == "");
    phone.vanishes();  // without a pong
    const auto sees_on = [&](const std::string& device) {
        Client again(world, "alice");
        again.connects({"deviceId:" + device});
        again.subscribes(kPrivate);
        const std::string seen = again.sees();
        again.answers_pings();
        again.vanishes();
        return seen;
    };
    const std::uint64_t before = world.store.cursor("alice", "phone", kPrivate);
    CHECK(sees_on("phone") == "");
    CHECK(world.store.cursor("alice", "phone", kPrivate) > before);  // it passed what was skipped
    CHECK(sees_on("tablet") == "1");
    CHECK(sees_on("tablet") == "");
}

TEST_CASE("on a topic one's own messages are replayed as they are delivered (PRODUCT 4)") {
    Conversation world;
    Client first(world, "alice");
    first.connects({"deviceId:phone"});
    first.subscribes(kTopic, {"resume:device"});
    first.sends("/app/chat", R"({"conversationId":"c","content":"mine"})");
    CHECK(first.sees() == "mine");
    first.vanishes();
    Client second(world, "alice");
    second.connects({"deviceId:phone"});
    second.subscribes(kTopic, {"resume:device"});
    CHECK(second.sees() == "mine");
}

TEST_CASE("a plain message to a log's destination is passed on, but skips its sender (PRODUCT 4)") {
    World world;
    Client root(world, "root+admin");
    Client other(world, "root+admin", 1);
    root.connects();
    other.connects();
    root.subscribes(kPrivate);
    other.subscribes(kPrivate);
    root.sends("/user/root/queue/private-messages", "note");
    CHECK(root.sees() == "");
    CHECK(other.sees() == "note");
    CHECK(other.session->delivered() == 1);
}
