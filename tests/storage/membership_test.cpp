#include <doctest/doctest.h>

#include <array>

#include "tests/storage/fixture.hpp"

namespace causeway::storage {

namespace {

using Ids = std::vector<std::uint64_t>;

ChangeMembership change(MembershipChange what, std::string actor, std::string user) {
    return {what, "place", std::move(actor), std::move(user), false};
}

}  // namespace

TEST_CASE("a member sees what was said while he was in, and nothing else, in groups and rooms alike") {
    for (const std::string kind : {"group", "live_stream"}) {
        CAPTURE(kind);
        TemporaryDirectory directory;
        StoreUnderTest store(directory.path());
        store.create("place", kind, "alice");
        const Log bobs = conversation_log("bob", "place");
        (void)store.append(to_conversation("alice", "place"));  // 1
        CHECK(store.change(MembershipChange::kAdd, "place", "alice", "bob"));
        (void)store.append(to_conversation("alice", "place"));  // 2
        (void)store.append(to_conversation("bob", "place"));    // 3
        CHECK(store.change(MembershipChange::kLeave, "place", "bob", "bob"));
        (void)store.append(to_conversation("alice", "place"));  // 4
        CHECK(offsets_of(store.page(bobs)) == Ids{2, 3});
        CHECK(refused_with(store.submit(to_conversation("bob", "place"))) == ErrorCode::kPermissionDenied);
        CHECK(store.change(MembershipChange::kAdd, "place", "alice", "bob"));
        (void)store.append(to_conversation("alice", "place"));  // 5
        store.reopen();
        CHECK(offsets_of(store.page(bobs)) == Ids{2, 3, 5});
        CHECK(value(store.state(bobs).first) == 2);
        CHECK(value(store.state(bobs).last) == 5);
        CHECK(offsets_of(store.page(bobs, 2, 1)) == Ids{3});
        CHECK_FALSE(store.page(bobs, 2, 1).end);
        CHECK(store.page(bobs, 2, 2).end);
        CHECK(offsets_of(store.page(conversation_log("alice", "place"))) == Ids{1, 2, 3, 4, 5});
    }
}

TEST_CASE("who comes and goes while nothing is said keeps one stay") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("place", "live_stream", "alice");
    CHECK(store.change(MembershipChange::kJoin, "place", "bob", "bob"));
    (void)store.append(to_conversation("alice", "place"));  // 1
    for (int i = 0; i < 3; ++i) {
        CHECK(store.change(MembershipChange::kLeave, "place", "bob", "bob"));
        CHECK(store.change(MembershipChange::kJoin, "place", "bob", "bob"));
    }
    (void)store.append(to_conversation("alice", "place"));  // 2
    CHECK(offsets_of(store.page(conversation_log("bob", "place"))) == Ids{1, 2});
}

TEST_CASE("a stranger reads an empty page that is the end") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("place", "group", "alice");
    (void)store.append(to_conversation("alice", "place"));
    for (const auto& log : {conversation_log("mallory", "place"), conversation_log("alice", "nowhere"),
                            private_log("mallory")}) {
        CHECK(store.page(log).entries.empty());
        CHECK(store.page(log).end);
        CHECK(value(store.state(log).last) == 0);
        CHECK(value(store.state(log).store_end) == 1);
    }
}

