// SEND, receipts, refusals and DISCONNECT: PRODUCT 4, 6, 10, 11; STOMP 1.2.
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

TEST_CASE("a RECEIPT comes after what it confirms has been done (STOMP 1.2, RECEIPT)") {
    World world(open_topics());
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/topic/a", {"receipt:s"});
    alice.sends("/topic/a", "hi", {"receipt:1"});
    CHECK(alice.gets() == "CONNECTED RECEIPT MESSAGE RECEIPT");
    alice.receipt("s");
    CHECK(alice.receipt("1")["message-id"] == alice.takes("MESSAGE")["message-id"]);
}

TEST_CASE("a receipt's id comes back octet by octet (STOMP 1.2, RECEIPT)") {
    World world(open_topics());
    Client alice(world, "alice");
    alice.connects();
    const std::pair<const char*, const char*> rows[] = {{"receipt:", ""},
                                                        {"receipt: a ", " a "},
                                                        {"receipt:a\\cb\\\\c\\n", "a:b\\c\n"},
                                                        {"receipt:\xc3\xa9", "\xc3\xa9"}};
    for (const auto& [line, id] : rows) {
        alice.sends("/topic/a", "", {line});
        alice.receipt(id);
        alice.subscribes("/topic/a", {line});
        alice.receipt(id);
        alice.unsubscribes("/topic/a", {line});
        alice.receipt(id);
    }
    alice.subscribes("/nowhere", {"receipt:"});
    CHECK(alice.takes("ERROR")["receipt-id"] == "");
}

TEST_CASE("the body goes on byte for byte, with its type and the sender's headers (PRODUCT 5)") {
    World world(open_topics());
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/topic/a");
    const std::string body("a\0b\n\xc3\xa9", 6);
    alice.sends("/topic/a", body,
                {"content-length:6", "content-type:text/plain;charset=utf-8", "x-trace:7", "reply-to:me"});
    const Seen seen = alice.takes("MESSAGE");
    CHECK(seen.body == body);
    CHECK(seen["content-length"] == "6");
    CHECK(seen["content-type"] == "text/plain;charset=utf-8");
    CHECK(seen["x-trace"] == "7");
    CHECK(seen["reply-to"] == "me");
    alice.sends("/topic/a", "");
    CHECK(alice.takes("MESSAGE")["content-type"] == "(none)");
}

TEST_CASE("each client's headers are read as its version writes them (STOMP 1.2, Value Encoding)") {
    const std::tuple<const char*, const char*, const char*> rows[] = {
        {"1.0", "x:a\\cb", "a\\cb"}, {"1.1", "x:a\\cb", "a:b"}, {"1.2", "x:a\\rb", "a\rb"}};
    World world(open_topics());
    Client bob(world, "bob");
    bob.connects().subscribes("/topic/a");
    for (const auto& [version, line, value] : rows) {
        Client alice(world, "alice");
        alice.connects({std::string("accept-version:") + version});
        alice.sends("/topic/a", "hi", {line});
        CHECK(bob.takes("MESSAGE")["x"] == value);
    }
    Client alice(world, "alice");
    alice.connects({"accept-version:1.1"});
    alice.sends("/topic/a", "hi", {"x:a\\rb"});  // 1.1 knows no such escape
    CHECK(alice.refused() == "protocol-error 1002");
}

TEST_CASE("what only the broker says, a sender cannot say (PRODUCT 5)") {
    World world(open_topics());
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/topic/a", {"id:mine"});
    const Lines forged{"message-id:f", "sender-id:root", "timestamp:1",     "subscription:f", "sequence:1",
                       "offset:1",     "redelivered:f",  "recovered:f",     "epoch:f",        "ack:f",
                       "code:f",       "ws-code:f",      "number:1",        "receipt-id:f",   "token:f",
                       "passcode:f",   "user-name:f",    "Authorization:f", "receipt:secret", "x:kept",
                       "first:1",      "last:1",         "duplicate:f",     "stored:f",       "heart-beat:f"};
    alice.sends("/topic/a", "hi", forged);
    const Seen seen = alice.takes("MESSAGE");
    for (const auto& [name, value] : seen.headers) {
        CAPTURE(name);
        CHECK(value != "f");
        CHECK(value != "1");
        CHECK(value != "root");
        CHECK(value != "secret");
    }
    CHECK(seen["sender-id"] == "alice");
    CHECK(seen["subscription"] == "mine");
    CHECK(seen["x"] == "kept");
}

