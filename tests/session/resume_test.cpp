// Logs, resume and cursors: PRODUCT 7.
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

namespace {

constexpr const char* kTopic = "/topic/conversation/c";

// Alice is in conversation c, where bob has said 1, 2, 3 at offsets 10, 13, 16.
struct Conversation : World {
    explicit Conversation(const SessionLimits& own_limits = {}, int messages = 3) : World({}, own_limits) {
        store.has_member("c", "alice");
        for (int i = 1; i <= messages; ++i) says(std::to_string(i));
    }
    void says(const std::string& text) {
        store.has_message("c", "bob", text);
        settle();
    }
    // One answer of the store, and what it causes.
    void store_answers_once() {
        store.work_once();
        settle();
    }
};

}  // namespace

TEST_CASE("resume-after gives all that came after, then what is live, and says what there is (PRODUCT 7)") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes(kTopic, {"resume-after:10", "epoch:e1", "receipt:r"});
    CHECK(alice.gets() == "CONNECTED RECEIPT MESSAGE MESSAGE");
    const Seen receipt = alice.receipt("r");
    CHECK(receipt["recovered"] == "true");
    CHECK(receipt["epoch"] == "e1");
    CHECK(receipt["first"] == "10");
    CHECK(receipt["last"] == "16");
    const Seen two = alice.takes("MESSAGE");
    CHECK(two["offset"] == "13");
    CHECK(two["sequence"] == "2");
    CHECK(two["destination"] == kTopic);
    CHECK(two["recovered"] == "(none)");
    world.says("4");
    CHECK(alice.sees() == "3|4");
}

TEST_CASE("without a receipt the first MESSAGE says it, and only that one (PRODUCT 7)") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes(kTopic, {"resume-after:13"});
    CHECK(alice.takes("MESSAGE")["recovered"] == "true");
    world.says("4");
    CHECK(alice.takes("MESSAGE")["recovered"] == "(none)");

    Client live(world, "alice");
    live.connects();
    live.subscribes(kTopic);
    world.says("5");
    const Seen first = live.takes("MESSAGE");
    CHECK(first["epoch"] == "e1");
    CHECK(first["last"] == "19");
    CHECK(first["recovered"] == "(none)");  // nothing was to be recovered
}

TEST_CASE("a place that is not in this log is not resumed from: live, recovered:false (PRODUCT 7)") {
    const Lines rows[] = {
        {"resume-after:10", "epoch:another"}, {"resume-after:17"}, {"resume-after:17", "epoch:e1"}};
    for (const Lines& lines : rows) {
        Conversation world;
        Client alice(world, "alice");
        alice.connects();
        Lines all = lines;
        all.push_back("receipt:r");
        alice.subscribes(kTopic, all);
        CHECK(alice.receipt("r")["recovered"] == "false");
        CHECK(alice.sees() == "");
        world.says("4");
        CHECK(alice.sees() == "4");
    }
}

TEST_CASE("a place older than what is kept is not resumed from; 0 asks for all that there is (PRODUCT 7)") {
    const std::tuple<const char*, const char*, const char*> rows[] = {
        {"10", "false", ""}, {"13", "true", "3"}, {"16", "true", ""}, {"0", "false", "3"}};
    for (const auto& [after, recovered, seen] : rows) {
        CAPTURE(after);
        Conversation world;
        world.store.forgets(13);
        Client alice(world, "alice");
        alice.connects();
        alice.subscribes(kTopic, {std::string("resume-after:") + after, "receipt:r"});
        CHECK(alice.receipt("r")["recovered"] == recovered);
        CHECK(alice.sees() == seen);
    }
}

TEST_CASE("every log is resumed the same way: views, inboxes (PRODUCT 7)") {
    for (const char* const log :
         {"/user/queue/messages", "/user/queue/private-messages", "/user/queue/a.b/c"}) {
        CAPTURE(log);
        Conversation world({}, 0);
        world.store.has_member("direct:alice-bob", "alice");
        const auto arrives = [&](const std::string& text) {
            if (std::string(log).ends_with("messages"))
                world.store.has_message("direct:alice-bob", "bob", text);
            else
                world.store.has_entry("/user/alice/queue/a.b/c", "alice", text);
            world.settle();
        };
        arrives("1");  // at 10
        arrives("2");
        Client alice(world, "alice");
        alice.connects({"deviceId:phone"});
        alice.subscribes(log, {"resume-after:10", "epoch:e1", "receipt:r"});
        const Seen receipt = alice.receipt("r");
        CHECK(receipt["recovered"] == "true");
        CHECK(receipt["epoch"] == "e1");
        CHECK(receipt["first"] == "10");
        CHECK(receipt["last"] == "13");
        CHECK(alice.transport->received.back()["destination"] == log);
        arrives("3");
        CHECK(alice.sees() == "2|3");
    }
}

