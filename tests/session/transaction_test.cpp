// BEGIN, COMMIT and ABORT (STOMP 1.2; PRODUCT 4).
#include <doctest/doctest.h>

#include "tests/session/trade.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

TEST_CASE("BEGIN needs a name that no open transaction has (STOMP 1.2, BEGIN)") {
    for (const Lines& lines :
         {Lines{"receipt:r"}, Lines{"transaction:", "receipt:r"}, Lines{"transaction:t"}}) {
        CAPTURE(lines[0]);
        Trade world;
        Client alice(world, "alice");
        alice.connects({"on-denied:notify"});
        begins(alice);
        alice.says("BEGIN", lines);
        CHECK(alice.refused() == "protocol-error 1002");
    }
    Trade world;
    Client alice(world, "alice");
    alice.connects();
    begins(alice);
    alice.says("COMMIT", {"transaction:t"});
    alice.says("BEGIN", {"transaction:t", "receipt:again"});
    alice.receipt("again");
}

TEST_CASE("COMMIT, ABORT, SEND, ACK and NACK name a transaction that has begun (STOMP 1.2, COMMIT)") {
    for (const char* const command : {"COMMIT", "ABORT", "SEND", "ACK", "NACK"}) {
        CAPTURE(command);
        for (const char* const begun : {"", "other"}) {
            Trade world;
            Client alice(world, "alice");
            alice.connects({"on-denied:notify"});
            if (*begun != '\0') begins(alice, begun);
            alice.says(command, {"transaction:t", "destination:/topic/a", "id:1-1"});
            CHECK(alice.refused() == "protocol-error 1002");
        }
    }
}

TEST_CASE("what is sent in a transaction goes out at COMMIT, in its order (STOMP 1.2, BEGIN)") {
    Trade world;
    Two two(world);
    begins(two.alice);
    for (const char* const body : {"1", "2", "3"}) sends_in(two.alice, kTopic, body);
    two.alice.sends(kTopic, "outside");
    CHECK(two.bob.sees() == "outside");
    commits(two.alice);
    two.alice.receipt("commit");
    CHECK(two.bob.sees() == "1|2|3");
    CHECK(two.alice.refused() == "open");
}

TEST_CASE("a message of a transaction has its headers, and not that one") {
    Trade world;
    Two two(world);
    begins(two.alice);
    sends_in(two.alice, kTopic, "1", {"color:red", "content-type:text/x"});
    commits(two.alice);
    const Seen seen = two.bob.takes("MESSAGE");
    CHECK(seen["color"] == "red");
    CHECK(seen["content-type"] == "text/x");
    CHECK(seen["transaction"] == "(none)");
}

TEST_CASE("ABORT undoes what was sent (STOMP 1.2, ABORT)") {
    Trade world;
    Two two(world);
    begins(two.alice);
    sends_in(two.alice, kTopic, "1");
    keeps_in(two.alice, "2");
    two.alice.says("ABORT", {"transaction:t", "receipt:abort"});
    two.alice.receipt("abort");
    CHECK(two.bob.sees() == "");
    commits(two.alice);
    CHECK(two.alice.refused() == "protocol-error 1002");
}

TEST_CASE("transactions at once do not touch each other") {
    Trade world;
    Two two(world);
    begins(two.alice, "t");
    begins(two.alice, "u");
    sends_in(two.alice, kTopic, "t1");
    two.alice.sends(kTopic, "u1", {"transaction:u"});
    sends_in(two.alice, kTopic, "t2");
    commits(two.alice, "u");
    CHECK(two.bob.sees() == "u1");
    commits(two.alice, "t");
    CHECK(two.bob.sees() == "t1|t2");
}

TEST_CASE("what has to be kept is kept together, before anything goes out and before the RECEIPT") {
    Trade world;
    Two two(world);
    begins(two.alice);
    sends_in(two.alice, kTopic, "volatile");
    keeps_in(two.alice, "1");
    keeps_in(two.alice, "2");
    sends_in(two.alice, "/app/private-message", R"({"receiverId":"carol","content":"hi"})");
    world.store.held = true;
    commits(two.alice);
    CHECK(world.store.waiting() == 1);
    CHECK(two.bob.sees() == "");
    CHECK(two.alice.gets() == "");
    world.store.held = false;
    world.settle();
    two.alice.receipt("commit");
    CHECK(two.bob.sees() == "1|2|volatile");
    Client carol(world, "carol");
    carol.connects();
    carol.subscribes("/user/queue/private-messages", {"resume-after:0"});
    CHECK(carol.sees() == "hi");
}

TEST_CASE("when the store refuses a part nothing was done, and the answer names the frame") {
    Trade world;
    Two two(world, {"on-denied:notify"});
    world.store.has_member("c", "bob");
    begins(two.alice);
    sends_in(two.alice, kTopic, "volatile");
    keeps_in(two.alice, "1");
    sends_in(two.alice, "/app/chat", R"({"conversationId":"c","content":"as a stranger"})");
    keeps_in(two.alice, "2");
    commits(two.alice);
    const Seen notice = two.alice.takes("MESSAGE");
    CHECK(notice["code"] == "permission-denied");
    CHECK(notice["receipt-id"] == "commit");
    CHECK(notice.body.find("SEND to /app/chat") != std::string::npos);
    CHECK(two.bob.sees() == "");
    two.alice.sends(kTopic, "go on");
    CHECK(two.bob.sees() == "go on");
    commits(two.alice);  // it is no more
    CHECK(two.alice.refused() == "protocol-error 1002");
}

