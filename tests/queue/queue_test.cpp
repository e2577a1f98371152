// Who gets what, and what becomes of what is not acknowledged.
#include "broker/queue/queue.hpp"

#include <doctest/doctest.h>

#include "tests/queue/queue_fixture.hpp"

namespace causeway::queue::testing {

using Bodies = std::vector<std::string>;

TEST_CASE("messages go out in the order in which they came") {
    QueueAtWork with;
    with.puts("a");
    with.puts("b");
    CHECK(with.delivers().empty());
    with.consumer();
    with.puts("c");
    CHECK(with.delivers() == Bodies{"a", "b", "c"});
}

TEST_CASE("each message goes to one consumer, to the one with the fewest that it has not acknowledged") {
    QueueAtWork with;
    const auto one = with.consumer(), two = with.consumer(), three = with.consumer();
    for (int i = 0; i < 9; ++i) with.puts(std::to_string(i));
    CHECK(with.delivers().size() == 9);
    CHECK(with.held[one].size() == 3);
    CHECK(with.held[two].size() == 3);
    CHECK(with.held[three].size() == 3);
    CHECK(with.acks(two) == 3);
    for (int i = 0; i < 3; ++i) with.puts("more");
    CHECK(with.delivers().size() == 3);
    CHECK(with.held[two].size() == 3);
    CHECK(with.held[one].size() == 3);
}

TEST_CASE("consumers that acknowledge at once take turns") {
    QueueAtWork with;
    std::vector<ConsumerId> all{with.consumer(), with.consumer(), with.consumer()};
    std::map<ConsumerId, int> served;
    for (int i = 0; i < 30; ++i) {
        with.puts("x");
        const auto assigned = with.queue.next();
        REQUIRE(assigned);
        ++served[assigned->consumer];
        const Place place = assigned->delivery.place;
        CHECK(with.queue.ack(assigned->consumer, {&place, 1}) == 1);
    }
    for (const ConsumerId id : all) CHECK(served[id] == 10);
}

TEST_CASE("a consumer never holds more than its prefetch") {
    QueueAtWork with;
    const auto one = with.consumer(2);
    for (int i = 0; i < 5; ++i) with.puts(std::to_string(i));
    CHECK(with.delivers() == Bodies{"0", "1"});
    const Place first = with.held[one].front();
    CHECK(with.queue.ack(one, {&first, 1}) == 1);
    CHECK(with.delivers() == Bodies{"2"});
    CHECK(with.queue.ack(one, {&first, 1}) == 0);
    CHECK(with.delivers().empty());
}

TEST_CASE("what a consumer had goes back to its place when it leaves, and is marked") {
    QueueAtWork with;
    const auto one = with.consumer(2);
    for (const char* body : {"a", "b", "c"}) with.puts(body);
    CHECK(with.delivers() == Bodies{"a", "b"});
    SUBCASE("in good order it is no failed delivery") {
        with.queue.remove_consumer(one);
        with.consumer();
        CHECK(with.delivers() == Bodies{"a!", "b!", "c"});
    }
    SUBCASE("when it is lost it is one of what it was at work on") {
        with.queue.remove_consumer(one, {.begun = with.held[one].front()});
        with.consumer();
        CHECK(with.delivers() == Bodies{"a!1", "b!", "c"});
    }
    SUBCASE("what was not sent to it is as it was") {
        with.queue.remove_consumer(one, {.unsent = {with.held[one].back()}});
        with.consumer();
        CHECK(with.delivers() == Bodies{"a!", "b", "c"});
    }
    CHECK(with.queue.outstanding() == 3);
}

TEST_CASE("what a consumer that goes leaves undecided waits for the decision, and the rest does not") {
    QueueAtWork with;
    const auto one = with.consumer(3);
    with.stores("a");
    with.puts("b");
    with.stores("c");
    CHECK(with.delivers() == Bodies{"a", "b", "c"});
    const std::vector<Place> undecided{with.held[one][0], with.held[one][1]};
    with.queue.remove_consumer(one, {.undecided = undecided});
    CHECK(with.queue.consumers() == 0);
    CHECK(with.queue.outstanding() == 2);
    with.consumer();
    with.stores("d");
    CHECK(with.delivers() == Bodies{"c!", "d"});
    SUBCASE("it is settled") {
        CHECK(with.queue.ack(one, undecided) == 2);
        with.queue.release(one);
        CHECK(with.delivers().empty());
        with.writes();
        CHECK(with.stored.size() == 2);
    }
    SUBCASE("it is not: it goes back, which is no failed delivery") {
        with.queue.release(one);
        CHECK(with.delivers() == Bodies{"a!", "b!"});
        CHECK(with.queue.ack(one, undecided) == 0);
    }
    SUBCASE("some of it is, and some refused") {
        CHECK(with.queue.ack(one, {undecided.data(), 1}) == 1);
        CHECK(with.queue.nack(one, {undecided.data() + 1, 1}) == 1);
        with.queue.release(one);
        CHECK(with.delivers() == Bodies{"b!1"});
    }
    SUBCASE("it is purged meanwhile") {
        with.purges();
        with.queue.release(one);
        CHECK(with.delivers().empty());
    }
    CHECK(with.queue.outstanding() == with.queue.held().messages);
}

TEST_CASE("what is left undecided in the store is not read again when nobody listens for a while") {
    QueueAtWork with;
    const auto one = with.consumer(1);
    with.stores("a");
    with.stores("b");
    CHECK(with.delivers() == Bodies{"a"});
    const std::vector<Place> undecided = with.held[one];
    with.queue.remove_consumer(one, {.undecided = undecided});
    CHECK_FALSE(with.queue.idle());
    with.consumer();
    CHECK(with.delivers() == Bodies{"b"});
    CHECK(with.queue.ack(one, undecided) == 1);
    with.queue.release(one);
    CHECK(with.delivers().empty());
}

TEST_CASE("a message that is refused comes again, at once or when its time has come") {
    QueueAtWork with;
    const Monotonic now{std::chrono::hours(1)};
    const auto one = with.consumer(1);
    with.puts("a");
    with.puts("b");
    CHECK(with.delivers() == Bodies{"a"});
    SUBCASE("at once, before those behind it") {
        CHECK(with.queue.nack(one, std::exchange(with.held[one], {})) == 1);
        CHECK(with.delivers() == Bodies{"a!1"});
    }
    SUBCASE("later, and the others do not wait") {
        CHECK(with.queue.nack(one, std::exchange(with.held[one], {}), now + Milliseconds(10)) == 1);
        CHECK(with.delivers() == Bodies{"b"});
        CHECK(with.acks(one) == 1);
        CHECK(with.queue.due() == now + Milliseconds(10));
        with.queue.on_time(now + Milliseconds(9));
        CHECK(with.delivers().empty());
        with.queue.on_time(now + Milliseconds(10));
        CHECK(with.delivers() == Bodies{"a!1"});
        CHECK_FALSE(with.queue.due());
    }
}

TEST_CASE("a message that fails too often is a dead letter") {
    QueueOptions options;
    options.max_deliveries = 3;
    QueueAtWork with(options);
    with.puts("poison");
    for (int i = 0; i < 3; ++i) {
        const auto one = with.consumer();
        CHECK(with.delivers().size() == 1);
        with.queue.remove_consumer(one, {.begun = with.held[one].front()});
        with.held.clear();
    }
    with.consumer();
    CHECK(with.delivers().empty());
    const Changes changes = with.queue.take_changes();
    REQUIRE(changes.dead.size() == 1);
    CHECK(changes.dead[0].failed == 3);
    CHECK(changes.dead[0].reason == DeadLetter::Reason::kMaxDeliveries);
    CHECK(with.queue.held().messages == 0);
    CHECK(with.queue.held().bytes == 0);
}

TEST_CASE("without a limit it comes for ever") {
    QueueOptions options;
    options.max_deliveries = 0;
    QueueAtWork with(options);
    with.puts("x");
    const auto one = with.consumer();
    for (int i = 0; i < 50; ++i) {
        CHECK(with.delivers().size() == 1);
        with.queue.nack(one, std::exchange(with.held[one], {}));
    }
    CHECK(with.queue.take_changes().dead.empty());
}

TEST_CASE("a message that is rejected is a dead letter at once") {
    QueueAtWork with;
    const auto one = with.consumer();
    const Offset offset = with.stores("x");
    CHECK(with.delivers() == Bodies{"x"});
    CHECK(with.queue.reject(one, std::exchange(with.held[one], {})) == 1);
    const Changes changes = with.queue.take_changes();
    REQUIRE(changes.dead.size() == 1);
    CHECK(changes.dead[0].reason == DeadLetter::Reason::kRejected);
    CHECK(changes.dead[0].place.offset == offset);
    CHECK(changes.done.empty());
}

TEST_CASE("what is stored is settled in the store, what is not is not") {
    QueueAtWork with;
    const auto one = with.consumer();
    const Offset first = with.stores("a");
    with.puts("b");
    CHECK(with.delivers() == Bodies{"a", "b"});
    const Place refused = with.held[one].front();
    CHECK(with.queue.nack(one, {&refused, 1}) == 1);
    CHECK(with.delivers() == Bodies{"a!1"});
    CHECK(with.acks(one) == 2);
    const Changes changes = with.queue.take_changes();
    REQUIRE(changes.returned.size() == 1);
    CHECK(changes.returned[0].offset == first);
    CHECK(changes.returned[0].failed == 1);
    CHECK(changes.done == std::vector<Offset>{first});
    CHECK(with.queue.take_changes().empty());
}

TEST_CASE("who was not at work on the message that kills consumers is no dead letter for it") {
    QueueOptions options;
    options.max_deliveries = 3;
    QueueAtWork with(options);
    with.puts("poison");
    for (int i = 0; i < 9; ++i) with.puts("innocent");
    for (int i = 0; i < 3; ++i) {
        const auto one = with.consumer();
        CHECK(with.delivers().size() == 10);
        with.queue.remove_consumer(one, {.begun = with.held[one].front()});
        with.held.clear();
    }
    const Changes changes = with.queue.take_changes();
    REQUIRE(changes.dead.size() == 1);
    CHECK(changes.dead[0].message->content->body() == "poison");
    with.consumer();
    CHECK(with.delivers() == Bodies(9, "innocent!"));
}

TEST_CASE("a purge drops what waits, and what is under way does not come back") {
    QueueAtWork with;
    const auto one = with.consumer(1);
    for (const char* body : {"a", "b", "c"}) with.puts(body);
    with.stores("d");
    CHECK(with.delivers() == Bodies{"a"});
    CHECK(with.purges() == 2);
    CHECK(with.queue.ready() == 0);
    with.queue.remove_consumer(one);
    CHECK(with.queue.idle());
    with.consumer();
    with.puts("new");
    CHECK(with.delivers() == Bodies{"new"});
}

TEST_CASE("a purge leaves what came behind it, and all until the store has done it") {
    QueueOptions options;
    options.window.messages = 4;
    QueueAtWork with(options);
    const auto one = with.consumer(1);
    for (const char* body : {"a", "b", "c"}) with.stores(body);
    with.puts("d");
    CHECK(with.delivers() == Bodies{"a"});
    const PurgeMark mark = with.queue.purge_mark();
    for (const char* body : {"e", "f", "g", "h"}) with.stores(body);
    with.puts("i");
    CHECK(with.queue.ready() > 0);
    CHECK(with.acks(one) == 1);
    CHECK(with.delivers() == Bodies{"b"});
    with.stored.erase(with.stored.begin(), with.stored.upper_bound(mark.until));
    CHECK(with.queue.purge(mark) == 1);
    with.queue.remove_consumer(one);
    with.consumer();
    CHECK(with.delivers() == Bodies{"e", "f", "g", "h", "i"});
}

}  // namespace causeway::queue::testing
