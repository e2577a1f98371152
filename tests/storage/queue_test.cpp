#include <doctest/doctest.h>

#include "tests/storage/care_verbs.hpp"
#include "tests/storage/queue_verbs.hpp"

namespace causeway::storage {

namespace {

Offset keeps(StoreUnderTest& store, const std::string& queue, const std::string& id) {
    return store.append(to_queue(queue, id)).offset;
}

SettleQueue of_work() { return {.destination = "/queue/work", .done = {}, .returned = {}, .dead = {}}; }

std::uint64_t rows_of(StoreUnderTest& store, const std::string& table) {
    store.close();
    Database database(store.file(), Access::kRead, Durability::kProcess, 1024);
    return std::stoull(database.value_of("SELECT count(*) FROM " + table));
}

}  // namespace

TEST_CASE("a queue gives its messages in the order in which they were kept, in pages") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    for (const char* id : {"a", "b", "c"}) (void)keeps(store, "work", id);
    (void)keeps(store, "other", "x");
    CHECK(held(store, "work") == "a b c");
    const auto first = store.queue("work", 0, 2);
    CHECK(held(first) == "a b");
    CHECK(first.more);
    CHECK(first.count == 3);
    CHECK(first.bytes > 0);
    const auto second = store.queue("work", value(first.entries.back().offset), 2);
    CHECK(held(second) == "c");
    CHECK_FALSE(second.more);
    CHECK(second.last == second.entries.back().offset);
    CHECK(held(store, "nobody knows it").empty());
    REQUIRE(store.committed().size() == 4);
    CHECK(std::get<CommittedEntry>(store.committed()[0]).destination == "/queue/work");
}

TEST_CASE("a page of a queue ends where its bytes end") {
    TemporaryDirectory directory;
    StoreOptions options;
    options.path = directory.path();
    options.page_bytes = 3000;
    StoreUnderTest store(options);
    for (int i = 0; i < 5; ++i) {
        Append append = to_queue("work", std::to_string(i));
        append.envelope.mutable_opaque()->set_body(std::string(1000, 'x'));
        (void)store.append(std::move(append));
    }
    const auto page = store.queue("work");
    CHECK(held(page) == "0 1 2");
    CHECK(page.more);
}

TEST_CASE("what is done has left its queue for good; what was not stays") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    std::vector<Offset> offsets;
    for (const char* id : {"a", "b", "c", "d"}) offsets.push_back(keeps(store, "work", id));
    SettleQueue request = of_work();
    request.done = {offsets[1], offsets[3]};
    CHECK(settle(store, request).removed == 2);
    CHECK(held(store, "work") == "a c");
    CHECK(settle(store, request).removed == 0);  // again: nothing is wrong, and nothing is done
    store.reopen();
    CHECK(held(store, "work") == "a c");
    CHECK(store.queue("work").count == 2);
    CHECK(faults_of(store) == std::vector<std::string>{});
}

TEST_CASE("a queue's settlement touches no other queue and nothing else") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const Offset elsewhere = keeps(store, "other", "x");
    const Offset inbox = store.append(to_inbox("bob", "notifications")).offset;
    (void)keeps(store, "work", "a");
    SettleQueue request = of_work();
    request.done = {elsewhere, inbox, Offset{99}};
    request.returned = {{elsewhere, 3}};
    request.dead = {{elsewhere, "/queue/dead", {}}};
    const auto settled = settle(store, request);
    CHECK(settled.removed == 0);
    CHECK(settled.moved == std::vector<Offset>{Offset{}});
    CHECK(held(store, "other") == "x");
    CHECK(held(store, "work") == "a");
    CHECK(store.page(inbox_log("bob", "notifications")).entries.size() == 1);
    request.destination = "/user/bob/queue/notifications";
    request.done = {inbox};
    CHECK(refused_with(store.submit(request)) == ErrorCode::kMessageInvalid);
    CHECK(store.page(inbox_log("bob", "notifications")).entries.size() == 1);
}

