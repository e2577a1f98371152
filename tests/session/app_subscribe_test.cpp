// SUBSCRIBE to /app, and answers that come in parts: PRODUCT 4, 6.
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

TEST_CASE(
    "a SUBSCRIBE to what /app knows is answered once, to that subscription, and nothing is kept (PRODUCT "
    "4)") {
    for (const char* const destination : {"/app/unread", "/app/conversations/list"}) {
        CAPTURE(destination);
        World world;
        world.store.has_member("c", "alice");
        Client alice(world, "alice");
        alice.connects();
        (void)alice.takes("CONNECTED");
        alice.subscribes(destination, {"id:7", "receipt:s"});
        if (std::string(destination) == "/app/unread") {
            CHECK(alice.gets() == "RECEIPT MESSAGE");
            alice.receipt("s");
            const Seen seen = alice.takes("MESSAGE");
            CHECK(seen["subscription"] == "7");
            CHECK(seen["destination"] == destination);
            CHECK(seen["content-type"] == "application/json");
            CHECK(seen["message-id"].size() == kMessageIdLength);
        }
        CHECK(world.counters().subscriptions == 0);
        alice.subscribes("/app/unread", {"id:8"});  // and once more, under any id
        CHECK(alice.refused() == "open");
    }
}

TEST_CASE("an UNSUBSCRIBE of what was answered is in order, once (STOMP 1.2, UNSUBSCRIBE)") {
    World world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/app/unread", {"id:7"});
    alice.unsubscribes("7", {"receipt:r"});
    alice.receipt("r");
    alice.unsubscribes("7");
    CHECK(alice.refused() == "protocol-error 1002");
}

TEST_CASE("a SUBSCRIBE to /app that cannot be answered is refused (PRODUCT 10)") {
    World world;
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    (void)alice.takes("CONNECTED");
    world.store.fails_to_read = true;
    alice.subscribes("/app/unread", {"id:7", "receipt:s"});
    CHECK(alice.transport->received.at(0)["receipt-id"] == "s");
    CHECK(alice.transport->received.at(0)["refused-subscription"] == "7");
    CHECK(alice.notice() == "send-failed");
    for (const char* const destination : {"/app/chat", "/app/nonsense", "/app/*", "/app/"}) {
        alice.subscribes(destination, {"id:9"});
        CHECK(alice.notice() == "subscribe-failed");
    }
}

namespace {

// More pages of a sync than a session may queue.
struct Backlog : World {
    static SessionLimits small() {
        SessionLimits limits;
        limits.outgoing_bytes = 32 * 1024;
        return limits;
    }
    Backlog() : World({}, small()) {
        store.has_member("c", "alice");
        for (int i = 1; i <= 300; ++i) store.has_message("c", "bob", std::to_string(i));
        settle();
    }
};

}  // namespace

TEST_CASE(
    "an answer in parts comes at the pace of its reader, its RECEIPT with the last part (PRODUCT 6, 11)") {
    Backlog world;
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/user/queue/sync");
    (void)alice.takes("CONNECTED");
    alice.transport->stalled = true;
    alice.sends("/app/sync", R"({"after":0,"limit":20})", {"receipt:r"});
    CHECK(alice.transport->queued() >= world.limits.outgoing_bytes / 2);
    CHECK(alice.transport->queued() < world.limits.outgoing_bytes);
    CHECK(alice.session->busy());
    const std::size_t before = alice.transport->received.size();
    CHECK(before > 1);
    CHECK(before < 16);
    alice.transport->stalled = false;
    world.settle();
    REQUIRE(alice.transport->received.size() == 15 + 1 + 1);
    CHECK(alice.transport->received[14].body.find("\"page\"") != std::string::npos);
    CHECK(alice.transport->received[15].body.find("\"complete\"") != std::string::npos);
    CHECK(alice.transport->received[16].command == "RECEIPT");
    CHECK_FALSE(alice.session->busy());
}

TEST_CASE("DISCONNECT waits for the last part, a lost connection for none (STOMP 1.2, DISCONNECT)") {
    Backlog world;
    Client alice(world, "alice");
    Client other(world, "alice");
    for (Client* const client : {&alice, &other}) {
        client->connects();
        client->subscribes("/user/queue/sync");
        client->transport->stalled = true;
        client->sends("/app/sync", R"({"after":0,"limit":20})");
    }
    alice.says("DISCONNECT", {"receipt:bye"});
    CHECK(alice.transport->received.back().command == "MESSAGE");
    alice.transport->stalled = false;
    other.vanishes();
    world.settle();
    CHECK(alice.transport->received.back()["receipt-id"] == "bye");
    CHECK(alice.transport->received.size() == 1 + 15 + 1 + 1);
}
