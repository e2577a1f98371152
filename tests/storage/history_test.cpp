#include <doctest/doctest.h>

#include "tests/storage/fixture.hpp"

namespace causeway::storage {

namespace {

using Ids = std::vector<std::uint64_t>;

HistoryQuery of_team(const std::string& user) {
    HistoryQuery query;
    query.user = user;
    query.conversation = "team";
    return query;
}

// The sequences of a page.
Ids sequences_of(const HistoryPage& page) {
    Ids sequences;
    for (const auto& entry : page.entries) sequences.push_back(value(entry.sequence));
    return sequences;
}

}  // namespace

TEST_CASE("history gives the newest page, or what comes before or after a number") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice");
    for (int i = 0; i < 10; ++i) {
        (void)store.append(to_conversation("alice", "team"));
        (void)store.append(to_user("alice", "bob"));
    }
    HistoryQuery query = of_team("alice");
    query.limit = 3;
    auto page = store.history(query);
    CHECK(page.known);
    CHECK(sequences_of(page) == Ids{8, 9, 10});
    CHECK(page.more);
    query.before = 3;
    page = store.history(query);
    CHECK(sequences_of(page) == Ids{1, 2});
    CHECK_FALSE(page.more);
    query.before = 1;
    CHECK(sequences_of(store.history(query)).empty());
    query.before = 0;
    CHECK(sequences_of(store.history(query)).empty());
    query.before.reset();
    query.after = 5;
    page = store.history(query);
    CHECK(sequences_of(page) == Ids{6, 7, 8});
    CHECK(page.more);
    query.after = 7;
    page = store.history(query);
    CHECK(sequences_of(page) == Ids{8, 9, 10});
    CHECK_FALSE(page.more);
    query.after = 5;
    query.before = 8;
    page = store.history(query);
    CHECK(sequences_of(page) == Ids{6, 7});
    CHECK_FALSE(page.more);
    query.after = 99;
    query.before.reset();
    CHECK(sequences_of(store.history(query)).empty());
}

TEST_CASE("history shows a member what was said in his stays, an operator all, a stranger nothing") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice");
    const auto says = [&](int times) {
        for (int i = 0; i < times; ++i) (void)store.append(to_conversation("alice", "team"));
    };
    says(2);
    CHECK(store.change(MembershipChange::kAdd, "team", "alice", "bob"));
    says(2);  // 3, 4
    CHECK(store.change(MembershipChange::kRemove, "team", "alice", "bob"));
    says(2);
    CHECK(store.change(MembershipChange::kAdd, "team", "alice", "bob"));
    says(2);  // 7, 8
    HistoryQuery query = of_team("bob");
    CHECK(sequences_of(store.history(query)) == Ids{3, 4, 7, 8});
    query.limit = 3;
    CHECK(sequences_of(store.history(query)) == Ids{4, 7, 8});
    CHECK(store.history(query).more);
    query.before = 6;
    CHECK(sequences_of(store.history(query)) == Ids{3, 4});
    CHECK_FALSE(store.history(query).more);
    query.before.reset();
    query.after = 3;
    CHECK(sequences_of(store.history(query)) == Ids{4, 7, 8});
    CHECK(sequences_of(store.history(of_team(""))) == Ids{1, 2, 3, 4, 5, 6, 7, 8});
    CHECK_FALSE(store.history(of_team("mallory")).known);
    query = of_team("bob");
    query.conversation = "nowhere";
    CHECK_FALSE(store.history(query).known);
    query.user.clear();
    CHECK_FALSE(store.history(query).known);
}

TEST_CASE("an operator pages through a log of its own by offsets, a user through his own inbox only") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    for (int i = 0; i < 3; ++i) {
        (void)store.append(to_inbox("bob", "x"));  // 1, 3, 5
        (void)store.append(to_topic("news"));      // 2, 4, 6
    }
    HistoryQuery query;
    query.destination = "/topic/news";
    CHECK(offsets_of(store.history(query)) == Ids{2, 4, 6});
    query.before = 6;
    query.limit = 1;
    CHECK(offsets_of(store.history(query)) == Ids{4});
    CHECK(store.history(query).more);
    CHECK(store.history(query).entries[0].destination == "/topic/news");
    query.user = "bob";
    CHECK_FALSE(store.history(query).known);
    query.destination = "/user/bob/queue/x";
    query.before.reset();
    query.after = 1;
    query.limit = 5;
    CHECK(offsets_of(store.history(query)) == Ids{3, 5});
    query.user = "alice";
    CHECK_FALSE(store.history(query).known);
    query.destination = "/topic/none";
    query.user.clear();
    CHECK_FALSE(store.history(query).known);
}

TEST_CASE("any number finds its place in a conversation that shares the store with others") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice");
    std::uint64_t said = 0;
    for (int i = 0; i < 600; ++i) {
        // In clusters with long pauses, as people talk.
        const bool in_team = (i / 40) % 3 == 0 || i % 17 == 0;
        (void)store.append(in_team ? to_conversation("alice", "team") : to_user("alice", "bob"));
        said += in_team ? 1 : 0;
    }
    HistoryQuery query = of_team("alice");
    query.limit = 1;
    for (std::uint64_t n = 1; n <= said; ++n) {
        query.after = n - 1;
        REQUIRE(sequences_of(store.history(query)) == Ids{n});
        query.after.reset();
        query.before = n + 1;
        REQUIRE(sequences_of(store.history(query)) == Ids{n});
        query.before.reset();
    }
}

}  // namespace causeway::storage