TEST_CASE("what came back is known with how often it was delivered, after a restart, too") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const Offset a = keeps(store, "work", "a");
    const Offset b = keeps(store, "work", "b");
    SettleQueue request = of_work();
    request.returned = {{a, 1}, {b, 1}};
    (void)settle(store, request);
    request.returned = {{a, 2}};
    (void)settle(store, request);
    store.reopen();
    CHECK(held(store, "work") == "a=2 b=1");
    request.returned.clear();
    request.done = {a, b};
    (void)settle(store, request);
    CHECK(rows_of(store, "queue_deliveries") == 0);
}

TEST_CASE("a dead letter moves to the end of another queue with its headers, and is told of") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    (void)keeps(store, "dead", "earlier");
    Append append = to_queue("work", "a");
    auto* header = append.envelope.mutable_opaque()->add_headers();
    header->set_name("delivery-count");
    header->set_value("of the sender");
    const Offset a = store.append(append).offset;
    (void)keeps(store, "work", "b");
    SettleQueue request = of_work();
    request.returned = {{a, 3}};
    request.dead = {{a, "/queue/dead", {{"dead-letter-from", "/queue/work"}, {"delivery-count", "4"}}}};
    const auto settled = settle(store, request);
    CHECK(settled.removed == 1);
    CHECK(held(store, "work") == "b");
    const auto dead = store.queue("dead");
    CHECK(held(dead) == "earlier a");
    CHECK(settled.moved == std::vector<Offset>{dead.entries[1].offset});
    CHECK(header_of(dead.entries[1], "dead-letter-from") == "/queue/work");
    CHECK(header_of(dead.entries[1], "delivery-count") == "4");
    CHECK(envelope_in(dead.entries[1]).opaque().body() == "body of a");
    const auto told = std::get<CommittedEntry>(store.committed().back());
    CHECK(told.destination == "/queue/dead");
    CHECK(told.offset == dead.entries[1].offset);
    CHECK(faults_of(store) == std::vector<std::string>{});
}

TEST_CASE("a dead letter without a queue for it is dropped; the last one ends its queue") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const Offset a = keeps(store, "work", "a");
    SettleQueue request = of_work();
    request.dead = {{a, "", {}}};
    CHECK(settle(store, request).removed == 1);
    CHECK(held(store, "work").empty());
    CHECK(rows_of(store, "queues") == 0);
}

TEST_CASE("an emptied queue leaves nothing behind and begins anew with the next message") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    for (int round = 0; round < 3; ++round) {
        SettleQueue request = of_work();
        request.done = {keeps(store, "work", "a"), keeps(store, "work", "b")};
        CHECK(settle(store, request).removed == 2);
        CHECK(store.queues().empty());
    }
    (void)keeps(store, "work", "c");
    CHECK(held(store, "work") == "c");
    CHECK(faults_of(store) == std::vector<std::string>{});
    CHECK(rows_of(store, "logs") == 1);
}

TEST_CASE("purging takes slices, and leaves what came after it was asked for") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    Offset last{};
    for (int i = 0; i < 1100; ++i) last = keeps(store, "work", std::to_string(i));
    (void)keeps(store, "work", "later");
    std::uint64_t removed = 0;
    int slices = 0;
    for (bool more = true; more; ++slices) {
        const auto purged = std::get<Purged>(store.submit(PurgeQueue{"/queue/work", last}));
        removed += purged.removed;
        more = purged.more;
    }
    CHECK(removed == 1100);
    CHECK(slices == 3);
    CHECK(held(store, "work") == "later");
    CHECK(std::get<Purged>(store.submit(PurgeQueue{"/queue/nobody", last})).removed == 0);
    CHECK(refused_with(store.submit(PurgeQueue{"/topic/t", last})) == ErrorCode::kMessageInvalid);
    CHECK(faults_of(store) == std::vector<std::string>{});
}

