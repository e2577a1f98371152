// Rules that ask about memberships, and rights that change under a live session: PRODUCT 3, 4, 7.
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

namespace {

std::vector<identity::RuleSpec> members_may_type() {
    return {allow({"subscribe", "send"}, "/topic/typing/{conversation}"),
            allow({"subscribe", "send"}, "/topic/open/**")};
}

}  // namespace

TEST_CASE(
    "a SEND that only members may do waits for the memberships, and what follows waits behind it (PRODUCT "
    "4)") {
    World world(members_may_type());
    world.store.has_member("c", "alice");
    world.settle();
    Client bob(world, "bob", 1);
    Client alice(world, "alice");
    bob.connects().subscribes("/topic/open/a");
    alice.connects().subscribes("/topic/open/a");
    world.store.held = true;
    alice.gives(frame("SEND", {"destination:/topic/typing/c", "receipt:1"}, "first") +
                frame("SEND", {"destination:/topic/open/a", "receipt:2"}, "second") +
                "SEND\ndestination:/topic/op");
    CHECK(alice.gets() == "CONNECTED");
    CHECK_FALSE(alice.transport->reading);
    alice.gives_at_once("en/a\nreceipt:3\n\nthird");  // was already under way
    alice.gives(std::string("\0", 1));
    CHECK(alice.gets() == "CONNECTED");
    world.store.held = false;
    world.settle();
    CHECK(alice.transport->reading);
    CHECK(alice.gets() == "CONNECTED RECEIPT MESSAGE RECEIPT MESSAGE RECEIPT");
    for (const char* const id : {"1", "2", "3"}) alice.receipt(id);
    CHECK(alice.sees() == "second|third");
    CHECK(bob.sees() == "second|third");
    CHECK(world.counters().frames_received[admin::FrameIn::kSend] == 3);
    CHECK(alice.session->sent() == 3);
}

TEST_CASE("who is no member is denied once that is known (PRODUCT 4)") {
    World world(members_may_type());
    world.store.has_member("c", "bob");
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    (void)alice.takes("CONNECTED");
    alice.sends("/topic/typing/c", "hi", {"receipt:r"});
    CHECK(alice.notice() == "permission-denied");
    alice.subscribes("/topic/conversation/c");
    CHECK(alice.notice() == "permission-denied");
    world.store.has_member("c", "alice");
    world.settle();
    alice.sends("/topic/typing/c", "hi", {"receipt:r"});
    alice.receipt("r");
}

TEST_CASE("memberships that cannot be read refuse the frame, not the session; the next try asks again") {
    World world(members_may_type());
    world.store.has_member("c", "alice");
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    (void)alice.takes("CONNECTED");
    world.store.fails_to_read = true;
    alice.sends("/topic/typing/c", "hi");
    CHECK(alice.notice() == "send-failed");
    alice.subscribes("/topic/conversation/c");
    CHECK(alice.notice() == "subscribe-failed");
    alice.sends("/topic/open/a", "hi", {"receipt:1"});
    alice.receipt("1");
    world.store.fails_to_read = false;
    alice.sends("/topic/typing/c", "hi", {"receipt:2"});
    alice.receipt("2");
}

TEST_CASE("UNSUBSCRIBE right behind a SUBSCRIBE that waits finds it (STOMP 1.2, UNSUBSCRIBE)") {
    World world;
    world.store.has_member("c", "alice");
    world.settle();
    Client alice(world, "alice");
    alice.connects();
    world.store.held = true;
    alice.gives(frame("SUBSCRIBE", {"id:1", "destination:/topic/conversation/c"}) +
                frame("UNSUBSCRIBE", {"id:1", "receipt:r"}));
    world.store.held = false;
    world.settle();
    alice.receipt("r");
    world.store.has_message("c", "bob", "hi");
    world.settle();
    CHECK(alice.sees() == "");
    CHECK(world.counters().frames_received[admin::FrameIn::kSubscribe] == 1);
}

TEST_CASE("who goes away while a frame waits is not waited for") {
    World world(members_may_type());
    Client alice(world, "alice");
    Client bob(world, "alice");
    alice.connects();
    bob.connects();
    world.store.held = true;
    alice.sends("/topic/typing/c", "hi");
    bob.sends("/topic/typing/c", "hi");
    alice.vanishes();
    bob.vanishes();
    bob.session.reset();
    std::erase(world.clients, &bob);
    world.store.held = false;
    world.settle();
    CHECK(alice.gets() == "CONNECTED");
}