TEST_CASE("when the store takes nothing, nothing was done") {
    Trade world;
    Two two(world);
    begins(two.alice);
    sends_in(two.alice, kTopic, "volatile");
    keeps_in(two.alice, "1");
    world.store.refuses = true;
    commits(two.alice);
    CHECK(two.alice.refused() == "send-failed 1011");
    CHECK(two.bob.sees() == "");
}

TEST_CASE(
    "a frame is refused when it is sent, as outside of a transaction, and takes the transaction with it") {
    const std::tuple<const char*, Lines, const char*> rows[] = {
        {"SEND", {"destination:/user/queue/x"}, "permission-denied"},
        {"SEND", {"destination:/topic/*"}, "message-invalid"},
        {"SEND", {"destination:/app/chat"}, "message-invalid"},
        {"SEND", {"destination:/app/nonsense"}, "type-unsupported"},
        {"SEND", {"destination:/user/bob/queue/x", "persistent:true", "client-msg-id:\t"}, "message-invalid"},
    };
    for (const auto& [command, lines, code] : rows) {
        CAPTURE(lines[0]);
        Trade world;
        Two two(world, {"on-denied:notify"});
        begins(two.alice);
        sends_in(two.alice, kTopic, "1");
        Lines all = lines;
        all.push_back("transaction:t");
        two.alice.says(command, all, "{}");
        CHECK(two.alice.notice() == code);
        sends_in(two.alice, kTopic, "2");
        commits(two.alice);
        CHECK(two.alice.notice() == code);
        CHECK(two.bob.sees() == "");
        CHECK(two.alice.refused() == "open");
    }
}

TEST_CASE("commands that read, or are not the store's, cannot be part of a transaction") {
    for (const char* const command :
         {"sync", "history", "unread", "conversations/list", "heartbeat", "auth"}) {
        CAPTURE(command);
        Trade world;
        Two two(world, {"on-denied:notify"});
        begins(two.alice);
        sends_in(two.alice, std::string("/app/") + command,
                 R"({"conversationId":"c","token":"alice","after":0})");
        const Seen notice = two.alice.takes("MESSAGE");
        CHECK(notice["code"] == "type-unsupported");
        CHECK(notice.body.find(command) != std::string::npos);
    }
}

TEST_CASE("commands that change something can be") {
    Trade world;
    Two two(world);
    begins(two.alice);
    sends_in(two.alice, "/app/conversations/create", R"({"conversationId":"g","type":"group","name":"n"})");
    sends_in(two.alice, "/app/conversations/add", R"({"conversationId":"g","userId":"bob"})");
    sends_in(two.alice, "/app/chat", R"({"conversationId":"g","content":"hi"})");
    commits(two.alice);
    two.alice.receipt("commit");
    two.bob.subscribes("/topic/conversation/g", {"resume-after:0"});
    CHECK(two.bob.sees() == "hi");
}

TEST_CASE("a SEND of a transaction is answered when it is taken, COMMIT when it is done") {
    Trade world;
    Two two(world);
    begins(two.alice);
    world.store.held = true;
    sends_in(two.alice, kBobs, "1", {"persistent:true", "receipt:r"});
    two.alice.receipt("r");
    commits(two.alice);
    CHECK(two.alice.gets() == "");
    world.store.held = false;
    world.settle();
    two.alice.receipt("commit");
}

TEST_CASE("nothing behind a COMMIT is read before it is done") {
    Trade world;
    Two two(world);
    begins(two.alice);
    keeps_in(two.alice, "1");
    world.store.held = true;
    two.alice.gives(frame("COMMIT", {"transaction:t"}) + frame("SEND", {"destination:/topic/a"}, "later"));
    two.alice.sends(kTopic, "last");
    two.alice.says("DISCONNECT", {"receipt:bye"});
    CHECK(two.bob.sees() == "");
    world.store.held = false;
    world.settle();
    CHECK(two.bob.sees() == "1|later|last");
    two.alice.receipt("bye");
}

TEST_CASE("what was under way when a COMMIT stopped the reading waits, too") {
    Trade world;
    Two two(world);
    begins(two.alice);
    keeps_in(two.alice, "1");
    world.store.held = true;
    two.alice.gives_at_once(frame("COMMIT", {"transaction:t"}));
    const std::string next = frame("SEND", {"destination:/topic/a"}, "2");
    two.alice.gives_at_once(next.substr(0, 10));
    two.alice.gives_at_once(next.substr(10));
    two.alice.gives_at_once(frame("SEND", {"destination:/topic/a"}, "3"));
    world.store.held = false;
    world.settle();
    CHECK(two.bob.sees() == "1|2|3");
    CHECK(two.alice.refused() == "open");
}

TEST_CASE("what was sent before a COMMIT comes before what it sends") {
    Trade world;
    Two two(world);
    begins(two.alice);
    sends_in(two.alice, kBobs, "of the transaction");
    world.store.held = true;
    two.alice.sends(kBobs, "kept before", {"persistent:true"});
    commits(two.alice);
    CHECK(two.bob.sees() == "");
    world.store.held = false;
    world.settle();
    CHECK(two.bob.sees() == "kept before|of the transaction");
    two.alice.receipt("commit");
}
