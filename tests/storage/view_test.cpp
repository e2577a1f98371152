// The view over all of a user's conversations, and what he deleted for himself.
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

HistoryQuery team_for(const std::string& user, std::size_t limit = 50) {
    HistoryQuery query;
    query.user = user;
    query.conversation = "team";
    query.limit = limit;
    return query;
}

std::vector<std::string> crowd(std::size_t size) {
    std::vector<std::string> users;
    for (std::size_t i = 0; i < size; ++i) users.push_back("user-" + std::to_string(i));
    return users;
}

}  // namespace

TEST_CASE("the view shows pairs and groups in order, and no rooms") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice", {"bob"});
    store.create("room", "live_stream", "alice");
    CHECK(store.change(MembershipChange::kJoin, "room", "bob", "bob"));
    (void)store.append(to_conversation("alice", "team"));  // 1
    (void)store.append(to_user("carol", "bob"));           // 2
    (void)store.append(to_conversation("alice", "room"));  // 3
    (void)store.append(to_conversation("bob", "team"));    // 4
    (void)store.append(to_user("alice", "carol"));         // 5
    (void)store.append(to_user("bob", "alice"));           // 6
    CHECK(offsets_of(store.page(messages_log("bob"))) == Ids{1, 2, 4, 6});
    CHECK(offsets_of(store.page(messages_log("alice"))) == Ids{1, 4, 5, 6});
    CHECK(offsets_of(store.page(messages_log("bob"), 2)) == Ids{4, 6});
    const auto page = store.page(messages_log("bob"), 1, 2);
    CHECK(offsets_of(page) == Ids{2, 4});
    CHECK_FALSE(page.end);
    CHECK(value(page.entries[1].sequence) == 2);
    CHECK(store.page(messages_log("bob"), 1, 3).end);
    const auto state = store.state(messages_log("bob"));
    CHECK(value(state.first) == 1);
    CHECK(value(state.last) == 6);
    CHECK(offsets_of(store.page(messages_log("nobody"))).empty());
}

TEST_CASE("the view keeps to the stays of its user, also in groups that he left") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice");
    (void)store.append(to_conversation("alice", "team"));  // 1
    CHECK(store.change(MembershipChange::kAdd, "team", "alice", "bob"));
    (void)store.append(to_conversation("alice", "team"));  // 2
    CHECK(store.change(MembershipChange::kLeave, "team", "bob", "bob"));
    (void)store.append(to_conversation("alice", "team"));  // 3
    CHECK(offsets_of(store.page(messages_log("bob"))) == Ids{2});
    CHECK(offsets_of(store.page(messages_log("bob"), 2)).empty());
    CHECK(value(store.state(messages_log("bob")).last) == 2);
    CHECK(store.change(MembershipChange::kAdd, "team", "alice", "bob"));
    (void)store.append(to_conversation("alice", "team"));  // 4
    CHECK(offsets_of(store.page(messages_log("bob"))) == Ids{2, 4});
}

TEST_CASE("while a group is larger than user queues take, the view does not show it; its own log does") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice", crowd(kMaxMembersOnUserQueues - 1));
    (void)store.append(to_conversation("alice", "team"));  // 1
    CHECK(store.change(MembershipChange::kAdd, "team", "alice", "bob"));
    (void)store.append(to_conversation("alice", "team"));  // 2
    CHECK(store.change(MembershipChange::kRemove, "team", "alice", "bob"));
    (void)store.append(to_conversation("alice", "team"));  // 3
    CHECK(store.change(MembershipChange::kAdd, "team", "alice", "bob"));
    CHECK(store.change(MembershipChange::kRemove, "team", "alice", "bob"));
    (void)store.append(to_conversation("alice", "team"));  // 4
    CHECK(store.change(MembershipChange::kAdd, "team", "alice", "bob"));
    store.reopen();
    (void)store.append(to_conversation("alice", "team"));  // 5
    CHECK(offsets_of(store.page(messages_log("alice"))) == Ids{1, 3, 4});
    CHECK(offsets_of(store.page(messages_log("bob"))).empty());
    CHECK(offsets_of(store.page(conversation_log("alice", "team"))) == Ids{1, 2, 3, 4, 5});
    CHECK(offsets_of(store.sync(all_of("alice"))) == Ids{1, 2, 3, 4, 5});
    CHECK(value(store.state(messages_log("alice")).last) == 4);
}

TEST_CASE("a group that is too large from its beginning is in nobody's view") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice", crowd(kMaxMembersOnUserQueues));
    (void)store.append(to_conversation("alice", "team"));
    CHECK(offsets_of(store.page(messages_log("user-7"))).empty());
    CHECK(offsets_of(store.page(conversation_log("user-7", "team"))) == Ids{1});
}

TEST_CASE("what a user deleted for himself is left out of everything that he reads, and of nothing else") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice", {"bob"});
    for (const char* id : {"m1", "m2", "m3"}) (void)store.append(to_conversation("alice", "team", id));
    store.hide("bob", "id of alicem2");
    CHECK(offsets_of(store.page(conversation_log("bob", "team"))) == Ids{1, 3});
    CHECK(offsets_of(store.page(messages_log("bob"))) == Ids{1, 3});
    CHECK(store.page(messages_log("bob"), 1, 1).end);
    CHECK(offsets_of(store.sync(all_of("bob"))) == Ids{1, 3});
    CHECK(offsets_of(store.history(team_for("bob"))) == Ids{1, 3});
    CHECK(offsets_of(store.history(team_for("bob", 2))) == Ids{1, 3});
    CHECK(store.unread("bob").at(0).unread == 2);
    CHECK(offsets_of(store.page(conversation_log("alice", "team"))) == Ids{1, 2, 3});
    CHECK(offsets_of(store.history(team_for(""))) == Ids{1, 2, 3});
}

}  // namespace causeway::storage
