// SUBSCRIBE and UNSUBSCRIBE, and what reaches a subscription: PRODUCT 4, 5, 10; STOMP 1.2.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "broker/base/base64.hpp"
#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

TEST_CASE("every subscriber of a topic gets every message, the sender too, on every shard (PRODUCT 4)") {
    World world(open_topics());
    Client alice(world, "alice", 0);
    Client bob(world, "bob", 1);
    alice.connects().subscribes("/topic/a");
    bob.connects().subscribes("/topic/a", {"id:7", "receipt:r"});
    bob.receipt("r");
    bob.sends("/topic/a", "hi");
    bob.sends("/topic/b", "nobody");
    CHECK(alice.sees() == "hi");
    const Seen seen = bob.takes("MESSAGE");
    CHECK(seen.body == "hi");
    CHECK(seen["subscription"] == "7");
    CHECK(seen["destination"] == "/topic/a");
    CHECK(seen["sender-id"] == "bob");
    CHECK(seen["message-id"].size() == kMessageIdLength);
    CHECK(seen["timestamp"] == std::to_string(to_ms(world.clock.wall())));
    CHECK(seen["ack"] == "(none)");  // STOMP 1.2, MESSAGE: only where it is to be acknowledged
}

TEST_CASE("what is wrong with a SUBSCRIBE ends the connection (STOMP 1.2, SUBSCRIBE; PRODUCT 10)") {
    const std::pair<Lines, const char*> rows[] = {
        {{"id:1", "receipt:r"}, "protocol-error 1002"},
        {{"destination:/topic/a", "receipt:r"}, "protocol-error 1002"},
        {{"destination:/topic/first", "id:first", "receipt:r"}, "protocol-error 1002"},
        {{"destination:/topic/a", "id:", "receipt:r"}, "protocol-error 1002"},
        {{"destination:topic", "id:1", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/topic/a*", "id:1", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/queue/a", "id:1", "receipt:r"}, "permission-denied 1008"},
        {{"destination:/temp-queue/*", "id:1", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/app/chat", "id:1", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/app/unread", "id:1", "ack:client", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/app/unread", "id:1", "resume-after:0", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/user/bob/queue/x", "id:1", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/**", "id:1", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/topic/*", "id:1", "resume-after:0", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/user/queue/*", "id:1", "resume-after:0", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/user/queue/errors", "id:1", "resume-after:0", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/topic/a", "id:1", "ack:never", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/topic/a", "id:1", "resume-after:5", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/topic/a", "id:1", "resume:all", "receipt:r"}, "subscribe-failed 1008"},
        {{"destination:/topic/conversation/c", "id:1", "resume-after:-5", "receipt:r"},
         "subscribe-failed 1008"},
        {{"destination:/topic/conversation/c", "id:1", "resume:device", "receipt:r"},
         "subscribe-failed 1008"},
    };
    for (const auto& [lines, expected] : rows) {
        World world(open_topics());
        Client alice(world, "alice");
        alice.connects().subscribes("/topic/first", {"id:first"});
        alice.says("SUBSCRIBE", lines);
        CAPTURE(lines[0]);
        CHECK(alice.refused() == expected);
        CHECK(alice.takes("ERROR")["receipt-id"] == "r");
        CHECK(world.counters().subscriptions == 0);
    }
}

TEST_CASE("more subscriptions than the limit are refused, with its key (PRODUCT 11)") {
    SessionLimits limits;
    limits.subscriptions = 2;
    World world(open_topics(), limits);
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    alice.subscribes("/topic/a");
    alice.subscribes("/topic/b");
    (void)alice.takes("CONNECTED");
    alice.subscribes("/topic/c");
    CHECK(alice.transport->received.at(0)["message"].find("limits.subscriptions_per_session = 2") !=
          std::string::npos);
    CHECK(alice.notice() == "subscribe-failed");
    alice.unsubscribes("/topic/a");
    alice.subscribes("/topic/c", {"receipt:r"});
    alice.receipt("r");
}

TEST_CASE("no rule, no subscription: ERROR and the end (STOMP 1.2, ERROR; PRODUCT 4, 10)") {
    World world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/topic/secret", {"id:s", "receipt:r"});
    CHECK(alice.refused() == "permission-denied 1008");
    const Seen error = alice.takes("ERROR");
    CHECK(error["receipt-id"] == "r");
    CHECK(error["destination"] == "/topic/secret");
    CHECK(error["subscription"] == "s");
}

TEST_CASE("who listens to /user/queue/errors is told there and lives on (PRODUCT 10)") {
    World world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/user/queue/errors", {"id:e"});
    (void)alice.takes("CONNECTED");
    alice.subscribes("/topic/secret", {"id:s", "receipt:r"});
    CHECK(alice.gets() == "MESSAGE");
    const Seen notice = alice.takes("MESSAGE");
    CHECK(notice["subscription"] == "e");
    CHECK(notice["destination"] == "/user/queue/errors");
    CHECK(notice["receipt-id"] == "r");
    CHECK(notice["refused-destination"] == "/topic/secret");
    CHECK(notice["refused-subscription"] == "s");
    CHECK(notice["code"] == "permission-denied");
    CHECK(notice["ws-code"] == "WS_006");
    CHECK(notice["number"] == "3001");
    CHECK(notice["message-id"] != "(none)");
    const auto body = nlohmann::json::parse(notice.body);
    CHECK(body["receiptId"] == "r");
    CHECK(body["subscription"] == "s");
    CHECK(body["destination"] == "/topic/secret");
    CHECK(alice.refused() == "open");
}

TEST_CASE("each subscription that covers /user/queue/errors hears a notice, as long as it is there") {
    World world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/user/queue/errors", {"id:1"});
    alice.subscribes("/user/queue/errors", {"id:2"});
    alice.subscribes("/user/queue/**", {"id:3"});
    (void)alice.takes("CONNECTED");
    alice.sends("/topic/secret", "");
    CHECK(alice.gets() == "MESSAGE MESSAGE MESSAGE");
    const std::string id = alice.takes("MESSAGE")["message-id"];
    CHECK(alice.takes("MESSAGE")["message-id"] == id);
    CHECK(alice.takes("MESSAGE")["subscription"] == "3");
    alice.unsubscribes("1");
    alice.unsubscribes("3");
    alice.sends("/topic/secret", "");
    CHECK(alice.takes("MESSAGE")["subscription"] == "2");
    alice.unsubscribes("2");
    alice.sends("/topic/secret", "");
    CHECK(alice.refused() == "permission-denied 1008");
}

TEST_CASE("on-denied:notify is told without a subscription, and lives on (PRODUCT 10)") {
    World world;
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    (void)alice.takes("CONNECTED");
    alice.subscribes("/topic/secret");
    CHECK(alice.notice() == "permission-denied");
    CHECK(alice.refused() == "open");
    alice.unsubscribes("never there");  // a violation of STOMP is no refusal
    CHECK(alice.refused() == "protocol-error 1002");
}

TEST_CASE("wildcards stand for whole segments, and MESSAGE names the concrete destination (PRODUCT 4)") {
    World world(open_topics());
    Client alice(world, "alice");
    Client bob(world, "bob", 1);
    alice.connects();
    bob.connects();
    alice.subscribes("/topic/*/b", {"id:one"});
    alice.subscribes("/topic/a/**", {"id:any"});
    bob.sends("/topic/a/b", "1");
    CHECK(alice.transport->received.back()["destination"] == "/topic/a/b");
    bob.sends("/topic/a", "2");
    bob.sends("/topic/a.b", "3");
    bob.sends("/topic/x/b", "4");
    bob.sends("/topic/x/y/b", "5");
    CHECK(alice.sees() == "1|1|2|4");
}

TEST_CASE("overlapping subscriptions get a copy each, with the same message-id (PRODUCT 4)") {
    World world(open_topics());
    Client alice(world, "alice");
    alice.connects();
    for (const char* const id : {"id:1", "id:2"}) alice.subscribes("/topic/a", {id});
    alice.subscribes("/topic/**", {"id:3"});
    alice.sends("/topic/a", "hi");
    std::string subscriptions;
    std::string ids;
    for (int i = 0; i < 3; ++i) {
        const Seen seen = alice.takes("MESSAGE");
        subscriptions += seen["subscription"];
        if (ids.find(seen["message-id"]) == std::string::npos) ids += seen["message-id"];
    }
    CHECK(subscriptions == "123");
    CHECK(ids.size() == kMessageIdLength);
    CHECK(alice.sees() == "");
}

TEST_CASE("a pattern delivers only what its reader may subscribe to (PRODUCT 4)") {
    World world({{"deny", {"subscribe"}, {"/topic/a/secret"}, {"user:alice"}, {}, {}},
                 allow({"subscribe"}, "/topic/a/**"),
                 allow({"send"}, "/topic/**")});
    Client alice(world, "alice");
    Client bob(world, "bob");
    alice.connects();
    bob.connects();
    alice.subscribes("/topic/**");
    for (const char* const destination : {"/topic/a/secret", "/topic/a/news", "/topic/b", "/topic/a/secret"})
        bob.sends(destination, destination);
    CHECK(alice.sees() == "/topic/a/news");
    CHECK(world.counters().acl_denied[admin::AclAction::kDeliver] == 2);  // asked once for each
    alice.subscribes("/topic/b/**");
    CHECK(alice.refused() == "permission-denied 1008");  // overlaps nothing allowed
}

TEST_CASE("UNSUBSCRIBE ends one subscription; of an unknown id it is an ERROR (STOMP 1.2, UNSUBSCRIBE)") {
    World world(open_topics());
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/topic/a", {"id:1"});
    alice.subscribes("/topic/a", {"id:2"});
    alice.unsubscribes("1", {"receipt:r"});
    alice.receipt("r");
    alice.sends("/topic/a", "hi");
    CHECK(alice.takes("MESSAGE")["subscription"] == "2");
    CHECK(alice.sees() == "");
    alice.unsubscribes("1", {"receipt:r2"});
    CHECK(alice.refused() == "protocol-error 1002");
    CHECK(alice.takes("ERROR")["receipt-id"] == "r2");
}

TEST_CASE("in 1.0 the destination stands for a missing id (STOMP 1.0, SUBSCRIBE)") {
    World world(open_topics());
    Client alice(world, "alice");
    alice.connects({"accept-version:1.0"});
    alice.says("SUBSCRIBE", {"destination:/topic/a"});
    alice.sends("/topic/a", "hi");
    CHECK(alice.sees() == "hi");
    alice.says("UNSUBSCRIBE", {"destination:/topic/a", "receipt:r"});
    alice.receipt("r");
    alice.sends("/topic/a", "hi");
    CHECK(alice.sees() == "");
}

TEST_CASE("a user queue is one's own, on every session but the one that sent (PRODUCT 4)") {
    World world({allow({"send"}, "/user/*/queue/x")});
    Client phone(world, "alice", 0);
    Client laptop(world, "alice", 1);
    Client bob(world, "bob", 0);
    for (Client* const client : {&phone, &laptop, &bob}) {
        client->connects();
        client->subscribes("/user/queue/x");
    }
    phone.sends("/user/alice/queue/x", "mine");
    CHECK(phone.sees() == "");
    CHECK(laptop.transport->received.back()["destination"] == "/user/queue/x");
    CHECK(laptop.sees() == "mine");
    bob.sends("/user/alice/queue/x", "hers");
    CHECK(phone.sees() == "hers");
    CHECK(laptop.sees() == "hers");
    CHECK(bob.sees() == "");
}

TEST_CASE("an envelope comes as JSON, or as protobuf to who accepts it (PRODUCT 5)") {
    World world;
    world.store.has_member("c", "alice");
    Client alice(world, "alice");
    Client tunnelled(world, "alice", 1, net::Wire::kSockJsWebSocket);
    alice.connects();
    tunnelled.connects();
    alice.subscribes("/topic/conversation/c", {"id:json"});
    alice.subscribes("/topic/conversation/c", {"id:binary", "accept:application/x-protobuf"});
    tunnelled.subscribes("/topic/conversation/c", {"accept:application/x-protobuf"});
    alice.sends("/app/chat", R"({"conversationId":"c","content":"h\u00e9"})");

    const Seen json = alice.takes("MESSAGE");
    CHECK(json["content-type"] == "application/json");
    CHECK(json["sequence"] == "1");
    CHECK(json["offset"] == "10");
    CHECK_FALSE(json.binary);
    const Seen binary = alice.takes("MESSAGE");
    CHECK(binary["content-type"] == "application/x-protobuf");
    CHECK(binary["content-transfer-encoding"] == "(none)");
    storage::Envelope envelope;
    REQUIRE(envelope.ParseFromString(binary.body));
    CHECK(envelope.messageid() == json["message-id"]);
    const Seen text = tunnelled.takes("MESSAGE");
    CHECK(text["content-type"] == "application/x-protobuf");
    CHECK(text["content-transfer-encoding"] == "base64");
    CHECK(base64_decode(text.body) == binary.body);
}

TEST_CASE("a plain message is the sender's octets also to who accepts protobuf (PRODUCT 5)") {
    World world(open_topics());
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/topic/a", {"accept:application/x-protobuf"});
    alice.sends("/topic/a", "\xff\xfe", {"content-type:application/octet-stream"});
    const Seen seen = alice.takes("MESSAGE");
    CHECK(seen.body == "\xff\xfe");
    CHECK(seen.binary);  // not UTF-8, so no text frame
    CHECK(seen["content-type"] == "application/octet-stream");
}

TEST_CASE("SockJS carries text only: a plain message comes as it is if it is UTF-8, else as base64") {
    World world(open_topics());
    Client alice(world, "alice");
    Client tunnelled(world, "carol", 1, net::Wire::kSockJsWebSocket);
    alice.connects();
    tunnelled.connects();
    tunnelled.subscribes("/topic/a");
    alice.sends("/topic/a", "h\u00e9", {"content-type:text/plain"});
    const Seen text = tunnelled.takes("MESSAGE");
    CHECK(text.body == "h\u00e9");
    CHECK(text["content-transfer-encoding"] == "(none)");
    alice.sends("/topic/a", "\xff\xfe", {"content-type:application/octet-stream"});
    const Seen octets = tunnelled.takes("MESSAGE");
    CHECK(octets["content-type"] == "application/octet-stream");
    CHECK(octets["content-transfer-encoding"] == "base64");
    CHECK(base64_decode(octets.body) == "\xff\xfe");
}

TEST_CASE("each client gets headers as its version writes them (STOMP 1.2, Value Encoding)") {
    const std::tuple<const char*, const char*, bool> rows[] = {
        {"1.2", "note:a\\cb\\nc\\\\\\r", true}, {"1.1", "note:", false}, {"1.0", "note:", false}};
    World world(open_topics());
    Client bob(world, "bob");
    bob.connects();
    for (const auto& [version, expected, has_note] : rows) {
        Client alice(world, "alice");
        alice.connects({std::string("accept-version:") + version});
        alice.subscribes("/topic/a");
        bob.sends("/topic/a", "hi", {"note:a\\cb\\nc\\\\\\r", "plain:x"});  // a CR, which 1.1 cannot say
        const std::string& octets = alice.transport->wire_octets.back();
        CAPTURE(version);
        CHECK((octets.find(expected) != std::string::npos) == has_note);
        CHECK(octets.find("\nplain:x\n") != std::string::npos);
    }
}
