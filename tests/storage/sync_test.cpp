#include <doctest/doctest.h>

#include "tests/storage/fixture.hpp"

namespace causeway::storage {

namespace {

using Ids = std::vector<std::uint64_t>;

SyncQuery all_of(const std::string& user) {
    SyncQuery query;
    query.user = user;
    return query;
}

// As retention removes an entry; here by hand, while nobody else has the file open.
void remove_entry(const std::filesystem::path& directory, std::uint64_t offset, int kind, int owner,
                  std::uint64_t sequence) {
    Database file(directory / "causeway.db", Access::kWrite, Durability::kProcess, 100);
    const std::string at = std::to_string(offset);
    for (const char* table : {"entries", "conversation_log", "private_log", "log_entries"})
        file.execute("DELETE FROM " + std::string(table) + " WHERE offset = " + at);
    file.execute("INSERT OR REPLACE INTO floors (kind, owner, offset, sequence) VALUES (" +
                 std::to_string(kind) + ", " + std::to_string(owner) + ", " + at + ", " +
                 std::to_string(sequence) + ")");
}

StoreOptions at(const TemporaryDirectory& directory) {
    StoreOptions options;
    options.path = directory.path();
    return options;
}

}  // namespace

TEST_CASE("a sync gives pairs, groups, rooms and the inbox in one order, in pages") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice", {"bob"});
    store.create("room", "live_stream", "alice", {"bob"});
    (void)store.append(to_conversation("alice", "team"));    // 1
    (void)store.append(to_inbox("bob", "notifications"));    // 2
    (void)store.append(to_conversation("alice", "room"));    // 3
    (void)store.append(to_user("alice", "bob"));             // 4
    (void)store.append(to_inbox("alice", "notifications"));  // 5
    (void)store.append(to_conversation("alice", "team"));    // 6
    (void)store.append(to_topic("news"));                    // 7
    SyncQuery query = all_of("bob");
    auto page = store.sync(query);
    CHECK(offsets_of(page) == Ids{1, 2, 3, 4, 6});
    CHECK(page.complete);
    CHECK_FALSE(page.gap);
    CHECK(value(page.store_end) == 7);
    CHECK(page.epoch == store.store().epoch());
    CHECK(page.entries[1].destination == "/user/bob/queue/notifications");
    CHECK(page.entries[0].destination.empty());
    CHECK(value(page.entries[4].sequence) == 2);

    query.limit = 2;
    page = store.sync(query);
    CHECK(offsets_of(page) == Ids{1, 2});
    CHECK_FALSE(page.complete);
    query.page_after = Offset{2};
    CHECK(offsets_of(store.sync(query)) == Ids{3, 4});
    query.page_after = Offset{4};
    page = store.sync(query);
    CHECK(offsets_of(page) == Ids{6});
    CHECK(page.complete);

    query = all_of("bob");
    query.after = Offset{3};
    CHECK(offsets_of(store.sync(query)) == Ids{4, 6});
    CHECK(store.sync(all_of("nobody")).complete);
}

TEST_CASE("a sync by sequences takes each conversation from where its cursor is") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice", {"bob"});
    store.create("other", "group", "alice", {"bob"});
    for (int i = 0; i < 100; ++i) {
        (void)store.append(to_conversation("alice", "team"));   // 1, 4, 7 …
        (void)store.append(to_conversation("alice", "other"));  // 2, 5, 8 …
        (void)store.append(to_user("alice", "bob"));            // 3, 6, 9 …
    }
    SyncQuery query = all_of("bob");
    query.after = Offset{295};
    for (const std::uint64_t sequence : {0, 1, 2, 50, 67, 98, 99, 100, 101, 1000}) {
        CAPTURE(sequence);
        query.limit = 1000;
        query.cursors = {{"team", Sequence{sequence}}, {"nowhere", Sequence{3}}};
        Ids expected;
        for (std::uint64_t offset = 1; offset <= 300; ++offset)
            if (offset % 3 == 1 ? (offset + 2) / 3 > sequence : offset > 295) expected.push_back(offset);
        const auto page = store.sync(query);
        CHECK(offsets_of(page) == expected);
        CHECK_FALSE(page.gap);
        query.page_after = Offset{297};
        CHECK(offsets_of(store.sync(query)) == (sequence < 100 ? Ids{298, 299, 300} : Ids{299, 300}));
        query.page_after = {};
    }
}

