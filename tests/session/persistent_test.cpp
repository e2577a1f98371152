// SENDs that are kept: to inboxes, and to topics with a stored history. PRODUCT 4, 7; ARCHITECTURE 5.
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

namespace {

constexpr const char* kBobs = "/user/bob/queue/x";

struct Inboxes : World {
    explicit Inboxes(const SessionLimits& own_limits = {})
        : World({allow({"send"}, "/user/*/queue/**"), allow({"send", "subscribe"}, "/topic/**")},
                own_limits) {}
};

void keeps(Client& sender, const std::string& text, const Lines& lines = {}) {
    Lines all = lines;
    all.push_back("persistent:true");
    sender.sends(kBobs, text, all);
}

}  // namespace

TEST_CASE("a persistent SEND is stored, delivered and then receipted (PRODUCT 7)") {
    Inboxes world;
    Client alice(world, "alice");
    Client bob(world, "bob", 1);
    alice.connects();
    bob.connects();
    bob.subscribes("/user/queue/x", {"receipt:s"});
    CHECK(bob.receipt("s")["epoch"] == "e1");
    world.store.held = true;
    keeps(alice, "hi", {"receipt:r", "content-type:text/x", "color:red", "client-msg-id:1"});
    CHECK(alice.gets() == "CONNECTED");
    CHECK(bob.sees() == "");
    world.store.held = false;
    world.settle();
    const Seen receipt = alice.receipt("r");
    CHECK(receipt["stored"] == "true");
    CHECK(receipt["duplicate"] == "false");
    CHECK(receipt["offset"] == "10");
    CHECK(receipt["timestamp"] == std::to_string(to_ms(world.clock.wall())));
    const Seen seen = bob.takes("MESSAGE");
    CHECK(seen.body == "hi");
    CHECK(seen["destination"] == "/user/queue/x");
    CHECK(seen["content-type"] == "text/x");
    CHECK(seen["color"] == "red");
    CHECK(seen["sender-id"] == "alice");
    CHECK(seen["message-id"] == receipt["message-id"]);
    CHECK(seen["offset"] == "10");
    keeps(alice, "hi", {"receipt:r", "client-msg-id:1"});
    const Seen again = alice.receipt("r");
    CHECK(again["duplicate"] == "true");
    CHECK(again["message-id"] == receipt["message-id"]);
    CHECK(bob.sees() == "");
}

TEST_CASE("who was away gets from his inbox what was kept, as it was sent (PRODUCT 7)") {
    Inboxes world;
    Client alice(world, "alice");
    alice.connects();
    keeps(alice, "1");
    Client bob(world, "bob");
    bob.connects({"deviceId:phone"});
    bob.subscribes("/user/queue/x");  // a device's first subscription starts live
    keeps(alice, "2");
    bob.answers_pings();
    bob.vanishes();
    keeps(alice, "3", {"content-type:text/x", "color:red"});
    alice.sends(kBobs, "volatile");
    Client again(world, "bob", 1);
    again.connects({"deviceId:phone"});
    again.subscribes("/user/queue/x", {"receipt:s"});
    CHECK(again.receipt("s")["recovered"] == "true");
    const Seen seen = again.takes("MESSAGE");
    CHECK(seen.body == "3");
    CHECK(seen["content-type"] == "text/x");
    CHECK(seen["color"] == "red");
    CHECK(seen["sender-id"] == "alice");
    CHECK(seen["destination"] == "/user/queue/x");
    CHECK(again.sees() == "");
    Client tab(world, "bob");
    tab.connects();
    tab.subscribes("/user/queue/x", {"resume-after:0"});
    CHECK(tab.sees() == "1|2|3");
}

TEST_CASE("a session does not get what it sent to its own user, another one does (PRODUCT 4)") {
    Inboxes world;
    Client sender(world, "bob");
    Client other(world, "bob", 1);
    for (Client* const client : {&sender, &other}) {
        client->connects();
        client->subscribes("/user/queue/x");
    }
    keeps(sender, "note");
    CHECK(sender.sees() == "");
    CHECK(other.sees() == "note");
}

TEST_CASE("what cannot be kept is refused, naming what is wrong (PRODUCT 10)") {
    struct Row {
        const char* destination;
        const char* line;
        const char* field;
        const char* code;
    };
    const std::string long_id = "client-msg-id:" + std::string(129, 'x');
    const Row rows[] = {
        {"/user/bob/queue/notes", long_id.c_str(), "client-msg-id", "message-invalid"},
        {"/user/b%01b/queue/notes", "a:b", "destination", "message-invalid"},
        {"/user/b%FFb/queue/notes", "a:b", "destination", "message-invalid"},
        {"/user/bob/queue/conversations", "a:b", "persistent", "message-invalid"},
        {"/user/bob/queue/messages", "a:b", "destination", "permission-denied"},
        {"/user/bob/queue/errors", "a:b", "destination", "permission-denied"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.destination);
        Inboxes world;
        Client alice(world, "alice");
        alice.connects({"on-denied:notify"});
        (void)alice.takes("CONNECTED");
        alice.sends(row.destination, "x", {row.line, "persistent:true", "receipt:r"});
        CHECK(alice.transport->received.at(0)["receipt-id"] == "r");
        CHECK(alice.transport->received.at(0).body.find(std::string("\"field\":\"") + row.field) !=
              std::string::npos);
        CHECK(alice.notice() == row.code);
        CHECK(world.store.waiting() == 0);
    }
}

