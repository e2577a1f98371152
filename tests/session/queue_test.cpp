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
    SUBCASE("it vanishes, which is a failed delivery of what it was at work on") {
        bob.vanishes();
        count = "2";
    }
    const Seen seen = carol.takes("MESSAGE");
    CHECK(seen.body == "2");
    CHECK(seen["redelivered"] == "true");
    CHECK(seen["delivery-count"] == count);
    const Seen other = carol.takes("MESSAGE");
    CHECK(other.body == "3");
    CHECK(other["redelivered"] == "true");
    CHECK(other["delivery-count"] == "(none)");
    CHECK(world.store.queue("/queue/q") == (count == "2" ? "2=1 3" : "2 3"));
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

TEST_CASE("messages that wait after a NACK do not keep those behind them from being read") {
    constexpr std::size_t kMany = 50;
    World world(open_queues());
    world.queue_limits.window_messages = 10;
    Client alice(world, "alice"), bob(world, "bob", 1);
    alice.connects();
    for (std::size_t i = 0; i < kMany; ++i) alice.sends("/queue/q", "x", {"persistent:true"});
    bob.connects().subscribes("/queue/q", {"ack:client-individual", "prefetch-count:2"});
    for (std::size_t i = 0; i < kMany; ++i)
        bob.says("NACK", {"id:" + bob.takes("MESSAGE")["ack"], "delay:60000"});
    CHECK(world.queued().delayed == kMany);
    alice.sends("/queue/q", "new", {"persistent:true"});
    const Seen fresh = bob.takes("MESSAGE");
    CHECK(fresh.body == "new");
    bob.says("ACK", {"id:" + fresh["ack"]});
    world.passes(Milliseconds(60'000));
    for (std::size_t i = 0; i < kMany; ++i) {
        const Seen again = bob.takes("MESSAGE");
        CHECK(again["delivery-count"] == "2");
        bob.says("ACK", {"id:" + again["ack"]});
    }
    CHECK(world.store.queue("/queue/q").empty());
    CHECK(world.queued().delayed == 0);
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

TEST_CASE("where nothing can prove that a message arrived, it is settled when it is written") {
    World world(open_queues());
    Client alice(world, "alice"), bob(world, "bob", 1, net::Wire::kTcp);
    alice.connects();
    bob.connects().subscribes("/queue/q");
    bob.transport->stalled = true;
    alice.sends("/queue/q", "1", {"persistent:true"});
    CHECK(world.store.queue("/queue/q") == "1");
    bob.transport->stalled = false;
    world.settle();
    CHECK(bob.sees() == "1");
    CHECK(world.store.queue("/queue/q").empty());
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

}  // namespace causeway::session::testing
