#include "broker/routing/topic_history.hpp"

#include <doctest/doctest.h>

#include "tests/routing/history_fixture.hpp"

using namespace causeway;
using namespace causeway::routing;

namespace {

using Bodies = std::vector<std::string>;
constexpr Milliseconds kHour{std::chrono::hours(1)};

HistoryRule rule(std::string destination, std::size_t count, std::size_t bytes = 0, Milliseconds age = {}) {
    HistoryRule made;
    made.destination = std::move(destination);
    made.count = count;
    made.bytes = bytes;
    made.age = age;
    return made;
}
HistoryRule retained(HistoryRule made) {
    made.retained = true;
    return made;
}

}  // namespace

TEST_CASE("a topic with a rule keeps its newest messages up to the rule's count") {
    HistoryWorld world({rule("/topic/a", 3)});
    for (const char* const body : {"1", "2", "3", "4", "5"})
        CHECK(world.publish("/topic/a", body) == Published::kNow);
    world.publish("/topic/b", "not kept");
    CHECK(world.kept("/topic/a") == Bodies{"3", "4", "5"});
    CHECK(world.kept("/topic/b").empty());
    const HistoryState state = world.state("/topic/a");
    CHECK(state.epoch == "e");
    CHECK(state.first == Offset{3});
    CHECK(state.last == Offset{5});
    CHECK(state.end == Offset{5});
    CHECK(state.floor == Offset{2});
    CHECK(state.replay_after == Offset{5});
}

TEST_CASE("bytes are those of bodies and headers, and a message larger than the bound is not kept") {
    HistoryWorld world({rule("/topic/a", 0, 10)});
    world.publish("/topic/a", "12345");
    world.publish("/topic/a", "67890");
    CHECK(world.kept("/topic/a") == Bodies{"12345", "67890"});
    world.publish("/topic/a", "x");
    CHECK(world.kept("/topic/a") == Bodies{"67890", "x"});
    world.publish("/topic/a", "12345678901");
    CHECK(world.kept("/topic/a").empty());
    CHECK(world.state("/topic/a").floor == Offset{4});

    auto with_header = std::make_shared<Message>(*HistoryWorld::message("/topic/a", "1"));
    with_header->headers = {{"name", "value"}};
    world.shards.publish(with_header);
    CHECK(world.kept("/topic/a") == Bodies{"1"});
    world.publish("/topic/a", "2");
    CHECK(world.kept("/topic/a") == Bodies{"2"});
}

TEST_CASE("what is older than the rule's age is not given any more, published to or not") {
    HistoryWorld world({rule("/topic/a", 0, 0, kHour)});
    world.publish("/topic/a", "1");
    world.clock.advance(kHour / 2);
    world.publish("/topic/a", "2");
    world.clock.advance(kHour / 2);
    CHECK(world.kept("/topic/a") == Bodies{"1", "2"});
    world.clock.advance(Milliseconds(1));
    CHECK(world.kept("/topic/a") == Bodies{"2"});
    world.clock.advance(kHour);
    const HistoryState state = world.state("/topic/a");
    CHECK(state.first == Offset{0});
    CHECK(state.last == Offset{0});
    CHECK(state.floor == Offset{2});
    CHECK(state.end == Offset{2});
}