TEST_CASE("a store that refuses is told, and what waited behind goes on (PRODUCT 10)") {
    Inboxes world;
    Client alice(world, "alice");
    Client bob(world, "bob");
    alice.connects({"on-denied:notify"});
    bob.connects();
    bob.subscribes("/user/queue/x");
    (void)alice.takes("CONNECTED");
    world.store.refuses = true;
    world.store.held = true;
    keeps(alice, "1", {"receipt:r"});
    alice.sends(kBobs, "2");
    world.store.held = false;
    world.settle();
    CHECK(alice.notice() == "send-failed");
    CHECK(bob.sees() == "2");
}

TEST_CASE(
    "to one destination a session's messages keep their order, to others they overtake (ARCHITECTURE 5)") {
    Inboxes world;
    Client alice(world, "alice");
    Client bob(world, "bob", 1);
    alice.connects();
    bob.connects();
    bob.subscribes("/user/queue/x");
    bob.subscribes("/topic/t");
    world.store.held = true;
    keeps(alice, "1");
    alice.sends(kBobs, "2", {"receipt:2"});
    keeps(alice, "3");
    alice.sends(kBobs, "4");
    alice.sends("/topic/t", "first");
    CHECK(bob.sees() == "first");
    CHECK(alice.gets() == "CONNECTED");
    world.store.held = false;
    world.settle();
    alice.receipt("2");
    CHECK(bob.sees() == "1|2|3|4");
    alice.sends(kBobs, "5");
    CHECK(bob.sees() == "5");
}

TEST_CASE("DISCONNECT is receipted when all that was sent has been answered (STOMP 1.2, DISCONNECT)") {
    Inboxes world;
    Client alice(world, "alice");
    Client bob(world, "bob");
    alice.connects();
    bob.connects();
    bob.subscribes("/user/queue/x");
    (void)alice.takes("CONNECTED");
    world.store.held = true;
    keeps(alice, "1", {"receipt:1"});
    alice.sends(kBobs, "2", {"receipt:2"});
    alice.says("DISCONNECT", {"receipt:bye"});
    CHECK(alice.gets() == "");
    world.store.held = false;
    world.settle();
    alice.receipt("1");
    alice.receipt("2");
    alice.receipt("bye");
    CHECK(bob.sees() == "1|2");
}

TEST_CASE("who goes away is not stopped from having sent (PRODUCT 7)") {
    Inboxes world;
    Client alice(world, "alice");
    Client bob(world, "bob");
    alice.connects();
    bob.connects();
    bob.subscribes("/user/queue/x");
    world.store.held = true;
    keeps(alice, "1");
    alice.sends(kBobs, "2");
    alice.vanishes();
    alice.session.reset();
    std::erase(world.clients, &alice);
    world.store.held = false;
    world.settle();
    CHECK(bob.sees() == "1|2");
}

TEST_CASE("a client that sends faster than the store keeps is not read until it has caught up (PRODUCT 11)") {
    Inboxes world;
    Client alice(world, "alice");
    Client bob(world, "bob");
    alice.connects();
    bob.connects();
    bob.subscribes("/user/queue/x");
    world.store.held = true;
    std::string expected;
    for (std::size_t i = 0; i < KeptSends::kMost + 50; ++i) {
        if (i % 2 == 0)
            keeps(alice, std::to_string(i));
        else
            alice.sends(kBobs, std::to_string(i));
        expected += (i == 0 ? "" : "|") + std::to_string(i);
    }
    CHECK_FALSE(alice.transport->reading);
    CHECK(alice.session->sent() == KeptSends::kMost);
    world.store.held = false;
    world.settle();
    CHECK(alice.transport->reading);
    CHECK(bob.sees() == expected);
}

TEST_CASE("what was to be kept and is not says so (PRODUCT 7)") {
    Inboxes world;
    Client alice(world, "alice");
    alice.connects();
    alice.sends("/topic/t", "x", {"persistent:true", "receipt:r"});
    CHECK(alice.receipt("r")["stored"] == "false");
    alice.sends("/topic/t", "x", {"receipt:r"});
    CHECK(alice.receipt("r")["stored"] == "(none)");
}
