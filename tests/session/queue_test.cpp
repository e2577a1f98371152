// /queue as clients see it: two shards, consumers on both, messages that are stored and that are not.
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

TEST_CASE("a message to a queue goes to one of its consumers, whichever shards they are on") {
    World world(open_queues());
    Client alice(world, "alice", 0), bob(world, "bob", 1), carol(world, "carol", 1);
    alice.connects().subscribes("/queue/work", kIndividual);
    bob.connects().subscribes("/queue/work", kIndividual);
    carol.connects();
    for (int i = 0; i < 10; ++i) carol.sends("/queue/work", "x");
    CHECK(alice.sees() == "x|x|x|x|x");
    CHECK(bob.sees() == "x|x|x|x|x");
}

TEST_CASE("a queue holds messages until somebody comes, in their order") {
    World world(open_queues());
    Client alice(world, "alice", 0), bob(world, "bob", 1);
    alice.connects();
    alice.sends("/queue/a.b", "1", {"receipt:r1"});
    alice.sends("/queue/a.b", "2", {"persistent:true", "receipt:r2"});
    alice.sends("/queue/a.b", "3");
    const Seen first = alice.receipt("r1");
    CHECK(first["stored"] == "false");
    CHECK(first["message-id"] != "(none)");
    const Seen second = alice.receipt("r2");
    CHECK(second["stored"] == "true");
    CHECK(second["duplicate"] == "false");
    CHECK(second["offset"] != "(none)");
    bob.connects().subscribes("/queue/a.b", {"receipt:s"});
    CHECK(bob.gets().substr(0, 17) == "CONNECTED RECEIPT");
    CHECK(bob.sees() == "1|2|3");
}

TEST_CASE("a message has what its sender said, and what the broker knows") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 1);
    alice.connects();
    bob.connects().subscribes("/queue/q", kIndividual);
    alice.sends("/queue/q", "hi",
                {"content-type:text/x", "colour:red", "delivery-count:9", "redelivered:true"});
    const Seen seen = bob.takes("MESSAGE");
    CHECK(seen.body == "hi");
    CHECK(seen["destination"] == "/queue/q");
    CHECK(seen["content-type"] == "text/x");
    CHECK(seen["colour"] == "red");
    CHECK(seen["sender-id"] == "alice");
    CHECK(seen["delivery-count"] == "(none)");
    CHECK(seen["redelivered"] == "(none)");
    CHECK(seen["ack"] != "(none)");
}

TEST_CASE("a consumer gets no more than it may hold, and the next with each ACK") {
    World world(open_queues());
    Client alice(world, "alice", 0), bob(world, "bob", 1);
    alice.connects();
    bob.connects();
    Lines lines = kIndividual;
    SUBCASE("as SUBSCRIBE says") { lines.push_back("prefetch-count:2"); }
    SUBCASE("as the configuration says") { lines = {"ack:client-individual"}; }
    const std::size_t most = lines.size() == 2 ? 2 : 32;
    bob.subscribes("/queue/q", lines);
    for (int i = 0; i < 40; ++i) alice.sends("/queue/q", "x");
    CHECK(world.queued().unacked == most);
    bob.says("ACK", {"id:" + bob.takes("MESSAGE")["ack"]});
    CHECK(world.queued().unacked == most);
    CHECK(world.queued().acked == 1);
}

TEST_CASE("client acknowledges all that came before, on its own subscription") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 1);
    alice.connects();
    bob.connects().subscribes("/queue/a", {"ack:client"});
    bob.subscribes("/queue/b", {"ack:client"});
    for (const char* body : {"1", "2", "3"}) alice.sends("/queue/a", body);
    alice.sends("/queue/b", "4");
    bob.takes("MESSAGE");
    const std::string second = bob.takes("MESSAGE")["ack"];
    bob.says("ACK", {"id:" + second, "receipt:r"});
    bob.receipt("r");
    CHECK(world.queued().acked == 2);
    CHECK(world.queued().unacked == 2);
}

