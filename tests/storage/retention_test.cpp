#include <doctest/doctest.h>

#include "storage/database.hpp"
#include "storage/retention.hpp"
#include "tests/storage/care_verbs.hpp"

namespace causeway::storage {

namespace {

using std::chrono::hours;

StoreOptions keeping(const std::filesystem::path& path, const RetentionRules& rules) {
    StoreOptions options;
    options.path = path;
    options.durability = Durability::kProcess;
    options.retention = rules;
    return options;
}

bool expires(StoreUnderTest& store, std::uint64_t entries) {
    store.clock().advance(std::chrono::seconds(11));  // sweeps come every ten seconds
    return comes_true(store, [&] { return store.store().figures().entries_expired >= entries; });
}

// As the table has it: entries and bytes of a kind.
std::pair<int, int> usage_of(const std::filesystem::path& path, const std::string& kind) {
    Database database(path / "causeway.db", Access::kRead, Durability::kProcess, 1024);
    const auto number = [&](const std::string& column) {
        return std::stoi(database.value_of("SELECT " + column + " FROM usage WHERE kind = '" + kind + "'"));
    };
    return {number("entries"), number("bytes")};
}

std::string row_counts(const std::filesystem::path& path) {
    Database database(path / "causeway.db", Access::kRead, Durability::kProcess, 1024);
    return database.value_of(
        "SELECT (SELECT count(*) FROM entries) || ' ' || (SELECT count(*) FROM conversation_log) || ' ' || "
        "(SELECT count(*) FROM private_log) || ' ' || (SELECT count(*) FROM log_entries)");
}

}  // namespace

TEST_CASE("usage counts what each kind has, through edits, recalls and bounds") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("g", "group", "alice", {"bob"});
    store.create("r", "live_stream", "alice");
    const auto direct = store.append(to_user("alice", "bob", "m1"));
    (void)store.append(to_conversation("alice", "g", "m2"));
    (void)store.append(sized(to_conversation("alice", "r", "m3"), 5000));
    (void)store.append(to_log("alice", "/user/bob/queue/x", "bob"));
    for (int i = 0; i < 5; ++i) {
        Append append = sized(to_log("alice", "/topic/t"), static_cast<std::size_t>(100 * (i + 1)));
        append.bounds.count = 3;
        (void)store.append(append);
    }
    Amend edit{};
    edit.change = Amend::Change::kEdit;
    edit.command = "edit-message";
    edit.sender = "alice";
    edit.message_id = direct.message_id;
    edit.envelope = sized(message("alice", "edit"), 700).envelope;
    REQUIRE(std::holds_alternative<Appended>(store.submit(edit)));
    Amend recall = edit;
    recall.change = Amend::Change::kRecall;
    recall.envelope = message("alice", "recall").envelope;
    REQUIRE(std::holds_alternative<Appended>(store.submit(recall)));

    CHECK(usage_of(directory.path(), "direct").first == 3);
    CHECK(usage_of(directory.path(), "group").first == 1);
    CHECK(usage_of(directory.path(), "room").first == 1);
    CHECK(usage_of(directory.path(), "room").second > 5000);
    CHECK(usage_of(directory.path(), "inbox").first == 1);
    CHECK(usage_of(directory.path(), "topic").first == 3);
    CHECK(faults_of(store).empty());  // it compares all figures with the entries
}

TEST_CASE("what is older than its kind's age goes with all its rows, younger and other kinds stay") {
    TemporaryDirectory directory;
    RetentionRules rules;
    rules.direct.age = hours(24);
    StoreUnderTest store(keeping(directory.path(), rules));
    store.create("g", "group", "alice", {"bob"});
    for (int i = 0; i < 3; ++i) (void)store.append(to_user("alice", "bob", std::to_string(i)));
    (void)store.append(to_conversation("alice", "g", "group"));
    store.clock().advance(hours(25));
    const auto young = store.append(to_user("bob", "alice", "young"));
    REQUIRE(expires(store, 3));

    CHECK(offsets_of(store.page(private_log("bob"))) == std::vector<std::uint64_t>{value(young.offset)});
    CHECK(store.page(conversation_log("bob", "g")).entries.size() == 1);
    CHECK(row_counts(directory.path()) == "2 2 2 0");
    CHECK(usage_of(directory.path(), "direct").first == 1);
    CHECK(value(store.state(private_log("bob")).floor) == 3);
    CHECK(value(store.state(conversation_log("bob", young.conversation)).floor) == 3);
    CHECK(value(store.state(conversation_log("bob", "g")).floor) == 0);
    CHECK(faults_of(store).empty());
}

