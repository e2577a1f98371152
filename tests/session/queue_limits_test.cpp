// What bounds queues: limits, permissions, consumers that do not read, and what is refused.
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

namespace causeway::session::testing {

namespace {

std::vector<identity::RuleSpec> open_queues() {
    auto rules = open_topics();
    rules.push_back(allow({"subscribe", "send"}, "/queue/**"));
    rules.push_back(allow({"subscribe", "send"}, "/user/queue/**"));
    return rules;
}

const Lines kIndividual{"ack:client-individual"};

}  // namespace

TEST_CASE("a queue that is full refuses, naming the limit, and takes on when there is room") {
    World world(open_queues());
    world.queue_limits.messages = 3;
    Client alice(world, "alice"), bob(world, "bob", 1);
    alice.connects({"on-denied:notify"});
    for (int i = 0; i < 3; ++i) alice.sends("/queue/q", "x");
    alice.sends("/queue/q", "x", {"receipt:r"});
    const Seen notice = alice.takes("MESSAGE");
    CHECK(notice["code"] == "send-failed");
    CHECK(notice["message"].find("queues.messages = 3") != std::string::npos);
    CHECK(world.queued().refused == 1);
    bob.connects().subscribes("/queue/q", kIndividual);
    bob.says("ACK", {"id:" + bob.takes("MESSAGE")["ack"]});
    alice.sends("/queue/q", "y", {"receipt:r"});
    alice.receipt("r");
}

TEST_CASE("too many octets in a queue, in all queues, and too many queues are refused") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 1);
    alice.connects({"on-denied:notify"});
    bob.connects({"on-denied:notify"});
    std::string key;
    SUBCASE("octets of one") {
        world.queue_limits.bytes = 2'000;
        key = "queues.bytes";
        alice.sends("/queue/a", std::string(1'000, 'x'));
        alice.sends("/queue/a", std::string(1'000, 'x'));
    }
    SUBCASE("octets of all") {
        world.queue_limits.memory = 2'000;
        key = "queues.memory";
        alice.sends("/queue/a", std::string(1'000, 'x'));
        alice.sends("/queue/b", std::string(1'000, 'x'));
    }
    SUBCASE("queues") {
        world.queue_limits.count = 1;
        key = "queues.count";
        alice.sends("/queue/a", "x");
        bob.subscribes("/queue/b");
        CHECK(bob.notice() == "subscribe-failed");
        CHECK(bob.session->subscription_count() == 0);
        alice.sends("/queue/b", "x");
    }
    CHECK(alice.takes("MESSAGE")["message"].find(key) != std::string::npos);
}

TEST_CASE("what a SUBSCRIBE to a queue may not say is refused by name") {
    World world(open_queues());
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    const auto refused = [&](const std::string& destination, const Lines& lines) {
        alice.subscribes(destination, lines);
        const Seen seen = alice.takes("MESSAGE");
        CHECK(seen["code"] == "subscribe-failed");
        return seen.body;
    };
    CHECK(refused("/queue/*", {}).find("wildcards") != std::string::npos);
    CHECK(refused("/queue/a", {"prefetch-count:0"}).find("prefetch-count") != std::string::npos);
    CHECK(refused("/queue/a", {"prefetch-count:-1"}).find("prefetch-count") != std::string::npos);
    CHECK(refused("/queue/a", {"prefetch-count:many"}).find("prefetch-count") != std::string::npos);
    CHECK(refused("/queue/a", {"resume-after:0"}).find("resume") != std::string::npos);
    alice.subscribes("/queue/a", {"prefetch-count:99999999999999999999999", "receipt:r"});
    alice.receipt("r");
}

TEST_CASE("a NACK that cannot be understood is an error that names the header") {
    World world(open_queues());
    Client alice(world, "alice");
    alice.connects().subscribes("/queue/a", kIndividual);
    alice.sends("/queue/a", "x");
    const std::string ack = alice.takes("MESSAGE")["ack"];
    std::string line;
    SUBCASE("requeue") { line = "requeue:maybe"; }
    SUBCASE("delay") { line = "delay:soon"; }
    SUBCASE("too long") { line = "delay:86400001"; }
    alice.says("NACK", {"id:" + ack, line});
    CHECK(alice.refused() == "protocol-error 1002");
}

TEST_CASE("nobody uses a queue without a rule that lets him") {
    World world(open_topics());
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    alice.sends("/queue/a", "x");
    CHECK(alice.notice() == "permission-denied");
    alice.subscribes("/queue/a");
    CHECK(alice.notice() == "permission-denied");
    CHECK(world.queued().queues == 0);
}

TEST_CASE("a consumer that may no longer subscribe gives back what it had") {
    auto rules = open_queues();
    rules.insert(rules.begin(), {"deny", {"subscribe"}, {"/queue/room/**"}, {"users"}, {}, {}});
    rules.insert(rules.begin(), allow({"subscribe"}, "/queue/room/{conversation}"));
    World world(rules);
    world.store.has_member("c", "bob");
    world.store.has_member("c", "carol");
    Client alice(world, "alice"), bob(world, "bob", 1), carol(world, "carol", 0);
    bob.connects({"on-denied:notify"}).subscribes("/queue/room/c", kIndividual);
    carol.connects().subscribes("/queue/room/c", {"ack:client-individual", "prefetch-count:1"});
    alice.connects();
    for (int i = 0; i < 3; ++i) alice.sends("/queue/room/c", "x");
    CHECK(world.queued().unacked == 3);
    world.store.removes("c", "bob", "alice");
    world.settle();
    CHECK(world.queued().consumers == 1);
    CHECK(world.queued().unacked == 1);
    CHECK(world.queued().ready == 2);
}

TEST_CASE("a consumer that does not read keeps its prefetch waiting, and is not closed for it") {
    SessionLimits limits;
    limits.outgoing_bytes = 20'000;
    World world(open_queues(), limits);
    Client alice(world, "alice"), slow(world, "bob", 1), quick(world, "carol", 0);
    slow.connects().subscribes("/queue/q", {"ack:client-individual", "prefetch-count:20"});
    slow.transport->stalled = true;
    quick.connects().subscribes("/queue/q", {"ack:client-individual", "prefetch-count:200"});
    alice.connects();
    for (int i = 0; i < 60; ++i) alice.sends("/queue/q", std::string(1'000, 'x'));
    CHECK(slow.refused() == "open");
    CHECK(quick.gets().find("MESSAGE") != std::string::npos);
    CHECK(world.queued().unacked == 60);
    SUBCASE("it reads again and gets all") {
        slow.transport->stalled = false;
        world.settle();
        slow.transport->flush(*slow.session);
        world.settle();
        std::size_t messages = 0;
        for (const Seen& seen : slow.transport->received) messages += seen.command == "MESSAGE" ? 1 : 0;
        CHECK(messages == 20);
    }
    SUBCASE("it vanishes, and what was not sent to it is no failed delivery") {
        slow.vanishes();
        std::size_t failed = 0, again = 0, all = 0;
        for (const Seen& seen : quick.transport->received) {
            if (seen.command != "MESSAGE") continue;
            ++all;
            if (seen["redelivered"] == "true") ++again;
            if (seen["delivery-count"] == "2") ++failed;
        }
        CHECK(all == 60);
        CHECK(again > 0);
        CHECK(again < 20);
        CHECK(failed == 1);
    }
}

TEST_CASE("a purge that the store refuses says so, and nothing is lost") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 1);
    alice.connects();
    bob.connects().subscribes("/queue/q", {"ack:client-individual", "prefetch-count:1"});
    for (const char* body : {"1", "2", "3"}) alice.sends("/queue/q", body, {"persistent:true"});
    alice.sends("/queue/q", "4");
    std::optional<std::variant<std::uint64_t, Refusal>> answer;
    const auto purges = [&] {
        answer.reset();
        world.shards[world.routes.owner_of("/queue/q")]->queues.purge(
            "/queue/q", [&](std::variant<std::uint64_t, Refusal> said) { answer = std::move(said); });
        world.settle();
        REQUIRE(answer);
    };
    world.store.refuses = true;
    purges();
    REQUIRE(std::holds_alternative<Refusal>(*answer));
    CHECK(std::get<Refusal>(*answer).text.find("the disk is full") != std::string::npos);
    world.store.refuses = false;
    CHECK(world.store.queue("/queue/q") == "1 2 3");
    SUBCASE("all is delivered still") {
        for (const char* body : {"1", "2", "3", "4"}) {
            const Seen seen = bob.takes("MESSAGE");
            CHECK(seen.body == body);
            bob.says("ACK", {"id:" + seen["ack"]});
        }
    }
    SUBCASE("the next one does it") {
        purges();
        CHECK(std::get<std::uint64_t>(*answer) == 4);
        CHECK(world.store.queue("/queue/q").empty());
        bob.vanishes();
        Client carol(world, "carol");
        carol.connects().subscribes("/queue/q");
        CHECK(carol.sees().empty());
    }
    SUBCASE("also of a queue that nobody listens to") {
        bob.says("ACK", {"id:" + bob.takes("MESSAGE")["ack"]});
        bob.says("DISCONNECT");
        purges();
        CHECK(std::get<std::uint64_t>(*answer) == 3);
        CHECK(world.queued().queues == 0);
    }
}

TEST_CASE("a queue that nobody uses is forgotten") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 1);
    alice.connects().sends("/queue/a", "x");
    alice.sends("/queue/b", "x", {"persistent:true"});
    CHECK(world.queued().queues == 1);
    bob.connects().subscribes("/queue/a", kIndividual);
    bob.says("ACK", {"id:" + bob.takes("MESSAGE")["ack"]});
    bob.unsubscribes("/queue/a");
    CHECK(world.queued().queues == 0);
    CHECK(world.queue_account.queues.load() == 0);
    CHECK(world.queue_account.bytes.load() == 0);
}

TEST_CASE("a long stored queue is read in pages that fit") {
    World world(open_queues());
    world.queue_limits.window_messages = 10;
    Client alice(world, "alice"), bob(world, "bob", 1);
    alice.connects();
    for (int i = 0; i < 100; ++i) alice.sends("/queue/q", std::to_string(i), {"persistent:true"});
    CHECK(world.queued().queues == 0);
    bob.connects().subscribes("/queue/q", {"ack:client", "prefetch-count:5"});
    for (int i = 0; i < 100; i += 5) {
        CHECK(world.queued().ready <= 10);
        std::string last;
        for (int j = i; j < i + 5; ++j) {
            const Seen seen = bob.takes("MESSAGE");
            CHECK(seen.body == std::to_string(j));
            CHECK(seen["redelivered"] == "(none)");
            last = seen["ack"];
        }
        bob.says("ACK", {"id:" + last});
    }
    CHECK(world.store.queue("/queue/q").empty());
}

TEST_CASE("STOMP 1.1 and 1.0 acknowledge by message-id, also what comes again") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 1);
    alice.connects().sends("/queue/q", "x");
    std::string version = "1.1";
    SUBCASE("1.1") {}
    SUBCASE("1.0") { version = "1.0"; }
    bob.connects({"accept-version:" + version}).subscribes("/queue/q", {"ack:client", "id:s"});
    const std::string id = bob.takes("MESSAGE")["message-id"];
    if (version == "1.1") {
        bob.says("NACK", {"message-id:" + id, "subscription:s", "delay:0"});
        CHECK(bob.takes("MESSAGE")["message-id"] == id);
    }
    bob.says("ACK", {"message-id:" + id, "subscription:s", "receipt:r"});
    bob.receipt("r");
    CHECK(world.queued().unacked == 0);
}

}  // namespace causeway::session::testing
