// ACK and NACK as frames, in three versions: STOMP 1.0, 1.1, 1.2; PRODUCT 7, "Cursors".
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

namespace {

constexpr const char* kTopic = "/topic/conversation/c";

// Alice's phone gets conversation c, where bob says 1, 2, 3 … at offsets 10, 13, 16 …
struct Conversation : World {
    explicit Conversation(const SessionLimits& own_limits = {}) : World({}, own_limits) {
        store.has_member("c", "alice");
        store.has_member("c", "bob");
    }
    void says(const std::string& text) {
        store.has_message("c", "bob", text);
        settle();
    }
    [[nodiscard]] std::uint64_t cursor() {
        flushes_cursors();
        return store.cursor("alice", "phone", kTopic);
    }
};

void opens(Client& alice, const std::string& mode, const Lines& connect = {}) {
    Lines lines = connect;
    lines.push_back("deviceId:phone");
    alice.connects(lines);
    alice.subscribes(kTopic, {"id:s", "ack:" + mode, "resume:device", "resume-after:0"});
}

// The ack ids of all MESSAGEs so far, which are taken.
std::vector<std::string> acks(Client& client) {
    std::vector<std::string> ids;
    for (const Seen& seen : client.transport->received)
        if (seen.command == "MESSAGE") ids.push_back(seen["ack"]);
    (void)client.sees();
    return ids;
}

}  // namespace

TEST_CASE("with ack:client the cursor follows the ACKs, and no pong (STOMP 1.2, ACK; PRODUCT 7)") {
    Conversation world;
    Client alice(world, "alice");
    opens(alice, "client");
    for (const char* const text : {"1", "2", "3"}) world.says(text);
    const auto ids = acks(alice);
    REQUIRE(ids.size() == 3);
    alice.answers_pings();
    CHECK(world.cursor() == 0);
    alice.says("ACK", {"id:" + ids[1], "receipt:r"});
    alice.receipt("r");
    CHECK(world.cursor() == 13);  // the first one, too
    alice.says("ACK", {"id:" + ids[0]});
    alice.says("ACK", {"id:" + ids[2]});
    CHECK(world.cursor() == 16);
    CHECK(alice.refused() == "open");
}

TEST_CASE("with ack:client-individual each one counts, and what was refused comes again (STOMP 1.2, NACK)") {
    Conversation world;
    Client alice(world, "alice");
    opens(alice, "client-individual");
    for (const char* const text : {"1", "2", "3"}) world.says(text);
    const auto ids = acks(alice);
    alice.says("ACK", {"id:" + ids[2]});
    CHECK(world.cursor() == 0);
    alice.says("ACK", {"id:" + ids[0]});
    CHECK(world.cursor() == 10);
    alice.says("NACK", {"id:" + ids[1]});
    CHECK(world.cursor() == 10);
    CHECK(alice.sees() == "");
    alice.vanishes();
    Client again(world, "alice");
    opens(again, "client");
    CHECK(again.transport->received.at(1)["redelivered"] == "true");
    CHECK(again.sees() == "2|3");
}

TEST_CASE("each version says what it acknowledges in its own way (STOMP 1.0, 1.1, 1.2, ACK)") {
    struct Row {
        const char* version;
        const char* key;  // of an ACK; %: the message-id, #: the header ack
    };
    const Row rows[] = {{"1.2", "id:#"}, {"1.1", "message-id:%"}, {"1.0", "message-id:%"}};
    for (const Row& row : rows) {
        CAPTURE(row.version);
        Conversation world;
        Client alice(world, "alice");
        opens(alice, "client", {std::string("accept-version:") + row.version});
        world.says("1");
        const Seen seen = alice.takes("MESSAGE");
        CHECK((seen["ack"] != "(none)") == (std::string(row.version) == "1.2"));
        std::string key = row.key;
        key = key.substr(0, key.size() - 1) + (key.back() == '#' ? seen["ack"] : seen["message-id"]);
        Lines lines{key, "receipt:r"};
        if (std::string(row.version) == "1.1") lines.push_back("subscription:s");
        alice.says("ACK", lines);
        alice.receipt("r");
        CHECK(world.cursor() == 10);
        alice.says("ACK", lines);  // once more does no harm
        alice.receipt("r");
    }
}

