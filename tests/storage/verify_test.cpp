#include <doctest/doctest.h>

#include <thread>

#include "storage/database.hpp"
#include "tests/storage/care_verbs.hpp"

namespace causeway::storage {

namespace {

// A bit of everything.
void fill(StoreUnderTest& store) {
    store.create("g", "group", "alice", {"bob", "carol"});
    store.create("r", "live_stream", "alice");
    for (int i = 0; i < 5; ++i) {
        const std::string n = std::to_string(i);
        (void)store.append(to_user("alice", "bob", "d" + n));
        (void)store.append(to_user("bob", "bob", "self" + n));
        (void)store.append(to_conversation("bob", "g", "g" + n));
        (void)store.append(to_conversation("alice", "r", "r" + n));
        (void)store.append(to_log("alice", "/user/bob/queue/x", "bob"));
        (void)store.append(to_log("alice", "/topic/t"));
        (void)store.append(to_queue("q", "q" + n));
    }
    (void)store.move_cursor("bob", "phone", "/user/queue/messages", 5);
}

// What verification says after somebody ran `sql` on the file.
std::string faults_after(const std::string& sql) {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    fill(store);
    Database(directory.path() / "causeway.db", Access::kWrite, Durability::kProcess, 1024).execute(sql);
    std::string all;
    for (const auto& fault : faults_of(store)) all += fault + "\n";
    return all;
}

}  // namespace

TEST_CASE("a store that was only used is sound") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    fill(store);
    const auto verified = std::get<Verified>(verification(store));
    CHECK(verified.faults == std::vector<std::string>{});
    CHECK(verified.entries == 35);
    CHECK(verified.conversations == 4);
}

TEST_CASE("verification names each kind of disagreement") {
    struct Row {
        const char* sql;
        const char* told;
    };
    const Row rows[] = {
        {"DELETE FROM conversation_log WHERE offset = 3", "stands in no log"},
        {"DELETE FROM entries WHERE offset = 9", "names an entry that is not there"},
        {"UPDATE conversation_log SET sequence = 7 WHERE offset = 9", "sequence 7 follows 1"},
        {"UPDATE entries SET sequence = 9 WHERE offset = 9", "another sequence or conversation"},
        {"UPDATE entries SET envelope = x'ffff' WHERE offset = 2", "cannot be decoded"},
        {"UPDATE entries SET message_id = 'other' WHERE offset = 2", "another message id"},
        {"DELETE FROM private_log WHERE offset = 1 AND user = 1", "lacks an entry"},
        {"INSERT INTO private_log VALUES (1, 3)", "shows what is not of one of its user's"},
        {"DELETE FROM log_entries WHERE offset = 5", "stands in no log"},
        {"DELETE FROM entries WHERE offset = 6", "a log of its own names an entry"},
        {"DELETE FROM logs", "unknown log of its own"},
        {"DELETE FROM conversations WHERE kind = 'live_stream'", "unknown conversation"},
        {"DELETE FROM users WHERE name = 'carol'", "an unknown user"},
        {"UPDATE usage SET bytes = bytes + 1 WHERE kind = 'inbox'", "usage: of kind inbox"},
        {"UPDATE usage SET entries = 0 WHERE kind = 'room'", "usage: of kind room"},
        {"UPDATE cursors SET offset = 1000", "cursor lies beyond"},
        {"UPDATE queues SET bytes = 1", "what the table says that a queue holds"},
        {"INSERT INTO queues VALUES (99, 1, 1)", "an unknown queue"},
        {"INSERT INTO queue_deliveries VALUES (1, 2)", "in no queue"},
        {"UPDATE meta SET last_offset = 3", "beyond the counter"},
        {"INSERT INTO outbox VALUES (1000, 's', 'm', x'', 0)", "event of the outbox lies beyond"},
        {"INSERT INTO revisions VALUES (1000, 1, x'')", "revisions of an entry"},
        {"UPDATE floors SET sequence = 3; INSERT INTO floors VALUES (1, 1, 3, 3)", "follows 3"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.sql);
        const std::string told = faults_after(row.sql);
        CAPTURE(told);
        CHECK(contains(told, row.told));
    }
}

TEST_CASE("a broken index is found, and not too much is told") {
    const std::string told =
        faults_after("UPDATE entries SET envelope = x'ff'; UPDATE conversation_log SET sequence = 77");
    CHECK(contains(told, "cannot be decoded"));
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    for (int i = 0; i < 300; ++i) (void)store.append(to_user("alice", "bob"));
    Database(directory.path() / "causeway.db", Access::kWrite, Durability::kProcess, 1024)
        .execute("UPDATE entries SET envelope = x'ff'");
    CHECK(faults_of(store).size() == 100);
}

TEST_CASE("verification goes on while the store works") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    fill(store);
    std::atomic<bool> done{false};
    std::thread sender([&] {
        while (!done) (void)store.append(to_user("alice", "bob"));
    });
    for (int i = 0; i < 20; ++i) CHECK(faults_of(store) == std::vector<std::string>{});
    done = true;
    sender.join();
}

TEST_CASE("too many operators at once are asked to come back") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    for (int i = 0; i < 2000; ++i) store.store().submit(to_user("alice", "bob"), [](const Answer&) {});
    std::atomic<int> answered{0};
    std::atomic<int> refused{0};
    std::promise<void> all;
    for (int i = 0; i < 200; ++i)
        store.store().verify([&](const std::variant<Verified, ReadFailed>& verified) {
            if (std::holds_alternative<ReadFailed>(verified)) ++refused;
            if (++answered == 200) all.set_value();
        });
    all.get_future().wait();
    CHECK(refused > 0);
    CHECK(refused < 200);
}

}  // namespace causeway::storage
