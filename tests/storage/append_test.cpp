#include <doctest/doctest.h>

#include "tests/storage/fixture.hpp"

namespace causeway::storage {

TEST_CASE("a conversation's messages are numbered 1, 2, 3 and share the store's growing offsets") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const auto first = store.append(to_user("alice", "bob"));
    const auto other = store.append(to_user("alice", "carol"));
    const auto second = store.append(to_user("bob", "alice"));
    CHECK(value(first.sequence) == 1);
    CHECK(value(other.sequence) == 1);
    CHECK(value(second.sequence) == 2);
    CHECK(first.conversation == second.conversation);
    CHECK(first.conversation != other.conversation);
    CHECK(value(first.offset) < value(other.offset));
    CHECK(value(other.offset) < value(second.offset));
    CHECK(first.conversation.size() == 26);
}

TEST_CASE("numbers go on after a restart") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const auto before = store.append(to_user("alice", "bob"));
    const std::string epoch = store.store().epoch();
    store.reopen();
    const auto after = store.append(to_user("alice", "bob"));
    CHECK(value(after.offset) == value(before.offset) + 1);
    CHECK(value(after.sequence) == 2);
    CHECK(after.conversation == before.conversation);
    CHECK(store.store().epoch() == epoch);
    CHECK(epoch.size() == 32);
}

TEST_CASE("the envelope is completed once, and the entry told is the entry read") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    Append request = to_user("alice", "bob");
    request.origin = SessionId{77};
    const auto answer = store.append(request);
    CHECK(answer.message_id == "id of alice");
    CHECK(answer.timestamp == 1234);
    CHECK_FALSE(answer.duplicate);

    const auto told = store.committed();
    REQUIRE(told.size() == 1);
    const auto& entry = std::get<CommittedEntry>(told[0]);
    CHECK(entry.envelope->sequence() == 1);
    CHECK(entry.envelope->conversationid() == answer.conversation);
    CHECK(entry.envelope->status() == causeway::v1::MESSAGE_SENT);
    CHECK(entry.protobuf == entry.envelope->SerializeAsString());
    CHECK(entry.kind == ConversationKind::kDirect);
    CHECK(entry.members->names() == std::vector<std::string>{"alice", "bob"});
    CHECK(entry.origin == SessionId{77});

    const auto page = store.page(conversation_log("bob", answer.conversation));
    REQUIRE(page.entries.size() == 1);
    CHECK(page.entries[0].protobuf == entry.protobuf);
    CHECK(page.entries[0].offset == entry.offset);
    CHECK(page.entries[0].sequence == entry.sequence);
}

TEST_CASE("the same client message id with the same body gives the first's numbers and no new entry") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const auto first = store.append(to_user("alice", "bob", "m1"));
    Append again = to_user("alice", "bob", "m1");
    again.envelope.set_messageid("another id");
    again.envelope.set_timestamp(9999);
    SUBCASE("at once") {}
    SUBCASE("after a restart") { store.reopen(); }
    const auto second = store.append(again);
    CHECK(second.duplicate);
    CHECK(second.offset == first.offset);
    CHECK(second.sequence == first.sequence);
    CHECK(second.message_id == first.message_id);
    CHECK(second.timestamp == first.timestamp);
    CHECK(second.conversation == first.conversation);
    CHECK(store.committed().size() == 1);
    CHECK(value(store.append(to_user("alice", "bob", "m2")).sequence) == 2);
}

TEST_CASE("the same client message id with another body is a conflict and uses no number") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    (void)store.append(to_user("alice", "bob", "m1"));
    Append other = to_user("alice", "bob", "m1");
    other.body_digest = "of something else";
    CHECK(refused_with(store.submit(other)) == ErrorCode::kIdempotencyConflict);
    CHECK(value(store.append(to_user("alice", "bob", "m2")).offset) == 2);
}

TEST_CASE("a client message id counts per sender and per command") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const auto first = store.append(to_user("alice", "bob", "m1"));
    CHECK_FALSE(store.append(to_user("bob", "alice", "m1")).duplicate);
    CHECK_FALSE(store.append(to_conversation("alice", first.conversation, "m1")).duplicate);
}

