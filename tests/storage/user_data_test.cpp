#include <doctest/doctest.h>

#include <algorithm>

#include "storage/database.hpp"
#include "tests/storage/care_verbs.hpp"

namespace causeway::storage {

namespace {

std::size_t lines_of(const std::string& text, const std::string& kind) {
    const std::string begin = "{\"kind\":\"" + kind + "\"";
    std::size_t count = 0;
    for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) ++count;
    return count;
}

Append says(const std::string& sender, const std::string& conversation, const std::string& words) {
    Append append = to_conversation(sender, conversation, words);
    append.envelope.mutable_chat()->set_content(words);
    append.envelope.set_messageid("m" + std::to_string(std::hash<std::string>()(sender + words)));
    append.envelope.set_sendername("The " + sender);
    append.envelope.set_deviceid("device of " + sender);
    return append;
}

Append whispers(const std::string& sender, const std::string& receiver, const std::string& words) {
    Append append = says(sender, {}, words);
    append.command = "private-message";
    append.receiver = receiver;
    append.envelope.set_receiverid(receiver);
    return append;
}

std::vector<Envelope> envelopes_of(const LogPage& page) {
    std::vector<Envelope> envelopes;
    for (const auto& entry : page.entries) REQUIRE(envelopes.emplace_back().ParseFromString(entry.protobuf));
    return envelopes;
}

// Every text and blob of the file's tables, to look for what should be gone.
bool file_has(const std::filesystem::path& path, const std::string& word) {
    Database database(path / "causeway.db", Access::kRead, Durability::kProcess, 1024);
    for (const char* column : {"entries.envelope", "revisions.envelope", "users.name", "logs.destination",
                               "idempotency.client_msg_id", "cursors.device", "cursors.log"}) {
        const std::string name = column;
        const std::string table = name.substr(0, name.find('.'));
        if (database.value_of("SELECT count(*) FROM " + table + " WHERE instr(CAST(" + name +
                              " AS BLOB), CAST('" + word + "' AS BLOB)) > 0") != "0")
            return true;
    }
    return false;
}

// alice, bob and carol with something in every table.
void live(StoreUnderTest& store) {
    store.create("g", "group", "carol", {"alice", "bob"});
    store.create("left", "group", "carol", {"alice"});
    store.create("r", "live_stream", "carol");
    store.change(MembershipChange::kJoin, "r", "alice", "alice");
    (void)store.append(says("alice", "g", "alice's word in g"));
    Append quote = says("bob", "g", "bob's answer");
    quote.envelope.mutable_chat()->set_quotedsenderid("alice");
    quote.envelope.mutable_chat()->set_quotedcontent("alice's word in g");
    (void)store.append(quote);
    (void)store.append(says("alice", "left", "alice's last word"));
    store.change(MembershipChange::kLeave, "left", "alice", "alice");
    (void)store.append(says("carol", "left", "too late"));
    (void)store.append(whispers("alice", "bob", "alice's whisper"));
    (void)store.append(whispers("bob", "alice", "bob's whisper"));
    Append inbox = to_log("bob", "/user/alice/queue/x", "alice");
    inbox.envelope.mutable_chat()->set_content("for alice's inbox");
    inbox.envelope.set_messageid("inbox 1");
    (void)store.append(inbox);
    Append topic = to_log("alice", "/topic/t");
    topic.envelope.mutable_chat()->set_content("alice's headline");
    topic.envelope.set_messageid("topic 1");
    (void)store.append(topic);
    (void)store.move_cursor("alice", "alice's phone", "/user/queue/messages", 2);
    (void)store.submit(MoveWatermarks{{{Mark::kRead, "alice", "g", Sequence{2}, {}}}});
}

}  // namespace

TEST_CASE("an export has all that is known of a user, and nothing from outside his stays") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    live(store);
    const auto exported = export_of(store, "alice");
    const std::string& text = exported.json_lines;
    CAPTURE(text);
    CHECK(exported.slices == 1);
    CHECK(lines_of(text, "profile") == 1);
    CHECK(lines_of(text, "conversation") == 4);
    CHECK(lines_of(text, "message") == 5);
    CHECK(lines_of(text, "inbox") == 1);
    CHECK(lines_of(text, "cursor") == 1);
    CHECK(lines_of(text, "watermark") == 1);
    for (const char* part :
         {"\"userId\":\"alice\"", "alice's word in g", "bob's answer", "alice's last word", "alice's whisper",
          "bob's whisper", "for alice's inbox", "\"deviceId\":\"alice's phone\"", "\"sent\":true",
          "\"sent\":false", "\"leftAt\":3", "\"role\":null", "\"role\":\"member\"", "\"read\":2"})
        CHECK_MESSAGE(contains(text, part), part);
    CHECK_FALSE(contains(text, "too late"));
    CHECK(export_of(store, "nobody").json_lines.empty());
}

TEST_CASE("an export comes in bounded slices that together are the same") {
    TemporaryDirectory directory;
    StoreOptions options;
    options.path = directory.path();
    options.durability = Durability::kProcess;
    StoreUnderTest store(options);
    live(store);
    for (int i = 0; i < 120; ++i) {
        (void)store.append(whispers("bob", "alice", "whisper " + std::to_string(i)));
        (void)store.append(to_log("bob", "/user/alice/queue/y", "alice"));
        (void)store.move_cursor("alice", "device" + std::to_string(i), "/user/queue/messages", 1);
    }
    const auto whole = export_of(store, "alice");
    store.close();
    options.page_bytes = 700;
    store.open(options);
    const auto sliced = export_of(store, "alice");
    CHECK(sliced.slices > 50);
    CHECK(sliced.json_lines == whole.json_lines);
}