TEST_CASE("a pattern follows who joins and leaves (PRODUCT 4)") {
    World world;
    world.store.has_member("c", "alice");
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/topic/conversation/*");
    const auto says = [&](const char* conversation, const char* text) {
        world.store.has_message(conversation, "bob", text);
        world.settle();
    };
    says("c", "1");
    says("d", "2");
    world.store.has_member("d", "alice");
    says("d", "3");
    world.store.has_member_no_more("c", "alice");
    says("c", "4");
    CHECK(alice.sees() == "1|3");
}

TEST_CASE("leaving a conversation ends the subscription to it, and is told (PRODUCT 4)") {
    World world;
    for (const char* const conversation : {"c", "d"})
        for (const char* const user : {"alice", "bob"}) world.store.has_member(conversation, user);
    Client alice(world, "alice");
    Client quiet(world, "alice", 1);
    Client bob(world, "bob");
    for (Client* const client : {&alice, &quiet, &bob}) {
        client->connects();
        for (const char* const topic : {"/topic/conversation/c", "/topic/conversation/d"})
            client->subscribes(topic);
    }
    alice.subscribes("/user/queue/errors");
    (void)alice.takes("CONNECTED");
    world.store.has_member_no_more("c", "alice");
    world.settle();
    CHECK(alice.transport->received.at(0)["refused-subscription"] == "/topic/conversation/c");
    CHECK(alice.notice() == "permission-denied");
    CHECK(quiet.refused() == "open");
    for (const char* const conversation : {"c", "d"})
        world.store.has_message(conversation, "bob", conversation);
    world.settle();
    CHECK(alice.sees() == "d");
    CHECK(quiet.sees() == "d");
    CHECK(bob.sees() == "c|d");
}

TEST_CASE("who is removed is told, and where he cannot hear it his session ends (PRODUCT 10)") {
    World world;
    for (const char* const user : {"alice", "bob"}) world.store.has_member("c", user);
    Client alice(world, "alice");
    Client deaf(world, "alice", 1);
    alice.connects({"on-denied:notify"});
    deaf.connects();
    (void)alice.takes("CONNECTED");
    for (Client* const client : {&alice, &deaf}) client->subscribes("/topic/conversation/c", {"id:s"});
    world.store.removes("c", "alice", "bob");
    world.settle();
    CHECK(alice.notice() == "permission-denied");
    CHECK(deaf.refused() == "permission-denied 1008");
    CHECK(deaf.takes("ERROR")["subscription"] == "s");
    alice.unsubscribes("s", {"receipt:r"});  // it crossed the notice
    alice.receipt("r");
    CHECK(world.counters().subscriptions == 0);
}

TEST_CASE("what was to be replayed is not, once its conversation is lost (PRODUCT 7)") {
    World world;
    for (const char* const user : {"alice", "bob"}) world.store.has_member("c", user);
    for (const char* const text : {"1", "2"}) world.store.has_message("c", "bob", text);
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    alice.subscribes("/topic/conversation/c", {"id:warm-up"});
    (void)alice.takes("CONNECTED");
    world.store.held = true;
    alice.subscribes("/topic/conversation/c", {"id:s", "resume-after:0"});
    world.store.removes("c", "alice", "bob");
    world.settle();
    world.store.held = false;
    world.settle();
    CHECK(alice.notice() == "permission-denied");
    CHECK(alice.notice() == "permission-denied");
    CHECK(alice.sees() == "");
}

TEST_CASE("a fresh token with fewer rights ends what they allowed (PRODUCT 3)") {
    // An admin's memberships are not even known, if the rule for admins comes first.
    std::vector<identity::RuleSpec> rules;
    SUBCASE("memberships known") {}
    SUBCASE("memberships not known") { rules = {allow({"subscribe", "send"}, "/**", "role:admin")}; }
    World world(rules);
    world.store.has_member("mine", "alice");
    world.store.has_member("other", "bob");
    Client alice(world, "alice+admin");
    alice.connects({"on-denied:notify"});
    (void)alice.takes("CONNECTED");
    for (const char* const destination : {"/topic/secret", "/topic/system/a", "/topic/conversation/mine",
                                          "/topic/conversation/other", "/user/queue/x"})
        alice.subscribes(destination);
    const auto says = [&](const char* destination) {
        Client admin(world, "root+admin");
        admin.connects().sends(destination, destination);
    };
    says("/topic/secret");
    CHECK(alice.sees() == "/topic/secret");
    alice.sends("/topic/secret", "x", {"receipt:r"});
    alice.receipt("r");
    CHECK(alice.sees() == "x");

    alice.sends("/app/auth", R"({"token":"alice"})");
    CHECK(alice.transport->received.at(0)["refused-subscription"] == "/topic/secret");
    CHECK(alice.notice() == "permission-denied");
    CHECK(alice.transport->received.at(0)["refused-subscription"] == "/topic/conversation/other");
    CHECK(alice.notice() == "permission-denied");
    says("/topic/secret");
    says("/topic/system/a");
    says("/user/alice/queue/x");
    for (const char* const conversation : {"mine", "other"})
        world.store.has_message(conversation, "bob", conversation);
    world.settle();
    CHECK(alice.sees() == "/topic/system/a|/user/alice/queue/x|mine");
    alice.sends("/topic/secret", "x");  // the verdict was not kept
    CHECK(alice.notice() == "permission-denied");
}

TEST_CASE("rights that cannot be checked again end the session, to come back (PRODUCT 3)") {
    World world({allow({"subscribe"}, "/topic/**", "role:admin")});
    Client alice(world, "alice+admin");
    alice.connects({"on-denied:notify"});
    alice.subscribes("/topic/conversation/c");
    world.store.fails_to_read = true;
    alice.sends("/app/auth", R"({"token":"alice"})");
    CHECK(alice.refused() == "send-failed 1011");
    CHECK(alice.takes("ERROR")["retry"] == "true");
}