TEST_CASE("what a client had goes to the next one, marked, in its order") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 0), carol(world, "carol", 1);
    alice.connects();
    bob.connects().subscribes("/queue/q", kIndividual);
    for (const char* body : {"1", "2", "3"}) alice.sends("/queue/q", body, {"persistent:true"});
    bob.says("ACK", {"id:" + bob.takes("MESSAGE")["ack"]});
    carol.connects().subscribes("/queue/q", kIndividual);
    std::string count = "(none)";
    SUBCASE("it unsubscribes") { bob.unsubscribes("/queue/q"); }
    SUBCASE("it disconnects") { bob.says("DISCONNECT"); }
    SUBCASE("it vanishes, which is a failed delivery") {
        bob.vanishes();
        count = "2";
    }
    const Seen seen = carol.takes("MESSAGE");
    CHECK(seen.body == "2");
    CHECK(seen["redelivered"] == "true");
    CHECK(seen["delivery-count"] == count);
    CHECK(carol.sees() == "3");
    CHECK(world.store.queue("/queue/q") == (count == "2" ? "2=1 3=1" : "2 3"));
}

TEST_CASE("a NACK brings the message again after a while, or at once, or never") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 1), eve(world, "eve", 0);
    alice.connects();
    bob.connects().subscribes("/queue/q", kIndividual);
    alice.sends("/queue/q", "x");
    const std::string ack = bob.takes("MESSAGE")["ack"];
    SUBCASE("after the queue's delay") {
        bob.says("NACK", {"id:" + ack});
        world.passes(Milliseconds(999));
        CHECK(bob.sees().empty());
        world.passes(Milliseconds(1));
        const Seen again = bob.takes("MESSAGE");
        CHECK(again["redelivered"] == "true");
        CHECK(again["delivery-count"] == "2");
        CHECK(again["ack"] != ack);
    }
    SUBCASE("after its own") {
        bob.says("NACK", {"id:" + ack, "delay:5000"});
        world.passes(Milliseconds(4'999));
        CHECK(bob.sees().empty());
        world.passes(Milliseconds(1));
        CHECK(bob.sees() == "x");
    }
    SUBCASE("at once") {
        bob.says("NACK", {"id:" + ack, "delay:0"});
        CHECK(bob.sees() == "x");
    }
    SUBCASE("never: it is a dead letter") {
        bob.says("NACK", {"id:" + ack, "requeue:false", "receipt:n"});
        bob.receipt("n");
        eve.connects().subscribes("/queue/dead-letters");
        const Seen dead = eve.takes("MESSAGE");
        CHECK(dead.body == "x");
        CHECK(dead["destination"] == "/queue/dead-letters");
        CHECK(dead["dead-letter-from"] == "/queue/q");
        CHECK(dead["dead-letter-reason"] == "rejected");
        CHECK(dead["delivery-count"] == "1");
        CHECK(bob.sees().empty());
    }
}

TEST_CASE("a message that fails too often is moved to the dead letters, in one commit if it is stored") {
    World world(open_queues());
    world.queue_rules = queue::QueueRules({"/queue/dead", 3, Milliseconds(0)}, {});
    Client alice(world, "alice"), bob(world, "bob", 1), eve(world, "eve", 0);
    alice.connects();
    bob.connects().subscribes("/queue/q", kIndividual);
    Lines how;
    SUBCASE("stored") { how = {"persistent:true"}; }
    SUBCASE("not stored") {}
    alice.sends("/queue/q", "poison", how);
    for (int i = 0; i < 3; ++i) bob.says("NACK", {"id:" + bob.takes("MESSAGE")["ack"]});
    CHECK(bob.sees().empty());
    CHECK(world.queued().dead_lettered == 1);
    CHECK(world.store.queue("/queue/q").empty());
    CHECK(world.store.queue("/queue/dead") == (how.empty() ? "" : "poison"));
    eve.connects().subscribes("/queue/dead", kIndividual);
    const Seen dead = eve.takes("MESSAGE");
    CHECK(dead["dead-letter-reason"] == "max-deliveries");
    CHECK(dead["delivery-count"] == "3");
    // A dead-letter queue keeps what fails in it.
    eve.says("NACK", {"id:" + dead["ack"]});
    for (int i = 0; i < 10; ++i) eve.says("NACK", {"id:" + eve.takes("MESSAGE")["ack"]});
    eve.says("NACK", {"id:" + eve.takes("MESSAGE")["ack"], "requeue:false"});
    CHECK(eve.sees().empty());
    CHECK(world.queued().dropped == 1);
    CHECK(world.store.queue("/queue/dead").empty());
}

TEST_CASE("with ack:auto a message is settled when it is proven that it arrived, not when it is sent") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 1), carol(world, "carol");
    alice.connects();
    bob.connects().subscribes("/queue/q");
    alice.sends("/queue/q", "1", {"persistent:true"});
    CHECK(bob.sees() == "1");
    SUBCASE("proven") {
        bob.answers_pings();
        CHECK(world.store.queue("/queue/q").empty());
        bob.vanishes();
        carol.connects().subscribes("/queue/q");
        CHECK(carol.sees().empty());
    }
    SUBCASE("not proven") {
        CHECK(world.store.queue("/queue/q") == "1");
        bob.vanishes();
        carol.connects().subscribes("/queue/q");
        CHECK(carol.takes("MESSAGE")["redelivered"] == "true");
    }
}