TEST_CASE("an export that is told to begin nowhere says so") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    (void)store.append(to_user("alice", "bob"));
    for (const char* from :
         {"x", "1", "1:2", "1:2:3:4", "-1:0:0", "1:2:x", "99999999999999999999:0:0", ":::"}) {
        CAPTURE(from);
        const auto page = answer_to<ExportPage>(
            [&](auto done) { store.store().read_export("alice", from, std::move(done)); });
        REQUIRE(std::holds_alternative<ReadFailed>(page));
        CHECK(contains(std::get<ReadFailed>(page).what, "from"));
    }
}

TEST_CASE("what an export says of texts is JSON") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("\"quoted\"\\\n\x01", "group", "a\"b");
    const std::string text = export_of(store, "a\"b").json_lines;
    CHECK(contains(text, R"("userId":"a\"b")"));
    CHECK(contains(text, R"("conversationId":"\"quoted\"\\\u000a\u0001")"));
    CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("who is erased is nowhere any more, what others said stays") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    live(store);
    REQUIRE(file_has(directory.path(), "alice"));
    CHECK(erase(store, "alice") > 1);

    CHECK_FALSE(file_has(directory.path(), "alice"));
    const auto group = envelopes_of(store.page(conversation_log("bob", "g")));
    REQUIRE(group.size() == 2);
    CHECK(group[0].status() == causeway::v1::MESSAGE_RECALLED);
    CHECK(group[0].chat().content() == R"({"content":"","contentExtra":null})");
    CHECK(group[0].senderid().starts_with("erased-"));
    CHECK(group[0].sendername().empty());
    CHECK(group[0].deviceid().empty());
    CHECK(group[1].senderid() == "bob");
    CHECK(group[1].chat().content() == "bob's answer");
    CHECK(group[1].chat().quotedcontent().empty());
    const auto direct = envelopes_of(store.page(private_log("bob")));
    REQUIRE(direct.size() == 2);
    CHECK(direct[0].senderid() == group[0].senderid());
    CHECK(direct[0].receiverid() == "bob");
    CHECK(direct[1].chat().content() == "bob's whisper");
    CHECK(direct[1].receiverid() == group[0].senderid());
    const auto topic = envelopes_of(store.page({Log::Kind::kTopic, {}, "t"}));
    REQUIRE(topic.size() == 1);
    CHECK_FALSE(contains(topic[0].chat().content(), "headline"));

    CHECK(store.memberships("alice").empty());
    CHECK(export_of(store, "alice").json_lines.empty());
    CHECK(faults_of(store) == std::vector<std::string>{});
    CHECK(erase(store, "alice") == 1);
}

TEST_CASE("erasing tells that he left his groups and rooms, not his pairs") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    live(store);
    const std::size_t told = store.committed().size();
    erase(store, "alice");
    const auto committed = store.committed();
    std::vector<std::string> left;
    for (std::size_t i = told; i < committed.size(); ++i) {
        const auto& change = std::get<CommittedMembership>(committed[i]);
        CHECK(change.user == "alice");
        CHECK_FALSE(change.member);
        left.push_back(change.conversation);
    }
    std::sort(left.begin(), left.end());
    CHECK(left == std::vector<std::string>{"g", "r"});
}

TEST_CASE("the name of who was erased begins anew") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    live(store);
    const auto before = store.append(whispers("bob", "alice", "still there?"));
    erase(store, "alice");
    const auto after = store.append(whispers("bob", "alice", "hello, new alice"));
    CHECK(after.conversation != before.conversation);
    CHECK(store.page(private_log("alice")).entries.size() == 1);
    CHECK(store.page(private_log("bob")).entries.size() == 4);
    CHECK(faults_of(store) == std::vector<std::string>{});
}

TEST_CASE("revisions of what he sent go, and what names him in those of others") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    live(store);
    const auto edits = [&](const std::string& sender, const Append& first) {
        Amend edit{};
        edit.change = Amend::Change::kEdit;
        edit.command = "edit-message";
        edit.sender = sender;
        edit.message_id = store.append(first).message_id;
        edit.envelope = says(sender, {}, "edited by " + sender).envelope;
        edit.envelope.set_messageid("edit " + std::to_string(sender.size()));
        REQUIRE(std::holds_alternative<Appended>(store.submit(edit)));
    };
    edits("alice", whispers("alice", "bob", "alice's slip"));
    edits("bob", whispers("bob", "alice", "slip of bob"));
    erase(store, "alice");
    CHECK_FALSE(file_has(directory.path(), "alice"));
    CHECK(file_has(directory.path(), "slip of bob"));
    CHECK(faults_of(store) == std::vector<std::string>{});
}

TEST_CASE("much is erased in bounded requests, and goes on after a restart") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    for (int i = 0; i < 1300; ++i)
        store.store().submit(whispers("alice", "bob", "word " + std::to_string(i)), [](const Answer&) {});
    for (int i = 0; i < 5; ++i) {
        const auto erased = std::get<Erased>(store.submit(EraseUser{"alice"}));
        CHECK(erased.rows <= 1000);
        if (i == 1) store.reopen();
    }
    CHECK(erase(store, "alice") >= 1);
    CHECK_FALSE(file_has(directory.path(), "alice"));
    CHECK(store.page(private_log("bob"), 0, 2000).entries.size() == 1300);
    CHECK(faults_of(store) == std::vector<std::string>{});
}

TEST_CASE("erasing a stranger changes nothing") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    live(store);
    const auto erased = std::get<Erased>(store.submit(EraseUser{"nobody"}));
    CHECK(erased.rows == 0);
    CHECK_FALSE(erased.more);
}

}  // namespace causeway::storage