TEST_CASE("persistent is true or false; what else it says is refused by name and value (PRODUCT 7, 10)") {
    const std::pair<const char*, const char*> rows[] = {
        {"TRUE", "persistent must be 'true' or 'false', not 'TRUE'"},
        {"1", "persistent must be 'true' or 'false', not '1'"},
        {"", "persistent must be 'true' or 'false', not ''"},
        {"a\\nb", "persistent must be 'true' or 'false'"},
        {"a value as long as an essay on persistence", "persistent must be 'true' or 'false'"},
    };
    World world(open_topics());
    Client bob(world, "bob");
    bob.connects();
    bob.subscribes("/topic/a");
    for (const auto& [value, text] : rows) {
        CAPTURE(value);
        Client alice(world, "alice");
        alice.connects();
        alice.sends("/topic/a", "hi", {"receipt:r", std::string("persistent:") + value});
        CHECK(alice.refused() == "message-invalid 1008");
        const Seen error = alice.takes("ERROR");
        CHECK(error["message"] == text);
        CHECK(error["receipt-id"] == "r");
        CHECK(error.body.find(R"("field":"persistent")") != std::string::npos);
    }
    CHECK(bob.sees() == "");
    Client alice(world, "alice");
    alice.connects();
    alice.sends("/topic/a", "hi", {"persistent:false"});
    CHECK(bob.sees() == "hi");
}

TEST_CASE("SENDs that cannot be are refused, each with its code (PRODUCT 4, 10)") {
    const std::tuple<Lines, const char*> rows[] = {
        {{"destination:/queue/a"}, "permission-denied"},
        {{"destination:/temp-queue/a"}, "message-invalid"},
        {{"destination:/user/queue/a"}, "permission-denied"},
        {{"destination:/user/bob/queue/errors"}, "permission-denied"},
        {{"destination:/topic/conversation/c"}, "permission-denied"},
        {{"destination:/topic/presence/bob"}, "permission-denied"},
        {{"destination:/topic/*"}, "message-invalid"},
        {{"destination:topic"}, "message-invalid"},
        {{"destination:/app/nonsense"}, "type-unsupported"},
        {{"destination:/app/typing"}, "type-unsupported"},
        {{"destination:/app/chat"}, "message-invalid"},
    };
    World world(open_topics());
    for (const auto& [lines, code] : rows) {
        CAPTURE(lines[0]);
        Client alice(world, "alice");
        Client strict(world, "bob");
        alice.connects({"on-denied:notify"});
        strict.connects();
        (void)alice.takes("CONNECTED");
        Lines all = lines;
        all.push_back("receipt:r");
        for (Client* const client : {&alice, &strict}) client->says("SEND", all, "{}");
        CHECK(alice.gets() == "MESSAGE");
        CHECK(alice.transport->received.at(0)["receipt-id"] == "r");
        CHECK(alice.notice() == code);
        CHECK(strict.refused() == std::string(code) + " 1008");
        CHECK(strict.takes("ERROR")["receipt-id"] == "r");
    }
}

TEST_CASE("SEND without destination violates STOMP (STOMP 1.2, SEND)") {
    World world;
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    alice.says("SEND", {}, "hi");
    CHECK(alice.refused() == "protocol-error 1002");
}

TEST_CASE("nothing follows an ERROR, and no further frame is read (STOMP 1.2, ERROR)") {
    World world(open_topics());
    Client alice(world, "alice");
    Client bob(world, "bob");
    alice.connects();
    bob.connects();
    alice.subscribes("/topic/a");
    bob.subscribes("/topic/a");
    alice.gives(frame("SEND", {"destination:/queue/a"}) +
                frame("SEND", {"destination:/topic/a", "receipt:r"}, "late"));
    bob.sends("/topic/a", "hi");
    alice.gives(frame("SEND", {"destination:/topic/a"}, "later"));
    CHECK(alice.gets() == "CONNECTED ERROR");
    CHECK(bob.sees() == "hi");
}

TEST_CASE("a violation behind good frames comes after their answers (STOMP 1.2, ERROR)") {
    World world(open_topics());
    Client alice(world, "alice");
    alice.connects();
    alice.gives(frame("SEND", {"destination:/topic/a", "receipt:1"}) + "NONSENSE\n\n");
    CHECK(alice.gets() == "CONNECTED RECEIPT ERROR");
    CHECK(alice.refused() == "protocol-error 1002");
}