TEST_CASE("a client message id is kept for its time and forgotten after it") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    (void)store.append(to_user("alice", "bob", "m1"));
    store.clock().advance(std::chrono::hours(23));
    (void)store.append(to_user("alice", "bob", "m2"));
    (void)store.append(to_user("alice", "bob", "m3"));
    CHECK(store.append(to_user("alice", "bob", "m1")).duplicate);
    store.clock().advance(std::chrono::hours(2));
    (void)store.append(to_user("alice", "bob", "m4"));
    (void)store.append(to_user("alice", "bob", "m5"));  // the sweep follows the commit before this one
    CHECK_FALSE(store.append(to_user("alice", "bob", "m1")).duplicate);
    CHECK(store.append(to_user("alice", "bob", "m2")).duplicate);
}

TEST_CASE("a stranger and a conversation that does not exist are refused in the same words") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice");
    const auto stranger = std::get<Refusal>(store.submit(to_conversation("mallory", "team")));
    const auto unknown = std::get<Refusal>(store.submit(to_conversation("mallory", "nothing")));
    CHECK(stranger.code == ErrorCode::kPermissionDenied);
    CHECK(unknown.code == stranger.code);
    CHECK(unknown.text == stranger.text);
    CHECK(unknown.field == stranger.field);
    CHECK(value(store.append(to_conversation("alice", "team")).offset) == 1);
}

TEST_CASE("a back end writes where it is no member") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice");
    Append request = to_conversation("orders", "team");
    request.trusted = true;
    CHECK(value(store.append(request).sequence) == 1);
}

TEST_CASE("a message that names neither conversation nor receiver is refused") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    CHECK(refused_with(store.submit(message("alice"))) == ErrorCode::kMessageInvalid);
}

TEST_CASE("a user may write to himself") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const auto note = store.append(to_user("alice", "alice"));
    CHECK(std::get<CommittedEntry>(store.committed()[0]).members->size() == 1);
    CHECK(offsets_of(store.page(private_log("alice"))) == std::vector<std::uint64_t>{value(note.offset)});
    CHECK(value(store.append(to_user("alice", "alice")).sequence) == 2);
}

TEST_CASE("what was committed is told in commit order, memberships among the entries, before the answers") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("team", "group", "alice");
    std::promise<std::size_t> told_at_answer;
    std::promise<void> all;
    store.store().submit(to_conversation("alice", "team"),
                         [&](const Answer&) { told_at_answer.set_value(store.committed().size()); });
    store.store().submit(ChangeMembership{MembershipChange::kAdd, "team", "alice", "bob", false},
                         [](Answer) {});
    store.store().submit(to_conversation("bob", "team"), [&](const Answer&) { all.set_value(); });
    all.get_future().wait();
    CHECK(told_at_answer.get_future().get() >= 3);

    const auto told = store.committed();
    REQUIRE(told.size() == 5);
    CHECK(std::get<CommittedConversation>(told[0]).id == "team");
    CHECK(std::get<CommittedMembership>(told[1]).user == "alice");
    CHECK(std::get<CommittedEntry>(told[2]).members->size() == 1);
    CHECK(std::get<CommittedMembership>(told[3]).user == "bob");
    CHECK(std::get<CommittedEntry>(told[4]).members->size() == 2);
}

TEST_CASE("a queue that is full refuses at once") {
    TemporaryDirectory directory;
    StoreOptions options;
    options.path = directory.path();
    options.queue_limit = 2;
    StoreUnderTest store(options);
    std::promise<void> in_commit;
    std::promise<void> go_on;
    store.store().submit(to_user("alice", "bob"), [&](const Answer&) {
        in_commit.set_value();
        go_on.get_future().wait();
    });
    in_commit.get_future().wait();
    std::promise<void> last;
    store.store().submit(to_user("alice", "bob"), [](Answer) {});
    store.store().submit(to_user("alice", "bob"), [&](const Answer&) { last.set_value(); });
    std::optional<ErrorCode> refused;
    store.store().submit(to_user("alice", "bob"),
                         [&](const Answer& answer) { refused = refused_with(answer); });
    CHECK(refused == ErrorCode::kSendFailed);
    go_on.set_value();
    last.get_future().wait();
    CHECK(store.committed().size() == 3);
}

TEST_CASE("closing commits and answers what was submitted") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    int answered = 0;
    for (int i = 0; i < 2000; ++i)
        store.store().submit(to_user("alice", "bob"), [&](const Answer& answer) {
            if (std::holds_alternative<Appended>(answer)) ++answered;
        });
    store.close();
    CHECK(answered == 2000);
}

}  // namespace causeway::storage