TEST_CASE("an emptied conversation goes on with the next sequence, also after a restart") {
    TemporaryDirectory directory;
    RetentionRules rules;
    rules.group.age = hours(1);
    StoreUnderTest store(keeping(directory.path(), rules));
    store.create("g", "group", "alice");
    for (int i = 0; i < 3; ++i) (void)store.append(to_conversation("alice", "g", std::to_string(i)));
    store.clock().advance(hours(2));
    REQUIRE(expires(store, 3));
    CHECK(store.page(conversation_log("alice", "g")).entries.empty());
    store.reopen();
    CHECK(value(store.append(to_conversation("alice", "g", "next")).sequence) == 4);
    CHECK(value(store.append(to_conversation("alice", "g", "after")).sequence) == 5);
    CHECK(faults_of(store).empty());
}

TEST_CASE("beyond its kind's bytes the oldest go") {
    TemporaryDirectory directory;
    RetentionRules rules;
    rules.room.bytes = 10'000;
    StoreUnderTest store(keeping(directory.path(), rules));
    store.create("r", "live_stream", "alice");
    for (int i = 0; i < 20; ++i)
        (void)store.append(sized(to_conversation("alice", "r", std::to_string(i)), 1000));
    store.clock().advance(std::chrono::seconds(11));
    REQUIRE(comes_true(store, [&] { return usage_of(directory.path(), "room").second <= 10'000; }));
    const auto left = store.page(conversation_log("alice", "r")).entries;
    CHECK(left.size() == 9);  // an envelope has a few bytes more than its content
    CHECK(value(left.back().sequence) == 20);
    CHECK(faults_of(store).empty());
}

TEST_CASE("inboxes are kept for 90 days unless told otherwise, all else for ever") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    (void)store.append(to_log("alice", "/user/bob/queue/x", "bob"));
    (void)store.append(to_log("alice", "/topic/t"));
    (void)store.append(to_user("alice", "bob"));
    store.clock().advance(hours(89 * 24));
    (void)store.append(to_log("alice", "/user/bob/queue/x", "bob"));
    store.clock().advance(hours(2 * 24));
    REQUIRE(expires(store, 1));
    CHECK(store.page({Log::Kind::kInbox, "bob", "x"}).entries.size() == 1);
    CHECK(row_counts(directory.path()) == "3 1 2 2");
    CHECK(value(store.state({Log::Kind::kInbox, "bob", "x"}).floor) == 1);
    CHECK(faults_of(store).empty());
}

TEST_CASE("the newest of a topic stays until there is a newer one") {
    TemporaryDirectory directory;
    RetentionRules rules;
    rules.topic.age = hours(1);
    StoreUnderTest store(keeping(directory.path(), rules));
    const Log topic{Log::Kind::kTopic, {}, "t"};
    for (int i = 0; i < 3; ++i) (void)store.append(to_log("alice", "/topic/t"));
    store.clock().advance(hours(2));
    REQUIRE(expires(store, 2));
    CHECK(offsets_of(store.page(topic)) == std::vector<std::uint64_t>{3});
    (void)store.append(to_log("alice", "/topic/t"));
    store.clock().advance(hours(2));
    REQUIRE(expires(store, 3));
    CHECK(offsets_of(store.page(topic)) == std::vector<std::uint64_t>{4});
    CHECK(faults_of(store).empty());
}

TEST_CASE("a repeat of what retention has removed is not stored again within its day") {
    TemporaryDirectory directory;
    RetentionRules rules;
    rules.direct.age = hours(1);
    StoreUnderTest store(keeping(directory.path(), rules));
    (void)store.append(to_user("alice", "bob", "m1"));
    store.clock().advance(hours(2));
    REQUIRE(expires(store, 1));
    const Answer again = store.submit(to_user("alice", "bob", "m1"));
    const auto* appended = std::get_if<Appended>(&again);
    CHECK((appended == nullptr || appended->duplicate));
    CHECK(store.page(private_log("bob")).entries.empty());
}

TEST_CASE("much that expires goes in slices of 500 entries") {
    TemporaryDirectory directory;
    RetentionRules rules;
    rules.direct.age = hours(1);
    StoreUnderTest store(keeping(directory.path(), rules));
    std::promise<void> stored;
    for (int i = 0; i < 2400; ++i)
        store.store().submit(to_user("user" + std::to_string(i % 40), "bob"), [&stored, i](const Answer&) {
            if (i == 2399) stored.set_value();
        });
    stored.get_future().wait();
    store.close();
    {
        Database database(directory.path() / "causeway.db", Access::kWrite, Durability::kProcess, 1024);
        Usage usage(database);
        QueueSizes queues(database);
        Removal removal(database, usage, queues);
        Retention retention(database, usage, removal, rules);
        Transaction transaction(database, Access::kWrite);
        const WallTime later{to_ms(store.clock().wall()) + 7'200'000};
        CHECK(retention.sweep(later));
        CHECK(retention.take_removed() == 500);
    }
    store.clock().advance(hours(2));
    store.open(keeping(directory.path(), rules));
    REQUIRE(expires(store, 2400));
    CHECK(row_counts(directory.path()) == "0 0 0 0");
    CHECK(faults_of(store).empty());
}

}  // namespace causeway::storage
