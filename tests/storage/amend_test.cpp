// Edits, recalls and marks of deletion.
#include <doctest/doctest.h>

#include "tests/storage/fixture.hpp"

namespace causeway::storage {

namespace {

namespace v1 = causeway::v1;
using Change = Amend::Change;

constexpr const char* kEmptied = R"({"content":"","contentExtra":null})";

Amend amend(Change change, const std::string& sender, const std::string& message_id,
            const std::string& content = kEmptied) {
    static int made = 0;
    Amend request;
    request.change = change;
    request.command = change == Change::kEdit ? "edit-message" : "delete-message";
    request.sender = sender;
    request.message_id = message_id;
    request.envelope.set_messageid("amendment " + std::to_string(++made));
    request.envelope.set_senderid(sender);
    request.envelope.set_type(change == Change::kEdit ? v1::CHAT_EDIT : v1::CHAT_RECALL);
    request.envelope.mutable_chat()->set_content(content);
    return request;
}

Append said(const std::string& sender, const std::string& conversation, const std::string& id) {
    Append append = to_conversation(sender, conversation);
    append.envelope.set_messageid(id);
    append.envelope.mutable_chat()->set_content(R"({"content":"first","contentExtra":null})");
    append.envelope.mutable_chat()->set_signature("signed");
    append.envelope.mutable_chat()->add_attachments()->set_url("u");
    return append;
}

struct Ground {
    TemporaryDirectory directory;
    StoreUnderTest store{directory.path()};