TEST_CASE("a retained value stays whatever its age and size, and begins a SUBSCRIBE") {
    HistoryWorld world({retained(rule("/topic/a", 0, 4, kHour))});
    world.publish("/topic/a", "1");
    world.publish("/topic/a", "much longer than the bound");
    CHECK(world.kept("/topic/a") == Bodies{"much longer than the bound"});
    world.clock.advance(kHour * 1'000);
    CHECK(world.kept("/topic/a") == Bodies{"much longer than the bound"});
    HistoryState state = world.state("/topic/a");
    CHECK(state.floor == Offset{1});
    CHECK(state.replay_after == Offset{1});
    world.publish("/topic/a", "2");
    CHECK(world.kept("/topic/a") == Bodies{"2"});
    CHECK(world.state("/topic/a").replay_after == Offset{2});
}

TEST_CASE("replay is where a SUBSCRIBE begins that does not say") {
    HistoryRule replayed = rule("/topic/a/*", 5);
    replayed.replay = 2;
    HistoryWorld world({replayed});
    const auto begins = [&] { return world.kept("/topic/a/1", world.state("/topic/a/1").replay_after); };
    CHECK(begins().empty());
    world.publish("/topic/a/1", "1");
    CHECK(begins() == Bodies{"1"});
    world.publish("/topic/a/2", "of another topic");
    world.publish("/topic/a/1", "2");
    CHECK(begins() == Bodies{"1", "2"});
    world.publish("/topic/a/1", "3");
    CHECK(begins() == Bodies{"2", "3"});
}

TEST_CASE("a history is read in pages, and what was dropped meanwhile can be seen") {
    HistoryWorld world({rule("/topic/a", 4)});
    for (const char* const body : {"1", "2", "3", "4"}) world.publish("/topic/a", body);
    HistoryPage page = world.history.read("/topic/a", Offset{1}, 2);
    REQUIRE(page.messages.size() == 2);
    CHECK(page.messages[0]->offset == Offset{2});
    CHECK(page.messages[1]->offset == Offset{3});
    CHECK_FALSE(page.end);
    CHECK(page.floor == Offset{0});
    page = world.history.read("/topic/a", Offset{3}, 2);
    REQUIRE(page.messages.size() == 1);
    CHECK(page.end);
    for (const char* const body : {"5", "6", "7", "8"}) world.publish("/topic/a", body);
    page = world.history.read("/topic/a", Offset{3}, 2);
    CHECK(page.floor == Offset{4});
    CHECK(page.messages.front()->offset == Offset{5});
    CHECK(world.history.read("/topic/a", Offset{8}, 2).end);
    CHECK(world.history.read("/topic/never", Offset{0}, 2).end);
}

TEST_CASE("the publisher's own shard gets it by mail, in the order of offsets") {
    HistoryWorld world({rule("/topic/a", 9)}, 2);
    Listener here("/topic/a");
    Listener all("/topic/**", true);
    world.routers[0].subscribe(here);
    world.routers[1].subscribe(all);
    world.routers[0].publish(HistoryWorld::message("/topic/a", "1"));
    world.routers[1].publish(HistoryWorld::message("/topic/a", "2"));
    world.routers[1].publish(HistoryWorld::message("/topic/b", "no history"));
    CHECK(here.got.empty());
    REQUIRE(all.got.size() == 1);
    world.open_mail(0);
    world.open_mail(1);
    REQUIRE(here.got.size() == 2);
    CHECK(here.got[0]->offset == Offset{1});
    CHECK(here.got[1]->offset == Offset{2});
    CHECK(all.got.size() == 3);
    world.routers[0].unsubscribe(here);
    world.routers[1].unsubscribe(all);
}

TEST_CASE("a stored history goes to the store, and what comes from it straight to the subscribers") {
    HistoryRule stored = rule("/topic/a", 3);
    stored.stored = true;
    HistoryWorld world({stored});
    Listener listener("/topic/a");
    world.routers[0].subscribe(listener);
    std::optional<Offset> told;
    CHECK(world.routers[0].publish(HistoryWorld::message("/topic/a", "1"), [&](const Stored& done) {
        told = std::get<Kept>(done).offset;
    }) == Published::kAtCommit);
    CHECK(told == Offset{77});
    CHECK(world.publish("/topic/a", "2") == Published::kAtCommit);
    CHECK(world.to_store.size() == 2);
    world.open_mail();
    CHECK(listener.got.empty());

    auto committed = std::make_shared<Message>(*world.to_store[0]);
    committed->offset = Offset{77};
    CHECK(world.shards.publish(committed) == Published::kNow);
    world.open_mail();
    REQUIRE(listener.got.size() == 1);
    CHECK(listener.got[0] == committed);
    CHECK(world.to_store.size() == 2);
    CHECK(world.kept("/topic/a").empty());
    world.routers[0].unsubscribe(listener);
}

TEST_CASE("a topic with a history is wanted without subscribers") {
    HistoryWorld world({rule("/topic/a", 1)});
    CHECK(world.shards.wanted("/topic/a"));
    CHECK_FALSE(world.shards.wanted("/topic/b"));
}

TEST_CASE("when memory runs out the topics published to longest ago lose their history whole") {
    HistoryWorld world({rule("/topic/**", 1'000)}, 1, 100'000);
    const std::string body(1'000, 'x');
    for (int i = 0; i < 20; ++i) {
        world.publish("/topic/old", body);
        world.publish("/topic/older/" + std::to_string(i), body);
        world.clock.advance(Milliseconds(1));
    }
    CHECK(world.history.shed() == 0);
    CHECK(world.kept("/topic/old").size() == 20);
    for (int i = 0; i < 1'000; ++i) {
        world.publish("/topic/new", std::string(10, 'x'));
        world.clock.advance(Milliseconds(1));
        REQUIRE(world.history.bytes() <= 100'000);
    }
    CHECK(world.history.shed() >= 21);
    CHECK(world.kept("/topic/old").empty());
    CHECK_FALSE(world.kept("/topic/new").empty());
    CHECK(world.state("/topic/old").floor >= Offset{39});
    // It would be a lie to say that nothing was missed: what it had is not known any more.
    CHECK(world.state("/topic/older/0").floor > Offset{0});
}

TEST_CASE("retained values are the last to go") {
    HistoryWorld world({retained(rule("/topic/value/*", 5)), rule("/topic/**", 1'000)}, 1, 60'000);
    for (int i = 0; i < 10; ++i)
        for (int n = 0; n < 3; ++n) world.publish("/topic/value/" + std::to_string(i), std::to_string(n));
    world.clock.advance(Milliseconds(1));
    for (int i = 0; i < 1'000; ++i) {
        world.publish("/topic/flood/" + std::to_string(i % 7), std::string(500, 'x'));
        world.clock.advance(Milliseconds(1));
    }
    for (int i = 0; i < 10; ++i) CHECK(world.kept("/topic/value/" + std::to_string(i)) == Bodies{"2"});
    for (int i = 0; i < 1'000; ++i) {
        world.publish("/topic/value/new" + std::to_string(i), "x");
        world.clock.advance(Milliseconds(1));
        REQUIRE(world.history.bytes() <= 60'000);
    }
    CHECK(world.kept("/topic/value/0").empty());
    CHECK(world.kept("/topic/value/new999") == Bodies{"x"});
}

TEST_CASE("what is too old goes without anybody asking, and in the end its topic") {
    HistoryWorld world({rule("/topic/**", 0, 0, kHour)});
    const std::size_t before = world.history.bytes();
    world.publish("/topic/a", std::string(1'000, 'x'));
    const std::size_t full = world.history.bytes();
    CHECK(full > before + 1'000);
    const auto expire_all = [&] {
        for (int i = 0; i < 64; ++i) world.history.expire_some();
    };
    expire_all();
    CHECK(world.history.bytes() == full);
    world.clock.advance(kHour + Milliseconds(1));
    expire_all();
    CHECK(world.history.bytes() < full - 1'000);
    CHECK(world.history.bytes() > before);
    CHECK(world.state("/topic/a").floor == Offset{1});
    world.clock.advance(kHour * 24);
    expire_all();
    CHECK(world.history.bytes() == before);
    CHECK(world.state("/topic/a").floor == Offset{1});
}
