// Messages that wait for their time: they hinder nobody, cost little, and come again whole.
#include <doctest/doctest.h>

#include "tests/queue/queue_fixture.hpp"

namespace causeway::queue::testing {

using Bodies = std::vector<std::string>;

namespace {

constexpr std::size_t kMany = 100;
const Monotonic kLater{std::chrono::hours(2)};

struct Refusing : QueueAtWork {
    explicit Refusing(std::uint32_t max_deliveries = 20) : QueueAtWork(options(max_deliveries)) {}
    static QueueOptions options(std::uint32_t max_deliveries) {
        QueueOptions made;
        made.max_deliveries = max_deliveries;
        made.window.messages = 10;
        return made;
    }
    // Everything, to wait until later. Returns what came.
    Bodies refuses_all(ConsumerId one) {
        Bodies seen;
        for (Bodies bodies = delivers(); !bodies.empty(); bodies = delivers()) {
            seen.insert(seen.end(), bodies.begin(), bodies.end());
            queue.nack(one, std::exchange(held[one], {}), kLater);
        }
        return seen;
    }
};

Bodies numbers(const std::string& mark = {}) {
    Bodies all;
    for (std::size_t i = 0; i < kMany; ++i) all.push_back(std::to_string(i) + mark);
    return all;
}

}  // namespace

TEST_CASE("however many messages wait for their time, those behind them are read and delivered") {
    Refusing with;
    const auto one = with.consumer(3);
    for (std::size_t i = 0; i < kMany; ++i) with.stores(std::to_string(i));
    CHECK(with.refuses_all(one) == numbers());
    CHECK(with.queue.delayed() == kMany);
    with.stores("new");
    CHECK(with.delivers() == Bodies{"new"});
    CHECK(with.acks(one) == 1);
    CHECK(with.queue.held().bytes < kMany * 200);
}

TEST_CASE("what waited comes again whole, in order, with its count, when its time has come") {
    Refusing with;
    const auto one = with.consumer(3);
    for (std::size_t i = 0; i < kMany; ++i) with.stores(std::to_string(i));
    CHECK(with.refuses_all(one).size() == kMany);
    with.writes();
    with.queue.on_time(kLater - Milliseconds(1));
    CHECK(with.delivers().empty());
    with.queue.on_time(kLater);
    CHECK_FALSE(with.queue.due());
    Bodies seen;
    for (Bodies bodies = with.delivers(); !bodies.empty(); bodies = with.delivers()) {
        seen.insert(seen.end(), bodies.begin(), bodies.end());
        CHECK(with.queue.held().messages - with.queue.delayed() <= 3 + 10);
        with.acks(one);
    }
    std::sort(seen.begin(), seen.end());
    Bodies expected = numbers("!1");
    std::sort(expected.begin(), expected.end());
    CHECK(seen == expected);
    with.writes();
    CHECK(with.stored.empty());
    with.queue.remove_consumer(one);
    CHECK(with.queue.held().bytes == 0);
    CHECK(with.queue.idle());
}

TEST_CASE("what waits in the store alone is not lost when nobody listens, nor read as something new") {
    Refusing with;
    const auto one = with.consumer(3);
    for (std::size_t i = 0; i < kMany; ++i) with.stores(std::to_string(i));
    CHECK(with.refuses_all(one).size() == kMany);
    with.queue.remove_consumer(one);
    with.consumer();
    CHECK(with.delivers().empty());
    with.queue.on_time(kLater);
    CHECK(with.delivers().size() == kMany);
}

TEST_CASE("what waited and is no longer in the store is forgotten") {
    Refusing with;
    const auto one = with.consumer(3);
    for (std::size_t i = 0; i < kMany; ++i) with.stores(std::to_string(i));
    CHECK(with.refuses_all(one).size() == kMany);
    SUBCASE("all of it") { with.stored.clear(); }
    SUBCASE("by a purge") { with.purges(); }
    SUBCASE("all but the last") { with.stored.erase(with.stored.begin(), std::prev(with.stored.end())); }
    with.queue.on_time(kLater);
    while (!with.delivers().empty()) with.acks(one);
    CHECK(with.queue.held().messages == 0);
    CHECK(with.queue.held().bytes == 0);
    with.queue.remove_consumer(one);
    with.writes();
    CHECK(with.queue.idle());
}

TEST_CASE("a page of what waited that cannot be read is wished for again") {
    Refusing with;
    const auto one = with.consumer(3);
    for (std::size_t i = 0; i < kMany; ++i) with.stores(std::to_string(i));
    CHECK(with.refuses_all(one).size() == kMany);
    with.queue.on_time(kLater);
    const auto wish = with.queue.wish();
    REQUIRE(wish);
    with.queue.on_page_failed(*wish);
    std::size_t seen = 0;
    for (Bodies bodies = with.delivers(); !bodies.empty(); bodies = with.delivers()) {
        seen += bodies.size();
        with.acks(one);
    }
    CHECK(seen == kMany);
}

}  // namespace causeway::queue::testing
