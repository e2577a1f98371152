// Transactions that end otherwise: their client lost, too old, too large; and acknowledgements in them.
#include <doctest/doctest.h>

#include "tests/session/trade.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

TEST_CASE("who is lost while his COMMIT is under way is carried out; the next session finds it done") {
    Trade world;
    Two two(world);
    begins(two.alice);
    keeps_in(two.alice, "1");
    sends_in(two.alice, kTopic, "2");
    world.store.held = true;
    commits(two.alice);
    two.alice.vanishes();
    world.store.held = false;
    world.settle();
    CHECK(two.bob.sees() == "1|2");
}

TEST_CASE("who is lost, or says DISCONNECT, has aborted his transactions") {
    for (const bool orderly : {true, false}) {
        CAPTURE(orderly);
        Trade world;
        Two two(world);
        begins(two.alice);
        sends_in(two.alice, kTopic, "1");
        keeps_in(two.alice, "2");
        if (orderly)
            two.alice.says("DISCONNECT", {"receipt:bye"});
        else
            two.alice.vanishes();
        world.settle();
        CHECK(two.bob.sees() == "");
    }
}

TEST_CASE("an ACK counts at COMMIT; after ABORT the message can be acknowledged again") {
    Trade world;
    world.store.has_member("c", "alice");
    world.store.has_member("c", "bob");
    Client alice(world, "alice");
    alice.connects({"deviceId:phone"});
    alice.subscribes(kConversation, {"id:s", "ack:client", "resume:device", "resume-after:0"});
    std::vector<std::string> ids;
    for (const char* const text : {"1", "2"}) {
        world.store.has_message("c", "bob", text);
        world.settle();
        ids.push_back(alice.takes("MESSAGE")["ack"]);
    }
    const auto cursor = [&world] {
        world.flushes_cursors();
        return world.store.cursor("alice", "phone", kConversation);
    };
    begins(alice);
    alice.says("ACK", {"id:" + ids[1], "transaction:t", "receipt:1"});
    CHECK(alice.takes("RECEIPT")["receipt-id"] == "1");
    CHECK(cursor() == 0);
    alice.says("ABORT", {"transaction:t"});
    CHECK(cursor() == 0);
    CHECK(alice.sees() == "");
    begins(alice);
    alice.says("ACK", {"id:" + ids[1], "transaction:t"});
    commits(alice);
    CHECK(alice.takes("RECEIPT")["receipt-id"] == "commit");
    CHECK(world.store.cursor("alice", "phone", kConversation) == 13);  // in the commit, not behind it
    CHECK(alice.refused() == "open");
}

TEST_CASE("an ACK of a transaction is not done when the rest is refused") {
    Trade world;
    world.store.has_member("c", "alice");
    world.store.has_member("d", "bob");
    Client alice(world, "alice");
    alice.connects({"deviceId:phone", "on-denied:notify"});
    alice.subscribes(kConversation, {"id:s", "ack:client", "resume:device", "resume-after:0"});
    world.store.has_message("c", "bob", "1");
    world.settle();
    const std::string id = alice.takes("MESSAGE")["ack"];
    begins(alice);
    alice.says("ACK", {"id:" + id, "transaction:t"});
    sends_in(alice, "/app/chat", R"({"conversationId":"d","content":"as a stranger"})");
    commits(alice);
    CHECK(alice.notice() == "permission-denied");
    world.flushes_cursors();
    CHECK(world.store.cursor("alice", "phone", kConversation) == 0);
    alice.says("ACK", {"id:" + id, "receipt:r"});
    CHECK(alice.takes("RECEIPT")["receipt-id"] == "r");
    world.flushes_cursors();
    CHECK(world.store.cursor("alice", "phone", kConversation) == 10);
}

TEST_CASE("an ACK of what nobody sent is refused in a transaction, too") {
    Trade world;
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    begins(alice);
    alice.says("ACK", {"id:7-1", "transaction:t"});
    CHECK(alice.refused() == "protocol-error 1002");
}

TEST_CASE("open transactions, their frames and their octets are limited") {
    SessionLimits limits;
    limits.transactions = 2;
    limits.transaction_frames = 3;
    limits.transaction_bytes = 500;
    Trade world(limits);
    {
        Two two(world, {"on-denied:notify"});
        for (const char* const name : {"t", "u", "v"}) begins(two.alice, name);
        CHECK(two.alice.takes("MESSAGE").body.find("limits.transactions = 2") != std::string::npos);
        for (int i = 0; i < 2; ++i) sends_in(two.alice, kTopic, "x");
        two.alice.sends(kTopic, "x", {"transaction:u"});
        CHECK(two.alice.gets() == "");
        sends_in(two.alice, kTopic, "one too many");
        CHECK(two.alice.takes("MESSAGE").body.find("limits.transaction_frames = 3") != std::string::npos);
        commits(two.alice, "t");
        CHECK(two.alice.notice() == "send-failed");
        commits(two.alice, "u");
        two.alice.receipt("commit");
        CHECK(two.bob.sees() == "x");
    }
    Two two(world);
    begins(two.alice);
    sends_in(two.alice, kTopic, std::string(500, 'x'));
    CHECK(two.alice.refused() == "send-failed 1011");
}

TEST_CASE("a transaction that nobody ends is aborted, and who names it later hears so") {
    Trade world;
    Two two(world, {"on-denied:notify"});
    begins(two.alice, "t");
    sends_in(two.alice, kTopic, "1");
    world.passes(30 * kSecond);
    begins(two.alice, "u");
    world.passes(29 * kSecond);
    CHECK(two.alice.sees() == "");
    world.passes(2 * kSecond);
    CHECK(two.alice.notice() == "send-failed");
    two.alice.sends(kTopic, "2", {"transaction:t"});
    CHECK(two.alice.takes("MESSAGE").body.find("limits.transaction_age") != std::string::npos);
    two.alice.sends(kTopic, "3", {"transaction:u"});
    commits(two.alice, "u");
    CHECK(two.bob.sees() == "3");
    begins(two.alice, "t");  // the name is free again
    commits(two.alice, "t");
    CHECK(two.alice.refused() == "open");
}

TEST_CASE("transaction means nothing on SUBSCRIBE and UNSUBSCRIBE") {
    Trade world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes(kTopic, {"transaction:never", "receipt:1"});
    alice.receipt("1");
    alice.unsubscribes(kTopic, {"transaction:never", "receipt:2"});
    alice.receipt("2");
}

TEST_CASE("an empty transaction is committed") {
    Trade world;
    Client alice(world, "alice");
    alice.connects();
    begins(alice);
    commits(alice);
    (void)alice.takes("CONNECTED");
    alice.receipt("commit");
}