TEST_CASE("what acknowledges nothing that was sent is an error (STOMP 1.2, ACK, NACK)") {
    struct Row {
        const char* version;
        const char* command;
        Lines lines;
    };
    const Row rows[] = {
        {"1.2", "ACK", {}},
        {"1.2", "ACK", {"message-id:m1", "subscription:s"}},
        {"1.2", "ACK", {"id:garbage"}},
        {"1.2", "ACK", {"id:1-2"}},
        {"1.2", "ACK", {"id:2-1"}},
        {"1.2", "ACK", {"id:0-0"}},
        {"1.2", "NACK", {"id:"}},
        {"1.1", "ACK", {"id:1-1"}},
        {"1.1", "ACK", {"message-id:m1"}},
        {"1.1", "ACK", {"message-id:m1", "subscription:unknown"}},
        {"1.1", "ACK", {"message-id:m1", "subscription:auto"}},
        {"1.1", "NACK", {"message-id:garbage", "subscription:s"}},
        {"1.0", "ACK", {"message-id:garbage"}},
        {"1.0", "NACK", {"message-id:m1"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.version);
        CAPTURE(row.lines.size());
        Conversation world;
        Client alice(world, "alice");
        opens(alice, "client", {std::string("accept-version:") + row.version, "on-denied:notify"});
        alice.subscribes(kTopic, {"id:auto"});
        world.says("1");
        Lines lines = row.lines;
        lines.push_back("receipt:r");
        alice.says(row.command, lines);
        CHECK(alice.refused() == "protocol-error 1002");
        CHECK(alice.takes("ERROR")["receipt-id"] == "r");
        CHECK(world.cursor() == 0);
    }
}

TEST_CASE("an ACK that crosses its UNSUBSCRIBE is no error (STOMP 1.2, UNSUBSCRIBE)") {
    for (const char* const version : {"1.2", "1.1"}) {
        Conversation world;
        Client alice(world, "alice");
        opens(alice, "client", {std::string("accept-version:") + version});
        world.says("1");
        const Seen seen = alice.takes("MESSAGE");
        alice.unsubscribes("s");
        alice.says("ACK",
                   {"id:" + seen["ack"], "message-id:" + seen["message-id"], "subscription:s", "receipt:r"});
        alice.receipt("r");
        CHECK(world.cursor() == 0);
    }
}

TEST_CASE("an ACK on one subscription says nothing about another (STOMP 1.2, ACK)") {
    Conversation world;
    Client alice(world, "alice");
    opens(alice, "client");
    alice.subscribes(kTopic, {"id:other", "ack:client"});
    world.says("1");
    for (const Seen& seen : std::vector<Seen>(alice.transport->received))
        if (seen["subscription"] == "other") alice.says("ACK", {"id:" + seen["ack"], "receipt:r"});
    alice.receipt("r");
    CHECK(world.cursor() == 0);
}

TEST_CASE(
    "no more than limits.unacked are open; then the log waits, and goes on without gap or repeat (PRODUCT "
    "7)") {
    for (const int more : {3, 500}) {  // kept back, or too many for that and read again
        CAPTURE(more);
        SessionLimits limits;
        limits.unacked = 4;
        Conversation world(limits);
        Client alice(world, "alice");
        opens(alice, "client");
        std::string expected;
        for (int i = 1; i <= 4 + more; ++i) {
            world.says(std::to_string(i));
            expected += (i == 1 ? "" : "|") + std::to_string(i);
        }
        std::string seen;
        for (int turn = 0; turn < 2 + more; ++turn) {
            std::vector<std::string> ids;
            for (const Seen& message : alice.transport->received)
                if (message.command == "MESSAGE") ids.push_back(message["ack"]);
            if (ids.empty()) break;
            REQUIRE(ids.size() <= 4);
            seen += (seen.empty() ? "" : "|") + alice.sees();
            alice.says("ACK", {"id:" + ids.back()});
        }
        CHECK(seen == expected);
        world.says("live");
        CHECK(alice.sees() == "live");
    }
}

TEST_CASE("a replay stops at limits.unacked, and an ACK of one lets one more come (PRODUCT 7)") {
    SessionLimits limits;
    limits.unacked = 2;
    Conversation world(limits);
    for (const char* const text : {"1", "2", "3", "4"}) world.says(text);
    Client alice(world, "alice");
    opens(alice, "client-individual");
    const auto ids = acks(alice);
    REQUIRE(ids.size() == 2);
    alice.says("ACK", {"id:" + ids[1]});
    CHECK(alice.sees() == "3");
    alice.says("NACK", {"id:" + ids[0]});
    CHECK(alice.sees() == "4");
    CHECK(world.cursor() == 0);
}

TEST_CASE("on a topic without a log ACKs are checked, and that is all (PRODUCT 7)") {
    World world(open_topics());
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/topic/a", {"id:s", "ack:client-individual"});
    alice.subscribes("/topic/*", {"id:p", "ack:client"});
    for (int i = 0; i < 300; ++i) alice.sends("/topic/a", "x");  // more than may be open: it is not held up
    const auto ids = acks(alice);
    REQUIRE(ids.size() == 600);
    alice.says("NACK", {"id:" + ids[0], "receipt:r"});
    alice.receipt("r");
    alice.says("ACK", {"id:" + ids[599], "receipt:r"});
    alice.receipt("r");
    CHECK(alice.sees() == "");
    alice.says("ACK", {"id:3-1"});
    CHECK(alice.refused() == "protocol-error 1002");
}

TEST_CASE("modes of acknowledgement that the version has not are refused (STOMP 1.0, 1.2, SUBSCRIBE)") {
    const std::tuple<const char*, const char*, const char*> rows[] = {
        {"1.2", "ack:never", "subscribe-failed 1008"},
        {"1.2", "ack:", "subscribe-failed 1008"},
        {"1.0", "ack:client-individual", "subscribe-failed 1008"},
        {"1.0", "ack:client", "open"},
        {"1.1", "ack:client-individual", "open"},
        {"1.2", "ack:auto", "open"},
    };
    for (const auto& [version, ack, expected] : rows) {
        CAPTURE(ack);
        World world(open_topics());
        Client alice(world, "alice");
        alice.connects({std::string("accept-version:") + version});
        alice.subscribes("/topic/a", {ack});
        CHECK(alice.refused() == expected);
    }
}

TEST_CASE("what the broker answers on a queue with acknowledgements is acknowledged like the rest") {
    World world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/user/queue/conversations", {"ack:client"});
    alice.subscribes("/user/queue/errors", {"ack:client-individual"});
    alice.sends("/app/auth", "{}");
    alice.sends("/app/conversations/create", R"({"conversationId":"c"})");
    alice.sends("/app/nonsense", "{}");
    const auto ids = acks(alice);
    REQUIRE(ids.size() == 2);
    for (const std::string& id : ids) {
        alice.says("ACK", {"id:" + id, "receipt:r"});
        alice.receipt("r");
    }
}