TEST_CASE("who may change who is in") {
    struct Row {
        const char* kind;
        MembershipChange what;
        const char* actor;
        const char* user;
        bool allowed;
    };
    const std::array rows{
        Row{"live_stream", MembershipChange::kJoin, "carol", "carol", true},
        Row{"live_stream", MembershipChange::kJoin, "carol", "dave", false},
        Row{"group", MembershipChange::kJoin, "carol", "carol", false},
        Row{"group", MembershipChange::kLeave, "bob", "bob", true},
        Row{"group", MembershipChange::kLeave, "carol", "bob", false},
        Row{"group", MembershipChange::kAdd, "alice", "carol", true},
        Row{"group", MembershipChange::kAdd, "bob", "carol", false},
        Row{"group", MembershipChange::kAdd, "mallory", "mallory", false},
        Row{"group", MembershipChange::kRemove, "alice", "bob", true},
        Row{"group", MembershipChange::kRemove, "bob", "alice", false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.kind);
        CAPTURE(static_cast<int>(row.what));
        CAPTURE(row.actor);
        TemporaryDirectory directory;
        StoreUnderTest store(directory.path());
        store.create("place", row.kind, "alice", {"bob"});
        const Answer answer = store.submit(change(row.what, row.actor, row.user));
        CHECK(std::holds_alternative<Changed>(answer) == row.allowed);
        if (!row.allowed) CHECK(refused_with(answer) == ErrorCode::kPermissionDenied);
    }
}

TEST_CASE("adding a member, removing a stranger and leaving what one is not in change nothing") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("place", "group", "alice", {"bob"});
    const auto told = store.committed().size();
    CHECK_FALSE(store.change(MembershipChange::kAdd, "place", "alice", "bob"));
    CHECK_FALSE(store.change(MembershipChange::kRemove, "place", "alice", "mallory"));
    CHECK_FALSE(store.change(MembershipChange::kLeave, "place", "mallory", "mallory"));
    CHECK_FALSE(store.change(MembershipChange::kLeave, "nowhere", "mallory", "mallory"));
    CHECK(store.committed().size() == told);
}

TEST_CASE("a direct conversation keeps its pair") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const auto id = store.append(to_user("alice", "bob")).conversation;
    for (const bool trusted : {false, true}) {
        const ChangeMembership add{MembershipChange::kAdd, id, "alice", "mallory", trusted};
        CHECK(refused_with(store.submit(add)) == ErrorCode::kPermissionDenied);
    }
    CHECK(refused_with(store.submit(CreateConversation{id, "group", "", "alice", {}})) ==
          ErrorCode::kPermissionDenied);
}

TEST_CASE("an id of a conversation is its first creator's, for whom making it again is no error") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const CreateConversation mine{"place", "group", "name", "alice", {"bob", "alice", "bob"}};
    CHECK_FALSE(std::get<ConversationMade>(store.submit(mine)).existed);
    CHECK(std::get<ConversationMade>(store.submit(mine)).existed);
    CreateConversation other = mine;
    other.creator = "mallory";
    CHECK(refused_with(store.submit(other)) == ErrorCode::kPermissionDenied);
    other.creator.clear();
    CHECK(refused_with(store.submit(other)) == ErrorCode::kPermissionDenied);
    CHECK(store.committed().size() == 3);  // the conversation, and its two members
    CHECK(std::get<ConversationMade>(store.submit(CreateConversation{"", "group", "", "alice", {}}))
              .id.size() == 26);
    CHECK(refused_with(store.submit(CreateConversation{"x", "direct", "", "alice", {}})) ==
          ErrorCode::kMessageInvalid);
}

TEST_CASE("a user's conversations are those he is in now, with the last message of each") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("place", "group", "alice", {"bob"});
    store.create("left", "live_stream", "alice", {"bob"});
    CHECK(store.change(MembershipChange::kLeave, "left", "bob", "bob"));
    (void)store.append(to_conversation("alice", "place"));
    CHECK(store.memberships("bob") == std::vector<std::string>{"place"});
    CHECK(store.memberships("nobody").empty());
    const auto rows = store.conversations("alice");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].id == "place");
    CHECK(rows[0].kind == "group");
    CHECK(rows[0].role == "owner");
    CHECK(value(rows[0].last_sequence) == 1);
    CHECK(rows[0].last_timestamp == 1234);
    CHECK(value(rows[1].last_sequence) == 0);
}