TEST_CASE("a command's RECEIPT says what was stored, after it was delivered (PRODUCT 6, 7)") {
    World world;
    world.store.has_member("c", "alice");
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/topic/conversation/c");
    const std::string body = R"({"conversationId":"c","content":"hi","clientMsgId":"1"})";
    world.store.held = true;
    alice.sends("/app/chat", body, {"receipt:r"});
    CHECK(alice.gets() == "CONNECTED");
    CHECK(alice.session->busy());
    world.store.held = false;
    world.settle();
    CHECK_FALSE(alice.session->busy());
    CHECK(alice.gets() == "CONNECTED MESSAGE RECEIPT");
    CHECK(alice.sees() == "hi");
    const Seen receipt = alice.receipt("r");
    CHECK(receipt["sequence"] == "1");
    CHECK(receipt["offset"] == "10");
    CHECK(receipt["duplicate"] == "false");
    CHECK(receipt["stored"] == "true");
    CHECK(receipt["timestamp"] == std::to_string(to_ms(world.clock.wall())));
    alice.sends("/app/chat", body, {"receipt:r"});
    const Seen again = alice.receipt("r");
    CHECK(again["duplicate"] == "true");
    CHECK(again["message-id"] == receipt["message-id"]);
    CHECK(alice.sees() == "");
}

TEST_CASE("a command the store refuses is answered like any other refusal (PRODUCT 10)") {
    World world;
    world.store.has_member("c", "bob");
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    (void)alice.takes("CONNECTED");
    alice.sends("/app/chat", R"({"conversationId":"c","content":"hi"})", {"receipt:r"});
    CHECK(alice.transport->received.at(0)["receipt-id"] == "r");
    CHECK(alice.transport->received.at(0)["refused-destination"] == "/app/chat");
    CHECK(alice.notice() == "permission-denied");
}

TEST_CASE("commands come ten a second, fifty at once; more are refused (PRODUCT 11)") {
    World world;
    Client alice(world, "alice");
    alice.connects({"on-denied:notify", "heart-beat:0,0"});
    (void)alice.takes("CONNECTED");
    const auto accepted = [&](int commands) {
        int answered = 0;
        for (int i = 0; i < commands; ++i) {
            alice.sends("/app/heartbeat", "", {"receipt:r"});
            if (alice.gets() == "RECEIPT") ++answered;
            alice.transport->received.clear();
        }
        return answered;
    };
    CHECK(accepted(60) == 50);
    world.passes(kSecond);
    CHECK(accepted(20) == 10);
    world.passes(20 * kSecond);
    CHECK(accepted(60) == 50);

    Client strict(world, "bob");
    strict.connects();
    for (int i = 0; i < 51; ++i) strict.sends("/app/heartbeat", "");
    CHECK(strict.refused() == "rate-limited 4105");
}

TEST_CASE("DISCONNECT is answered, then closed with 1000 (STOMP 1.2, DISCONNECT)") {
    World world(open_topics());
    Client alice(world, "alice");
    Client bob(world, "bob");
    alice.connects().subscribes("/topic/a");
    bob.connects();
    alice.gives(frame("DISCONNECT", {"receipt:bye"}) + frame("SEND", {"destination:/topic/a"}, "late"));
    CHECK(alice.gets() == "CONNECTED RECEIPT");
    alice.receipt("bye");
    CHECK(alice.close_code() == 1000);
    bob.says("DISCONNECT");
    CHECK(bob.gets() == "CONNECTED");
    CHECK(bob.close_code() == 1000);
    CHECK(world.counters().sessions == 0);
}

TEST_CASE(
    "DISCONNECT waits for commands under way, and frames behind it count for nothing (STOMP 1.2, "
    "DISCONNECT)") {
    World world(open_topics());
    world.store.has_member("c", "alice");
    Client alice(world, "alice");
    Client bob(world, "bob");
    alice.connects();
    bob.connects().subscribes("/topic/a");
    world.store.held = true;
    alice.sends("/app/chat", R"({"conversationId":"c","content":"hi"})", {"receipt:1"});
    alice.says("DISCONNECT", {"receipt:2"});
    alice.sends("/topic/a", "late", {"receipt:3"});
    alice.gives("NONSENSE\n\n");
    CHECK(alice.gets() == "CONNECTED");
    CHECK(alice.close_code() == 0);
    world.store.held = false;
    world.settle();
    CHECK(alice.gets() == "CONNECTED RECEIPT RECEIPT");
    alice.receipt("1");
    alice.receipt("2");
    CHECK(alice.close_code() == 1000);
    CHECK(bob.sees() == "");
}

TEST_CASE("what was sent is stored although the socket died (STOMP 1.2, Connection Lingering)") {
    World world;
    world.store.has_member("c", "alice");
    world.store.has_member("c", "bob");
    Client bob(world, "bob");
    bob.connects();
    bob.subscribes("/topic/conversation/c");
    Client alice(world, "alice");
    alice.connects();
    world.store.held = true;
    alice.sends("/app/chat", R"({"conversationId":"c","content":"hi"})", {"receipt:1"});
    alice.vanishes();
    alice.session.reset();
    std::erase(world.clients, &alice);
    world.store.held = false;
    world.settle();
    CHECK(bob.sees() == "hi");
}
