// What of a long queue is in memory, and that nothing falls between memory and store.
#include <doctest/doctest.h>

#include "tests/queue/queue_fixture.hpp"

namespace causeway::queue::testing {

using Bodies = std::vector<std::string>;

namespace {

QueueOptions small_window(std::size_t messages = 10) {
    QueueOptions options;
    options.window.messages = messages;
    return options;
}

}  // namespace

TEST_CASE("stored messages are not held before somebody reads") {
    QueueAtWork with;
    for (int i = 0; i < 100; ++i) with.stores(std::to_string(i));
    CHECK(with.queue.held().messages == 0);
    CHECK(with.queue.idle());
    CHECK_FALSE(with.queue.wish());
}

TEST_CASE("a queue longer than its window is read in pages, in order") {
    QueueAtWork with(small_window());
    const auto one = with.consumer(5);
    for (int i = 0; i < 100; ++i) with.stores(std::to_string(i));
    CHECK(with.queue.held().messages == 10);
    std::size_t seen = 0;
    while (true) {
        const Bodies bodies = with.delivers();
        if (bodies.empty()) break;
        for (const std::string& body : bodies) CHECK(body == std::to_string(seen++));
        CHECK(with.queue.held().messages <= 5 + 10);
        with.acks(one);
        with.writes();
    }
    CHECK(seen == 100);
    CHECK(with.stored.empty());
}

TEST_CASE("messages that are stored and those that are not keep the order in which they came") {
    QueueAtWork with(small_window(4));
    for (int i = 0; i < 20; ++i) {
        with.stores("s" + std::to_string(i));
        with.puts("v" + std::to_string(i));
    }
    with.consumer();
    const Bodies bodies = with.delivers();
    REQUIRE(bodies.size() == 40);
    for (std::size_t i = 0; i < 20; ++i) {
        CHECK(bodies[2 * i] == "s" + std::to_string(i));
        CHECK(bodies[2 * i + 1] == "v" + std::to_string(i));
    }
}

TEST_CASE("what was there at the start comes behind nothing new, and is marked") {
    QueueOptions options;
    options.window.stored_end = Offset{2};
    options.window.started_at = Offset{2};
    QueueAtWork with(options);
    with.commits("old");
    with.commits("older");
    with.stored[Offset{2}].second = 3;
    with.puts("new");
    with.consumer();
    CHECK_FALSE(with.queue.next());
    with.stores("newer");
    CHECK(with.delivers() == Bodies{"old!", "older!3", "new", "newer"});
}

TEST_CASE("what is committed while a page is read is neither lost nor doubled") {
    QueueAtWork with(small_window());
    for (int i = 0; i < 3; ++i) with.stores(std::to_string(i));
    with.consumer();
    const auto wish = with.queue.wish();
    REQUIRE(wish);
    SUBCASE("after the page was read") {
        auto [messages, more] = with.page(*wish);
        with.stores("3");
        with.queue.on_page(*wish, std::move(messages), more);
        CHECK(with.delivers() == Bodies{"0", "1", "2", "3"});
    }
    SUBCASE("before it, and told before it comes") {
        with.stores("3");
        auto [messages, more] = with.page(*wish);
        with.queue.on_page(*wish, std::move(messages), more);
        CHECK(with.delivers() == Bodies{"0", "1", "2", "3"});
    }
    SUBCASE("before it, and told later") {
        const Offset offset = with.commits("3");
        auto [messages, more] = with.page(*wish);
        with.queue.on_page(*wish, std::move(messages), more);
        with.queue.on_committed(message("3", offset));
        CHECK(with.delivers() == Bodies{"0", "1", "2", "3"});
    }
}

TEST_CASE("an acknowledged message is not read again while it is still in the store") {
    QueueAtWork with;
    const auto one = with.consumer();
    with.stores("a");
    with.stores("b");
    CHECK(with.delivers() == Bodies{"a", "b"});
    const Place first = with.held[one].front();
    CHECK(with.queue.ack(one, {&first, 1}) == 1);
    with.queue.remove_consumer(one);
    CHECK_FALSE(with.queue.idle());
    with.consumer();
    CHECK(with.delivers() == Bodies{"b!"});
}

TEST_CASE("when the last consumer goes only what it touched stays in memory") {
    QueueAtWork with;
    const auto one = with.consumer(2);
    for (int i = 0; i < 50; ++i) with.stores(std::to_string(i));
    CHECK(with.delivers() == Bodies{"0", "1"});
    with.queue.remove_consumer(one, {.begun = with.held[one].front()});
    CHECK(with.queue.held().messages == 2);
    with.writes();
    with.consumer();
    const Bodies bodies = with.delivers();
    REQUIRE(bodies.size() == 50);
    CHECK(bodies[0] == "0!1");
    CHECK(bodies[1] == "1!");
    CHECK(bodies[2] == "2");
    CHECK(bodies[49] == "49");
}

TEST_CASE("a page that comes after the queue was purged is not used") {
    QueueAtWork with;
    for (int i = 0; i < 3; ++i) with.stores(std::to_string(i));
    with.consumer();
    const auto wish = with.queue.wish();
    REQUIRE(wish);
    auto [messages, more] = with.page(*wish);
    with.purges();
    with.queue.on_page(*wish, std::move(messages), more);
    with.stores("new");
    CHECK(with.delivers() == Bodies{"new"});
}

TEST_CASE("an entry that cannot be understood is passed over") {
    QueueAtWork with;
    for (int i = 0; i < 3; ++i) with.stores(std::to_string(i));
    with.consumer();
    const auto wish = with.queue.wish();
    REQUIRE(wish);
    auto [messages, more] = with.page(*wish);
    for (StoredMessage& one : messages) one.message.reset();
    with.queue.on_page(*wish, std::move(messages), true);
    CHECK(with.delivers().empty());
    with.stores("3");
    CHECK(with.delivers() == Bodies{"3"});
}

TEST_CASE("a page that could not be read is wished for again") {
    QueueAtWork with;
    with.stores("a");
    with.consumer();
    const auto wish = with.queue.wish();
    REQUIRE(wish);
    CHECK_FALSE(with.queue.wish());
    with.queue.on_page_failed(*wish);
    CHECK(with.delivers() == Bodies{"a"});
}

TEST_CASE("when memory is short little is read and nothing kept that can be read later") {
    QueueAtWork with;
    with.consumer(1);
    for (int i = 0; i < 100; ++i) {
        const Offset offset = with.commits(std::to_string(i));
        with.queue.on_committed(message(std::to_string(i), offset), Memory::kShort);
    }
    CHECK(with.queue.held().messages == 0);
    const auto wish = with.queue.wish(Memory::kShort);
    REQUIRE(wish);
    CHECK(wish->limit == 16);
}

}  // namespace causeway::queue::testing