    Ground() { store.create("c", "group", "olga", {"alice", "bob"}); }
    std::vector<Envelope> reads(const std::string& user) {
        std::vector<Envelope> envelopes;
        for (const auto& entry : store.page(conversation_log(user, "c")).entries)
            (void)envelopes.emplace_back().ParseFromString(entry.protobuf);
        return envelopes;
    }
    Appended done(Amend request) { return std::get<Appended>(store.submit(std::move(request))); }
    ErrorCode refused(Amend request) { return refused_with(store.submit(std::move(request))); }
};

}  // namespace

TEST_CASE("an edit is an entry of its own, and the original is read as it is now") {
    Ground g;
    const auto first = g.store.append(said("alice", "c", "m1"));
    const auto edit = g.done(amend(Change::kEdit, "alice", "m1", R"({"content":"better"})"));
    CHECK(value(edit.sequence) == value(first.sequence) + 1);
    CHECK(value(edit.offset) == value(first.offset) + 1);
    CHECK(edit.conversation == "c");

    const auto read = g.reads("bob");
    REQUIRE(read.size() == 2);
    CHECK(read[0].messageid() == "m1");
    CHECK(read[0].status() == v1::MESSAGE_EDITED);
    CHECK(read[0].chat().content() == R"({"content":"better"})");
    CHECK(read[0].chat().signature().empty());
    CHECK(read[0].chat().attachments_size() == 1);
    CHECK(read[0].sequence() == 1);
    CHECK(read[1].type() == v1::CHAT_EDIT);
    CHECK(read[1].chat().originalmessageid() == "m1");
    CHECK(read[1].chat().quotedsenderid() == "alice");
    CHECK(read[1].sequence() == 2);
    const auto told = g.store.committed();
    const auto& entry = std::get<CommittedEntry>(told.back());
    CHECK(entry.protobuf == read[1].SerializeAsString());
    CHECK(entry.original == first.sequence);
}

TEST_CASE("a recall empties the message and everything that its edits said") {
    Ground g;
    g.store.append(said("alice", "c", "m1"));
    for (const char* content : {R"({"content":"secret 1"})", R"({"content":"secret 2"})"})
        g.done(amend(Change::kEdit, "alice", "m1", content));
    g.store.append(said("bob", "c", "m2"));
    g.done(amend(Change::kRecall, "alice", "m1"));

    const auto read = g.reads("bob");
    REQUIRE(read.size() == 5);
    for (const std::size_t i : {0U, 1U, 2U}) {
        CAPTURE(i);
        CHECK(read[i].status() == v1::MESSAGE_RECALLED);
        CHECK(read[i].chat().content() == kEmptied);
        CHECK(read[i].chat().attachments_size() == 0);
    }
    CHECK(read[1].chat().originalmessageid() == "m1");
    CHECK(read[3].chat().content() == R"({"content":"first","contentExtra":null})");
    CHECK(read[4].type() == v1::CHAT_RECALL);
    CHECK(read[4].chat().originalmessageid() == "m1");
    Database file(g.directory.path() / "causeway.db", Access::kRead, Durability::kProcess, 1024);
    CHECK(file.value_of("SELECT count(*) FROM revisions WHERE length(envelope) > 0") == "0");
    CHECK(file.value_of("SELECT count(*) FROM entries WHERE instr(envelope, 'secret') > 0") == "0");
}

TEST_CASE("what an edit replaced is kept until the recall") {
    Ground g;
    g.store.append(said("alice", "c", "m1"));
    g.done(amend(Change::kEdit, "alice", "m1", R"({"content":"second"})"));
    g.done(amend(Change::kEdit, "alice", "m1", R"({"content":"third"})"));
    Database file(g.directory.path() / "causeway.db", Access::kRead, Durability::kProcess, 1024);
    CHECK(file.value_of("SELECT group_concat(instr(envelope, 'first') > 0 OR instr(envelope, 'second') > 0) "
                        "FROM revisions WHERE original = 1") == "1,1");
    CHECK(file.value_of("SELECT group_concat(refers_to) FROM entries") == "1,1");
}

TEST_CASE("who may change a message: its sender; the owner and admins recall anybody's") {
    Ground g;
    g.store.append(said("alice", "c", "m1"));
    CHECK(g.refused(amend(Change::kEdit, "bob", "m1")) == ErrorCode::kPermissionDenied);
    CHECK(g.refused(amend(Change::kRecall, "bob", "m1")) == ErrorCode::kPermissionDenied);
    CHECK(g.refused(amend(Change::kEdit, "olga", "m1")) == ErrorCode::kPermissionDenied);
    CHECK(g.refused(amend(Change::kEdit, "alice", "nothing")) == ErrorCode::kPermissionDenied);
    CHECK(g.refused(amend(Change::kRecall, "stranger", "m1")) == ErrorCode::kPermissionDenied);
    CHECK(g.reads("bob").size() == 1);
    Amend recall = amend(Change::kRecall, "olga", "m1");
    recall.within = std::chrono::minutes(1);
    g.store.clock().advance(std::chrono::hours(1));
    const auto done = g.done(recall);
    CHECK(value(done.sequence) == 2);
    CHECK(g.reads("bob")[1].chat().quotedsenderid() == "alice");
}

TEST_CASE("who has left changes nothing more; a back end may") {
    Ground g;
    g.store.append(said("alice", "c", "m1"));
    g.store.change(MembershipChange::kLeave, "c", "alice", "alice");
    CHECK(g.refused(amend(Change::kRecall, "alice", "m1")) == ErrorCode::kPermissionDenied);
    Amend trusted = amend(Change::kEdit, "alice", "m1", R"({"content":"by the back end"})");
    trusted.trusted = true;
    trusted.within = std::chrono::minutes(1);
    g.store.clock().advance(std::chrono::hours(1));
    g.done(trusted);
    CHECK(g.reads("bob")[0].chat().content() == R"({"content":"by the back end"})");
}

TEST_CASE("the window for a change begins when the message was stored") {
    Ground g;
    g.store.append(said("alice", "c", "m1"));
    Amend edit = amend(Change::kEdit, "alice", "m1");
    edit.within = std::chrono::hours(24);
    g.store.clock().advance(std::chrono::hours(24));
    g.done(edit);
    g.store.clock().advance(Milliseconds(1));
    const auto answer = g.store.submit(edit);
    CHECK(refused_with(answer) == ErrorCode::kPermissionDenied);
    CHECK(std::get<Refusal>(answer).text == "a message can be changed this way for 24 hours only");
}

TEST_CASE("what is recalled stays recalled, and edits are not edited") {
    Ground g;
    g.store.append(said("alice", "c", "m1"));
    const auto edit = g.done(amend(Change::kEdit, "alice", "m1"));
    CHECK(g.refused(amend(Change::kEdit, "alice", edit.message_id)) == ErrorCode::kMessageInvalid);
    CHECK(g.refused(amend(Change::kRecall, "alice", edit.message_id)) == ErrorCode::kMessageInvalid);
    g.done(amend(Change::kRecall, "alice", "m1"));
    CHECK(g.refused(amend(Change::kEdit, "alice", "m1")) == ErrorCode::kMessageInvalid);
}

TEST_CASE("a recall that is asked for again is answered as the first one was, and nobody hears of it twice") {
    Ground g;
    g.store.append(said("alice", "c", "m1"));
    g.done(amend(Change::kEdit, "alice", "m1"));
    Amend recall = amend(Change::kRecall, "alice", "m1");
    recall.within = std::chrono::hours(1);
    const auto first = g.done(recall);
    CHECK_FALSE(first.duplicate);
    const auto told = g.store.committed().size();
    const auto is_the_first = [&](const Appended& again) {
        CHECK(again.duplicate);
        CHECK(again.offset == first.offset);
        CHECK(again.sequence == first.sequence);
        CHECK(again.message_id == first.message_id);
        CHECK(again.timestamp == first.timestamp);
        CHECK(again.conversation == "c");
    };
    is_the_first(g.done(recall));
    g.store.clock().advance(std::chrono::hours(2));
    is_the_first(g.done(recall));  // it was in time
    is_the_first(g.done(amend(Change::kRecall, "olga", "m1")));
    CHECK(g.refused(amend(Change::kRecall, "bob", "m1")) == ErrorCode::kPermissionDenied);
    CHECK(g.refused(amend(Change::kRecall, "alice", first.message_id)) == ErrorCode::kMessageInvalid);
    g.store.reopen();
    is_the_first(g.done(recall));
    CHECK(g.store.committed().size() == told);
    CHECK(g.reads("bob").size() == 3);
}

TEST_CASE("a message is edited a hundred times and no more") {
    Ground g;
    g.store.append(said("alice", "c", "m1"));
    for (std::int64_t i = 0; i < kMaxRevisions; ++i) g.done(amend(Change::kEdit, "alice", "m1"));
    CHECK(g.refused(amend(Change::kEdit, "alice", "m1")) == ErrorCode::kMessageInvalid);
    g.done(amend(Change::kRecall, "alice", "m1"));
}

TEST_CASE("a change that is sent again is made once") {
    Ground g;
    g.store.append(said("alice", "c", "m1"));
    Amend edit = amend(Change::kEdit, "alice", "m1", R"({"content":"x"})");
    edit.client_msg_id = "e1";
    edit.body_digest = "digest";
    const auto first = g.done(edit);
    const auto again = g.done(edit);
    CHECK(again.duplicate);
    CHECK(again.offset == first.offset);
    CHECK(again.message_id == first.message_id);
    edit.body_digest = "another";
    CHECK(g.refused(edit) == ErrorCode::kIdempotencyConflict);
    CHECK(g.reads("bob").size() == 2);
}

TEST_CASE("what one user hides is hidden once, from him, and only if he could see it") {
    Ground g;
    const auto message = g.store.append(said("alice", "c", "m1"));
    const auto before = g.store.committed().size();
    const auto hidden = g.done(amend(Change::kHide, "bob", "m1"));
    CHECK(hidden.offset == message.offset);
    CHECK(hidden.sequence == message.sequence);
    CHECK_FALSE(hidden.duplicate);
    CHECK(g.done(amend(Change::kHide, "bob", "m1")).duplicate);
    CHECK(g.refused(amend(Change::kHide, "stranger", "m1")) == ErrorCode::kPermissionDenied);
    const auto told = g.store.committed();
    REQUIRE(told.size() == before + 1);
    const auto& mark = std::get<CommittedHidden>(told.back());
    CHECK(mark.user == "bob");
    CHECK(mark.conversation == "c");
    CHECK(mark.message_id == "m1");
    CHECK(mark.sequence == message.sequence);

    g.store.change(MembershipChange::kAdd, "c", "olga", "late");
    CHECK(g.refused(amend(Change::kHide, "late", "m1")) == ErrorCode::kPermissionDenied);
    g.store.change(MembershipChange::kLeave, "c", "alice", "alice");
    CHECK_FALSE(g.done(amend(Change::kHide, "alice", "m1")).duplicate);
}

TEST_CASE("what was changed is the same after a restart") {
    Ground g;
    g.store.append(said("alice", "c", "m1"));
    g.store.append(said("alice", "c", "m2"));
    g.done(amend(Change::kEdit, "alice", "m1", R"({"content":"x"})"));
    g.done(amend(Change::kRecall, "alice", "m2"));
    g.store.reopen();
    const auto read = g.reads("bob");
    REQUIRE(read.size() == 4);
    CHECK(read[0].chat().content() == R"({"content":"x"})");
    CHECK(read[1].status() == v1::MESSAGE_RECALLED);
    CHECK(value(g.store.append(said("alice", "c", "m3")).sequence) == 5);
}

}  // namespace causeway::storage