TEST_CASE("the RECEIPT of an ACK comes when the message is no longer in the store") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 1);
    alice.connects().sends("/queue/q", "1", {"persistent:true"});
    bob.connects().subscribes("/queue/q", kIndividual);
    const std::string ack = bob.takes("MESSAGE")["ack"];
    world.store.held = true;
    bob.says("ACK", {"id:" + ack, "receipt:r"});
    CHECK(bob.gets().find("RECEIPT") == std::string::npos);
    SUBCASE("and so does that of a DISCONNECT behind it") {
        bob.says("DISCONNECT", {"receipt:bye"});
        CHECK(bob.gets().find("RECEIPT") == std::string::npos);
        world.store.held = false;
        world.settle();
        bob.receipt("r");
        bob.receipt("bye");
    }
    SUBCASE("the same message may be acknowledged again") {
        world.store.held = false;
        world.settle();
        bob.receipt("r");
        bob.says("ACK", {"id:" + ack, "receipt:again"});
        bob.receipt("again");
    }
    CHECK(world.store.queue("/queue/q").empty());
}

TEST_CASE("an acknowledgement that the store refuses is tried again") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 1);
    alice.connects().sends("/queue/q", "1", {"persistent:true"});
    bob.connects({"on-denied:notify"}).subscribes("/queue/q", kIndividual);
    const std::string ack = bob.takes("MESSAGE")["ack"];
    world.store.refuses = true;
    bob.says("ACK", {"id:" + ack, "receipt:r"});
    CHECK(bob.notice() == "send-failed");
    CHECK(world.store.queue("/queue/q") == "1");
    world.store.refuses = false;
    world.passes(kSecond);
    CHECK(world.store.queue("/queue/q").empty());
}

TEST_CASE("a stored SEND under a client-msg-id is kept once") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 1);
    alice.connects();
    const Lines lines{"persistent:true", "client-msg-id:7", "receipt:r"};
    alice.sends("/queue/q", "1", lines);
    const Seen first = alice.receipt("r");
    alice.sends("/queue/q", "1", lines);
    const Seen second = alice.receipt("r");
    CHECK(second["duplicate"] == "true");
    CHECK(second["offset"] == first["offset"]);
    bob.connects().subscribes("/queue/q");
    CHECK(bob.sees() == "1");
}

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
        std::size_t failed = 0, all = 0;
        for (const Seen& seen : quick.transport->received) {
            if (seen.command != "MESSAGE") continue;
            ++all;
            if (seen["delivery-count"] == "2") ++failed;
        }
        CHECK(all == 60);
        CHECK(failed > 0);
        CHECK(failed < 20);
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
