#include <doctest/doctest.h>

#include "tests/storage/fixture.hpp"

namespace causeway::storage {

namespace {

using Ids = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("a log of its own gets offsets and no sequence, and is told with its destination") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const auto first = store.append(to_inbox("bob", "notifications"));
    const auto second = store.append(to_topic("news"));
    CHECK(value(first.offset) == 1);
    CHECK(value(second.offset) == 2);
    CHECK(value(first.sequence) == 0);
    CHECK(first.conversation.empty());

    const auto told = store.committed();
    REQUIRE(told.size() == 2);
    const auto& inbox = std::get<CommittedEntry>(told[0]);
    CHECK(inbox.destination == "/user/bob/queue/notifications");
    CHECK(inbox.inbox_of == "bob");
    CHECK(inbox.conversation.empty());
    CHECK(inbox.members == nullptr);
    CHECK(std::get<CommittedEntry>(told[1]).destination == "/topic/news");
    CHECK(std::get<CommittedEntry>(told[1]).inbox_of.empty());

    store.reopen();
    const auto page = store.page(inbox_log("bob", "notifications"));
    REQUIRE(page.entries.size() == 1);
    CHECK(page.entries[0].destination == "/user/bob/queue/notifications");
    CHECK(page.entries[0].protobuf == inbox.protobuf);
    CHECK(value(page.entries[0].sequence) == 0);
    CHECK(offsets_of(store.page(topic_log("news"))) == Ids{2});
    CHECK(offsets_of(store.page(topic_log("other"))).empty());
    CHECK(offsets_of(store.page(inbox_log("bob", "other"))).empty());
    CHECK(offsets_of(store.page(inbox_log("alice", "notifications"))).empty());
}

TEST_CASE("an inbox is its user's, however his name is written in the destination") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    Append append = to_inbox("a/b", "x");
    append.destination = "/user/a%2Fb/queue/x";
    (void)store.append(append);
    CHECK(offsets_of(store.page(inbox_log("a/b", "x"))) == Ids{1});
    CHECK(offsets_of(store.page(inbox_log("a/b", "y"))).empty());

    append.inbox_of = "mallory";
    CHECK(refused_with(store.submit(append)) == ErrorCode::kMessageInvalid);
    append.inbox_of.clear();
    CHECK(refused_with(store.submit(append)) == ErrorCode::kMessageInvalid);
    CHECK(offsets_of(store.page(inbox_log("mallory", "x"))).empty());
    (void)store.append(to_topic("news"));
    append = to_topic("news");
    append.inbox_of = "unknown so far";
    CHECK(refused_with(store.submit(append)) == ErrorCode::kMessageInvalid);
}

TEST_CASE("a send to a log of its own is idempotent, also when the entry is no longer kept") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    Append append = to_topic("news", {.count = 1});
    append.client_msg_id = "m1";
    const auto first = store.append(append);
    auto again = store.append(append);
    CHECK(again.duplicate);
    CHECK(again.offset == first.offset);
    CHECK(again.message_id == first.message_id);
    (void)store.append(to_topic("news", {.count = 1}));
    again = store.append(append);
    CHECK(again.duplicate);
    CHECK(again.offset == first.offset);
    append.body_digest = "another";
    CHECK(refused_with(store.submit(append)) == ErrorCode::kIdempotencyConflict);
}

TEST_CASE("a log is kept within its bounds, and says from where on it is whole") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const std::size_t bytes = [&] {
        (void)store.append(to_topic("measure"));  // 1
        return store.page(topic_log("measure")).entries.at(0).protobuf.size();
    }();
    const auto append_five = [&](const LogBounds& bounds) {
        for (int i = 0; i < 5; ++i) (void)store.append(to_topic("news", bounds));  // 2 to 6
    };
    SUBCASE("of entries") {
        append_five({.count = 2});
        CHECK(offsets_of(store.page(topic_log("news"))) == Ids{5, 6});
    }
    SUBCASE("of entries, with a restart between") {
        append_five({});
        store.reopen();
        (void)store.append(to_topic("news", {.count = 2}));
        CHECK(offsets_of(store.page(topic_log("news"))) == Ids{6, 7});
    }
    SUBCASE("of bytes") {
        append_five({.bytes = 2 * bytes});
        CHECK(offsets_of(store.page(topic_log("news"))) == Ids{5, 6});
    }
    SUBCASE("of age") {
        append_five({});
        store.clock().advance(Milliseconds(5'000));
        (void)store.append(to_topic("news", {.age = Milliseconds(4'000)}));
        CHECK(offsets_of(store.page(topic_log("news"))) == Ids{7});
    }
    const auto state = store.state(topic_log("news"));
    const auto left = offsets_of(store.page(topic_log("news")));
    REQUIRE_FALSE(left.empty());
    CHECK(value(state.first) == left.front());
    CHECK(value(state.last) == left.back());
    CHECK(value(state.floor) == left.front() - 1);
    // A page says what it misses, and nothing to whom it misses nothing.
    CHECK(store.page(topic_log("news"), 1).floor == state.floor);
    CHECK(value(store.page(topic_log("news"), left.front() - 1).floor) == 0);
    CHECK(value(store.state(topic_log("measure")).floor) == 0);
}

TEST_CASE("the retained value stays, however large; another entry that is too large does not") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    (void)store.append(to_topic("retained", {.bytes = 1, .retained = true}));
    (void)store.append(to_topic("retained", {.bytes = 1, .retained = true}));
    (void)store.append(to_topic("plain", {.bytes = 1}));
    CHECK(offsets_of(store.page(topic_log("retained"))) == Ids{2});
    CHECK(offsets_of(store.page(topic_log("plain"))).empty());
}

TEST_CASE("what the bounds push out is gone from the store, and its number is not used again") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    for (int i = 0; i < 3; ++i) (void)store.append(to_topic("news", {.count = 1}));
    store.close();
    {
        Database file(directory.path() / "causeway.db", Access::kRead, Durability::kProcess, 100);
        CHECK(file.value_of("SELECT count(*) FROM entries") == "1");
        CHECK(file.value_of("SELECT count(*) FROM log_entries") == "1");
    }
    store.open([&] {
        StoreOptions options;
        options.path = directory.path();
        return options;
    }());
    CHECK(value(store.append(to_topic("news")).offset) == 4);
}

TEST_CASE("bounds that shrank are reached after some appends, each of which does a bounded amount of work") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    for (int i = 0; i < 200; ++i) (void)store.append(to_topic("news"));
    (void)store.append(to_topic("news", {.count = 3}));
    CHECK(offsets_of(store.page(topic_log("news"))).size() > 3);
    for (int i = 0; i < 5; ++i) (void)store.append(to_topic("news", {.count = 3}));
    CHECK(offsets_of(store.page(topic_log("news"))) == Ids{204, 205, 206});
}

}  // namespace causeway::storage
