// Transactions and queues: what is acknowledged by a COMMIT that is under way, and room for what it sends.
#include <doctest/doctest.h>

#include "tests/session/trade.hpp"

namespace causeway::session::testing {

namespace {

const Lines kIndividual{"ack:client-individual"};
constexpr const char* kWork = "/queue/work";

std::vector<identity::RuleSpec> rules() {
    return {allow({"send"}, "/user/*/queue/**"),
            allow({"subscribe"}, "/user/queue/**"),
            allow({"subscribe"}, "/queue/room/{conversation}"),
            {"deny", {"subscribe"}, {"/queue/room/**"}, {"users"}, {}, {}},
            allow({"subscribe", "send"}, "/queue/**")};
}

// Alice has sent three messages; bob, then carol, who may have all of them, consume.
struct Workshop : World {
    Workshop() : World(rules()), alice(*this, "alice"), bob(*this, "bob", 1), carol(*this, "carol") {
        alice.connects();
        bob.connects({"on-denied:notify"}).subscribes(kWork, kIndividual);
    }
    void sends(const Lines& lines) {
        for (const char* const body : {"1", "2", "3"}) alice.sends(kWork, body, lines);
        for (int i = 0; i < 3; ++i) acks.push_back(bob.takes("MESSAGE")["ack"]);
        carol.connects().subscribes(kWork, kIndividual);
    }
    // Bob's transaction settles the first two and keeps something; the store does not answer.
    void commits_held(const std::string& second, const Lines& more = {}) {
        begins(bob);
        bob.says("ACK", {"id:" + acks[0], "transaction:t"});
        Lines lines = more;
        lines.insert(lines.end(), {"id:" + acks[1], "transaction:t"});
        bob.says(second, lines);
        sends_in(bob, "/queue/done", "done", {"persistent:true"});
        store.held = true;
        commits(bob);
    }
    void store_answers() {
        store.held = false;
        settle();
    }
    // Of a queue that this shard owns.
    [[nodiscard]] std::string queue_of(std::size_t shard) const {
        for (int i = 0;; ++i)
            if (std::string name = "/queue/" + std::to_string(i); routes.owner_of(name) == shard) return name;
    }
    Client alice, bob, carol;
    std::vector<std::string> acks;
};

// Has room for two messages in each queue; bob's sends are refused by a notice.
struct Narrow : Workshop {
    Narrow() { queue_limits.messages = 2; }
    [[nodiscard]] bool takes_one(const std::string& queue) {
        alice.sends(queue, "x", {"receipt:r"});
        return alice.gets().find("RECEIPT") != std::string::npos && !alice.receipt("r").command.empty();
    }
};

}  // namespace

TEST_CASE("who is lost while his COMMIT is under way gives back at once what it does not settle, no more") {
    Lines how;
    SUBCASE("stored") { how = {"persistent:true"}; }
    SUBCASE("not stored") {}
    Workshop world;
    world.sends(how);
    world.commits_held("ACK");
    world.bob.vanishes();
    const Seen third = world.carol.takes("MESSAGE");
    CHECK(third.body == "3");
    CHECK(third["redelivered"] == "true");
    CHECK(third["delivery-count"] == "2");  // that was the one he was at work on
    CHECK(world.carol.sees().empty());
    world.alice.sends(kWork, "4");
    CHECK(world.carol.sees() == "4");
    CHECK(world.queued().consumers == 1);
    CHECK(world.queued().unacked == 4);
    SUBCASE("it is committed") {
        world.store_answers();
        CHECK(world.carol.sees().empty());
        CHECK(world.queued().unacked == 2);
        CHECK(world.queued().acked == 2);
        CHECK(world.store.queue("/queue/done") == "done");
        CHECK(world.store.queue(kWork) == (how.empty() ? "" : "3=1"));
    }
    SUBCASE("it is not: they come again, marked, and that was no failed delivery") {
        world.store.refuses = true;
        world.store_answers();
        for (const char* const body : {"1", "2"}) {
            const Seen again = world.carol.takes("MESSAGE");
            CHECK(again.body == body);
            CHECK(again["redelivered"] == "true");
            CHECK(again["delivery-count"] == "(none)");
        }
        world.store.refuses = false;
        CHECK(world.store.queue("/queue/done").empty());
    }
    SUBCASE("nobody else listens meanwhile") {
        world.carol.vanishes();
        Client dave(world, "dave", 1);
        dave.connects().subscribes(kWork, kIndividual);
        world.store_answers();
        CHECK(dave.sees() == "3|4");
    }
}

TEST_CASE("a NACK in a COMMIT of who was lost is carried out, too") {
    Workshop world;
    world.sends({});
    SUBCASE("as a dead letter") {
        world.commits_held("NACK", {"requeue:false"});
        world.bob.vanishes();
        world.store_answers();
        CHECK(world.carol.sees() == "3");
        CHECK(world.queued().dead_lettered == 1);
    }
    SUBCASE("after its delay") {
        world.commits_held("NACK", {"delay:5000"});
        world.bob.vanishes();
        world.store_answers();
        CHECK(world.carol.sees() == "3");
        world.passes(Milliseconds(5'000));
        const Seen again = world.carol.takes("MESSAGE");
        CHECK(again.body == "2");
        CHECK(again["delivery-count"] == "2");
    }
}

TEST_CASE("a consumer that may no longer subscribe settles what a COMMIT under way says, and no more") {
    Workshop world;
    const std::string room = "/queue/room/c";
    world.store.has_member("c", "bob");
    world.store.has_member("c", "carol");
    world.bob.subscribes(room, kIndividual);
    for (const char* const body : {"1", "2"}) world.alice.sends(room, body, {"persistent:true"});
    for (int i = 0; i < 2; ++i) world.acks.push_back(world.bob.takes("MESSAGE")["ack"]);
    world.carol.connects().subscribes(room, kIndividual);
    begins(world.bob);
    world.bob.says("ACK", {"id:" + world.acks[0], "transaction:t"});
    sends_in(world.bob, "/queue/done", "done", {"persistent:true"});
    world.store.held = true;
    commits(world.bob);
    world.store.removes("c", "bob", "alice");
    world.settle();
    CHECK(world.carol.sees() == "2");
    world.store_answers();
    CHECK(world.carol.sees().empty());
    world.bob.receipt("commit");
    CHECK(world.queued().unacked == 1);
    CHECK(world.store.queue(room) == "2");
}

TEST_CASE("who is not lost settles at COMMIT as ever") {
    Workshop world;
    world.sends({"persistent:true"});
    world.commits_held("ACK");
    world.store_answers();
    world.bob.receipt("commit");
    CHECK(world.queued().unacked == 1);
    CHECK(world.carol.sees().empty());
    CHECK(world.store.queue(kWork) == "3");
    world.bob.vanishes();
    CHECK(world.carol.sees() == "3");
}

TEST_CASE("a COMMIT whose queue has no room does nothing at all, and names the frame and the limit") {
    Narrow world;
    REQUIRE(world.takes_one("/queue/a"));
    REQUIRE(world.takes_one("/queue/a"));
    world.carol.connects().subscribes("/user/queue/x");
    begins(world.bob);
    sends_in(world.bob, "/user/carol/queue/x", "kept", {"persistent:true"});
    sends_in(world.bob, "/queue/b", "to another queue");
    sends_in(world.bob, "/queue/a", "one too many");
    world.store.held = true;
    commits(world.bob);
    CHECK(world.store.waiting() == 0);
    world.store_answers();
    const Seen notice = world.bob.takes("MESSAGE");
    CHECK(notice["code"] == "send-failed");
    CHECK(notice["receipt-id"] == "commit");
    CHECK(notice.body.find("nothing of transaction t was done, because of SEND to /queue/a") !=
          std::string::npos);
    CHECK(notice.body.find("queues.messages = 2") != std::string::npos);
    CHECK(world.carol.sees().empty());
    CHECK(world.queued().refused == 1);
    CHECK(world.queued().ready == 2);
    world.carol.subscribes("/queue/b");
    CHECK(world.carol.sees().empty());
}

TEST_CASE("room for a COMMIT is there when the store has done its part, and nobody else takes it") {
    Narrow world;
    const std::string queue = world.queue_of(0), other = world.queue_of(1);
    begins(world.bob);
    for (const char* const body : {"1", "2"}) {
        sends_in(world.bob, queue, body);
        sends_in(world.bob, other, body);
    }
    sends_in(world.bob, "/queue/done", "done", {"persistent:true"});
    world.store.held = true;
    commits(world.bob);
    CHECK(world.store.waiting() == 1);
    CHECK(world.queue_account.bytes.load() > 0);
    SUBCASE("it is committed") {
        world.alice.sends(queue, "pushes in");
        CHECK(world.alice.refused() == "send-failed 1011");
        world.store_answers();
        world.bob.receipt("commit");
    }
    SUBCASE("it is committed although its sender is lost") {
        world.bob.vanishes();
        world.store_answers();
    }
    SUBCASE("the store takes nothing: the room is free again") {
        world.store.refuses = true;
        world.store_answers();
        CHECK(world.bob.notice() == "send-failed");
        CHECK(world.queued().ready == 0);
        CHECK(world.queue_account.bytes.load() == 0);
        world.carol.connects();
        for (const char* const body : {"1", "2"}) {
            world.carol.sends(queue, body);
            world.carol.sends(other, body);
        }
        world.store.refuses = false;
        CHECK(world.carol.refused() == "open");
    }
    Client dave(world, "dave", 1);
    dave.connects().subscribes(queue);
    CHECK(dave.sees() == "1|2");
    dave.subscribes(other);
    CHECK(dave.sees() == "1|2");
}

TEST_CASE("a transaction of messages that are not stored is taken by all its queues or by none") {
    Narrow world;
    const std::string queue = world.queue_of(0), full = world.queue_of(1);
    REQUIRE(world.takes_one(full));
    begins(world.bob);
    sends_in(world.bob, queue, "1");
    sends_in(world.bob, full, "2");
    sends_in(world.bob, full, "3");
    commits(world.bob);
    CHECK(world.bob.notice() == "send-failed");
    CHECK(world.queued().ready == 1);
    CHECK(world.takes_one(queue));
    CHECK(world.takes_one(queue));
    CHECK(world.takes_one(full));
}

}  // namespace causeway::session::testing