TEST_CASE("an inbox without a device is not looked into, only its epoch is told (PRODUCT 7)") {
    World world;
    Client alice(world, "alice");
    alice.connects();
    world.store.held = true;
    alice.subscribes("/user/queue/x", {"receipt:r"});
    const Seen receipt = alice.receipt("r");
    CHECK(receipt["epoch"] == "e1");
    CHECK(receipt["last"] == "(none)");
    for (const char* const queue :
         {"errors", "auth", "sync", "history", "conversations", "message-status", "user-status", "unread"}) {
        alice.subscribes(std::string("/user/queue/") + queue, {"receipt:r"});
        CHECK(alice.receipt("r")["epoch"] == "(none)");  // no log
    }
    CHECK(world.store.waiting() == 0);
}

TEST_CASE("the end of the log is a place to resume from") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes(kTopic, {"resume-after:16", "receipt:r"});
    CHECK(alice.receipt("r")["recovered"] == "true");
    world.says("4");
    CHECK(alice.sees() == "4");
}

TEST_CASE("what comes live while the log is read comes once and in order, whenever it comes (PRODUCT 7)") {
    // The reads are: memberships, state, page. A message is committed before the n-th of them.
    for (int n = 0; n <= 4; ++n) {
        CAPTURE(n);
        Conversation world;
        Client alice(world, "alice");
        alice.connects();
        world.store.held = true;
        alice.subscribes(kTopic, {"resume-after:10", "receipt:r"});
        for (int step = 0; step < 5; ++step) {
            if (step == n) world.says("4");
            if (world.store.waiting() > 0) world.store_answers_once();
        }
        world.store.held = false;
        world.settle();
        world.says("5");
        CHECK(alice.sees() == "2|3|4|5");
    }
}

TEST_CASE("a long log comes page by page, at the pace of its reader (PRODUCT 7, 11)") {
    SessionLimits limits;
    limits.outgoing_bytes = 32 * 1024;
    Conversation world(limits, 450);
    Client alice(world, "alice");
    alice.connects();
    alice.transport->stalled = true;
    alice.subscribes(kTopic, {"resume-after:0"});
    CHECK(alice.transport->queued() <= limits.outgoing_bytes / 2 + 1024);
    CHECK(world.store.pages_read == 1);
    CHECK(alice.refused() == "open");
    world.says("live");
    alice.transport->stalled = false;
    world.settle();
    CHECK(world.store.pages_read >= 3);
    std::string expected;
    for (int i = 1; i <= 450; ++i) expected += std::to_string(i) + '|';
    CHECK(alice.sees() == expected + "live");
    CHECK(alice.refused() == "open");
}

TEST_CASE("UNSUBSCRIBE in the middle of a replay ends it (STOMP 1.2, UNSUBSCRIBE)") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes(kTopic, {"id:warm-up"});
    world.store.held = true;
    alice.subscribes(kTopic, {"id:1", "resume-after:0"});
    world.store_answers_once();
    alice.unsubscribes("1", {"receipt:r"});
    alice.subscribes(kTopic, {"id:1", "receipt:again"});  // the page that is under way is not for this one
    world.store.held = false;
    world.settle();
    alice.receipt("r");
    alice.receipt("again");
    CHECK(alice.sees() == "");
}

TEST_CASE("a log that cannot be read refuses the SUBSCRIBE (PRODUCT 10)") {
    Conversation world;
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    alice.subscribes(kTopic, {"id:warm-up"});
    (void)alice.takes("CONNECTED");
    world.store.fails_to_read = true;
    alice.subscribes(kTopic, {"id:1", "receipt:r"});
    CHECK(alice.transport->received.at(0)["receipt-id"] == "r");
    CHECK(alice.transport->received.at(0)["refused-subscription"] == "1");
    CHECK(alice.notice() == "subscribe-failed");
    CHECK(world.counters().subscriptions == 1);
}