TEST_CASE("a sync by time begins with what was written then") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const std::int64_t start = to_ms(store.clock().wall());
    for (int i = 0; i < 20; ++i) {
        (void)store.append(to_user("alice", "bob"));
        store.clock().advance(Milliseconds(10));
    }
    SyncQuery query = all_of("bob");
    query.since = start + 175;
    CHECK(offsets_of(store.sync(query)) == Ids{19, 20});
    query.since = start + 180;
    CHECK(offsets_of(store.sync(query)) == Ids{19, 20});
    query.since = start + 500;
    CHECK(offsets_of(store.sync(query)).empty());
    query.since = start;
    CHECK(offsets_of(store.sync(query)).size() == 20);
    query.since = -5;
    CHECK(offsets_of(store.sync(query)).size() == 20);
}

TEST_CASE("a sync keeps to the stays of its user") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice");
    (void)store.append(to_conversation("alice", "team"));  // 1
    CHECK(store.change(MembershipChange::kAdd, "team", "alice", "bob"));
    (void)store.append(to_conversation("alice", "team"));  // 2
    CHECK(store.change(MembershipChange::kRemove, "team", "alice", "bob"));
    (void)store.append(to_conversation("alice", "team"));  // 3
    SyncQuery query = all_of("bob");
    CHECK(offsets_of(store.sync(query)) == Ids{2});
    query.cursors = {{"team", Sequence{1}}};
    query.after = Offset{3};
    CHECK(offsets_of(store.sync(query)) == Ids{2});
    query.cursors = {{"team", Sequence{2}}};
    CHECK(offsets_of(store.sync(query)).empty());
}

TEST_CASE("a sync says when some of what it should give has been deleted") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice");                // conversation 1
    (void)store.append(to_conversation("alice", "team"));  // 1
    (void)store.append(to_conversation("alice", "team"));  // 2
    CHECK(store.change(MembershipChange::kAdd, "team", "alice", "bob"));
    (void)store.append(to_conversation("alice", "team"));  // 3
    (void)store.append(to_user("alice", "bob"));           // 4
    (void)store.append(to_inbox("alice", "x"));            // 5
    const auto gap = [&](const std::string& user, std::uint64_t after,
                         std::vector<SyncQuery::Cursor> cursors = {}) {
        SyncQuery query = all_of(user);
        query.after = Offset{after};
        query.cursors = std::move(cursors);
        return store.sync(query).gap;
    };
    CHECK_FALSE(gap("alice", 0));
    store.close();
    SUBCASE("of a group") {
        remove_entry(directory.path(), 1, 1, 1, 1);
        remove_entry(directory.path(), 2, 1, 1, 2);
        store.open(at(directory));
        CHECK(gap("alice", 0));
        CHECK(gap("alice", 1));
        CHECK_FALSE(gap("alice", 2));
        CHECK_FALSE(gap("bob", 0));  // it was before his time
        CHECK(gap("alice", 0, {{"team", Sequence{1}}}));
        CHECK_FALSE(gap("alice", 0, {{"team", Sequence{2}}}));
        CHECK(offsets_of(store.page(conversation_log("alice", "team"))) == Ids{3});
        CHECK(value(store.state(conversation_log("alice", "team")).floor) == 2);
        CHECK(value(store.state(messages_log("alice")).floor) == 2);
        CHECK(value(store.state(conversation_log("bob", "team")).floor) == 0);
    }
    SUBCASE("of a pair") {
        remove_entry(directory.path(), 4, 2, 1, 0);
        store.open(at(directory));
        CHECK(gap("alice", 3));
        CHECK_FALSE(gap("alice", 4));
        CHECK(value(store.state(private_log("alice")).floor) == 4);
    }
    SUBCASE("of an inbox") {
        remove_entry(directory.path(), 5, 4, 1, 0);
        store.open(at(directory));
        CHECK(gap("alice", 0));
        CHECK_FALSE(gap("bob", 0));
    }
}

TEST_CASE("an emptied conversation goes on with its numbers") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice");
    (void)store.append(to_conversation("alice", "team"));
    store.close();
    remove_entry(directory.path(), 1, 1, 1, 1);
    store.open(at(directory));
    CHECK(value(store.conversations("alice").at(0).last_sequence) == 1);
    CHECK(value(store.append(to_conversation("alice", "team")).sequence) == 2);
}

TEST_CASE("a page holds no more bytes than it may, but always an entry") {
    TemporaryDirectory directory;
    StoreOptions options = at(directory);
    options.page_bytes = 1;
    StoreUnderTest store(options);
    for (int i = 0; i < 3; ++i) (void)store.append(to_user("alice", "bob"));
    CHECK(offsets_of(store.sync(all_of("bob"))) == Ids{1});
    CHECK_FALSE(store.sync(all_of("bob")).complete);
    const auto conversation = store.conversations("bob").at(0).id;
    const auto history = store.history({"bob", conversation, {}, {}, {}, 50});
    CHECK(offsets_of(history) == Ids{3});
    CHECK(history.more);
}

}  // namespace causeway::storage