TEST_CASE("queues are listed by name with what they hold") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    (void)keeps(store, "b", "1");
    (void)keeps(store, "a/x", "2");
    (void)keeps(store, "a/x", "3");
    (void)store.append(to_topic("q"));
    const auto all = store.queues();
    REQUIRE(all.size() == 2);
    CHECK(all[0].destination == "/queue/a/x");
    CHECK(all[0].count == 2);
    CHECK(all[0].bytes == store.queue("a/x").bytes);
    CHECK(store.queues("/queue/a/x").at(0).destination == "/queue/b");
    CHECK(store.queues("", 1).size() == 1);
}

TEST_CASE("a queue that holds its bound refuses; it drops nothing") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    (void)store.append(to_queue("work", "a", {.count = 2}));
    (void)store.append(to_queue("work", "b", {.count = 2}));
    CHECK(refused_with(store.submit(to_queue("work", "c", {.count = 2}))) == ErrorCode::kSendFailed);
    CHECK(refused_with(store.submit(to_queue("work", "c", {.bytes = 20}))) == ErrorCode::kSendFailed);
    CHECK(refused_with(store.submit(to_queue("new", "c", {.bytes = 2}))) == ErrorCode::kSendFailed);
    CHECK(held(store, "work") == "a b");
    (void)store.append(to_queue("work", "c", {.count = 3, .bytes = 1 << 20}));
    CHECK(held(store, "work") == "a b c");
    CHECK(store.queues().size() == 1);
}

TEST_CASE("a message that is sent again under its id is kept once, in its queue or already gone from it") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    Append append = to_queue("work", "a");
    append.client_msg_id = "mine";
    const auto first = store.append(append);
    CHECK(store.append(append).duplicate);
    SettleQueue request = of_work();
    request.done = {first.offset};
    (void)settle(store, request);
    const auto again = store.append(append);
    CHECK(again.duplicate);
    CHECK(again.offset == first.offset);
    CHECK(held(store, "work").empty());
}

TEST_CASE("retention of queues removes what is too old, and counts") {
    TemporaryDirectory directory;
    StoreOptions options;
    options.path = directory.path();
    options.retention.queue.age = std::chrono::hours(1);
    StoreUnderTest store(options);
    (void)keeps(store, "work", "old");
    (void)keeps(store, "ended", "old, too");
    store.clock().advance(std::chrono::hours(2));
    (void)keeps(store, "work", "new");
    store.clock().advance(std::chrono::seconds(20));
    REQUIRE(comes_true(store, [&] { return store.store().figures().entries_expired == 2; }));
    CHECK(held(store, "work") == "new");
    CHECK(store.queues().size() == 1);
    CHECK(faults_of(store) == std::vector<std::string>{});
}

TEST_CASE("who is erased is erased from queues, too, and his messages stay countable") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    (void)keeps(store, "work", "a");
    const std::uint64_t before = store.queue("work").bytes;
    (void)erase(store, "alice");
    const auto page = store.queue("work");
    REQUIRE(page.entries.size() == 1);
    CHECK(page.bytes == before);
    CHECK_FALSE(contains(page.entries[0].protobuf, "alice"));
    CHECK(faults_of(store) == std::vector<std::string>{});
    SettleQueue request = of_work();
    request.done = {page.entries[0].offset};
    CHECK(settle(store, request).removed == 1);
    CHECK(faults_of(store) == std::vector<std::string>{});
}

TEST_CASE("a backup has the queues") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path() / "store");
    const Offset a = keeps(store, "work", "a");
    SettleQueue request = of_work();
    request.returned = {{a, 2}};
    (void)settle(store, request);
    std::filesystem::create_directories(directory.path() / "copy");
    std::filesystem::permissions(directory.path() / "copy", std::filesystem::perms::owner_all);
    (void)std::get<std::uint64_t>(backup_of(store, directory.path() / "copy" / "causeway.db"));
    StoreUnderTest copy(directory.path() / "copy");
    CHECK(held(copy, "work") == "a=2");
    CHECK(faults_of(copy) == std::vector<std::string>{});
}

}  // namespace causeway::storage