TEST_CASE("the private view holds a user's direct conversations, both ways, and no group") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("place", "group", "alice", {"bob"});
    (void)store.append(to_user("alice", "bob"));            // 1
    (void)store.append(to_conversation("alice", "place"));  // 2
    (void)store.append(to_user("carol", "alice"));          // 3
    (void)store.append(to_user("carol", "bob"));            // 4
    CHECK(offsets_of(store.page(private_log("alice"))) == Ids{1, 3});
    CHECK(offsets_of(store.page(private_log("bob"))) == Ids{1, 4});
    CHECK(offsets_of(store.page(private_log("bob"), 1)) == Ids{4});
    CHECK(value(store.state(private_log("alice")).first) == 1);
    CHECK(value(store.state(private_log("alice")).last) == 3);
}

TEST_CASE("a page stays within its bytes and says that there is more") {
    TemporaryDirectory directory;
    StoreOptions options;
    options.path = directory.path();
    options.page_bytes = 100;
    StoreUnderTest store(options);
    for (int i = 0; i < 3; ++i) (void)store.append(to_user("alice", "bob"));
    const auto page = store.page(private_log("bob"));
    CHECK(page.entries.size() < 3);
    CHECK_FALSE(page.entries.empty());
    CHECK_FALSE(page.end);
}

TEST_CASE("a cursor moves forward only, for its own user, device and log") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const std::string name = "/user/queue/private-messages";
    CHECK(store.move_cursor("alice", "phone", name, 5));
    CHECK_FALSE(store.move_cursor("alice", "phone", name, 3));
    store.reopen();
    CHECK(store.state(private_log("alice"), "phone").cursor == Offset{5});
    CHECK(store.move_cursor("alice", "phone", name, 9));
    CHECK(store.state(private_log("alice"), "phone").cursor == Offset{9});
    CHECK_FALSE(store.state(private_log("alice"), "tablet").cursor.has_value());
    CHECK_FALSE(store.state(private_log("alice")).cursor.has_value());
    CHECK_FALSE(store.state(private_log("bob"), "phone").cursor.has_value());
    CHECK(store.move_cursor("alice", "phone", "/topic/conversation/x", 2));
    CHECK(store.state(conversation_log("alice", "x"), "phone").cursor == Offset{2});
}

TEST_CASE("a new conversation is told first, then its members, all of whom see everybody") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    (void)store.submit(CreateConversation{"place", "group", "a place", "bob", {"carol", "alice"}, true});
    const auto told = store.committed();
    REQUIRE(told.size() == 4);
    const auto& made = std::get<CommittedConversation>(told[0]);
    CHECK(made.id == "place");
    CHECK(made.kind == "group");
    CHECK(made.name == "a place");
    CHECK(made.creator == "bob");
    CHECK(made.members == std::vector<std::string>{"alice", "bob", "carol"});
    CHECK(made.trusted);
    const std::array<std::string, 3> in_order{"bob", "carol", "alice"};
    for (std::size_t i = 0; i < in_order.size(); ++i) {
        const auto& joined = std::get<CommittedMembership>(told[i + 1]);
        CHECK(joined.user == in_order[i]);
        CHECK(joined.actor == "bob");
        CHECK(joined.member);
        CHECK(joined.with_conversation);
        CHECK(joined.trusted);
        CHECK(joined.members->names() == made.members);
    }
}

TEST_CASE("a change of members tells who is in afterwards, and whether a back end wished it") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("place", "group", "alice", {"bob"});
    (void)store.submit(ChangeMembership{MembershipChange::kAdd, "place", "", "carol", true});
    (void)store.submit(ChangeMembership{MembershipChange::kLeave, "place", "bob", "bob", false});
    const auto told = store.committed();
    REQUIRE(told.size() == 5);
    const auto& added = std::get<CommittedMembership>(told[3]);
    CHECK(added.trusted);
    CHECK_FALSE(added.with_conversation);
    CHECK(added.members->names() == std::vector<std::string>{"alice", "bob", "carol"});
    const auto& left = std::get<CommittedMembership>(told[4]);
    CHECK(left.at == to_ms(store.clock().wall()));
    CHECK_FALSE(left.member);
    CHECK_FALSE(left.trusted);
    CHECK(left.members->names() == std::vector<std::string>{"alice", "carol"});
}

}  // namespace causeway::storage
