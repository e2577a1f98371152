#include <doctest/doctest.h>

#include "tests/storage/care_verbs.hpp"
#include "tests/storage/faulty_vfs.hpp"
#include "tests/storage/queue_verbs.hpp"

namespace causeway::storage {

namespace {

SettleQueue done(const std::string& queue, Offset offset) {
    return {.destination = "/queue/" + queue, .done = {offset}, .returned = {}, .dead = {}};
}

// A part that no store takes.
Part refused() { return to_conversation("nobody", "no such conversation"); }

Togethered together(StoreUnderTest& store, std::vector<Part> parts) {
    return std::get<Togethered>(store.submit(Together{std::move(parts)}));
}
PartRefused refused_together(StoreUnderTest& store, std::vector<Part> parts) {
    return std::get<PartRefused>(store.submit(Together{std::move(parts)}));
}

StoreOptions with_outbox(const std::filesystem::path& path) {
    StoreOptions options;
    options.path = path;
    options.durability = Durability::kProcess;
    options.make_outbox_event = [](const Committed& fact) -> std::optional<OutboxEvent> {
        const auto* entry = std::get_if<CommittedEntry>(&fact);
        if (entry == nullptr) return std::nullopt;
        return OutboxEvent{0, "message.new", entry->envelope->messageid(), "{}", 0};
    };
    return options;
}

// Everything that a client or an operator can see of it.
std::string seen(StoreUnderTest& store) {
    std::string text = "work: " + held(store, "work") + "; dead: " + held(store, "dead") + "; bob:";
    for (const auto& entry : store.page(private_log("bob")).entries)
        text += " " + std::to_string(value(entry.offset)) + "/" + std::to_string(value(entry.sequence));
    text += "; inbox: " + std::to_string(store.page(inbox_log("bob", "x")).entries.size());
    text += "; g:";
    for (const auto& one : store.conversations("carol")) text += " " + one.id;
    text += "; cursor: " + std::to_string(store.cursors("bob").size());
    text += "; outbox: " + std::to_string(outbox_of(store).size());
    text += "; told: " + std::to_string(store.committed().size());
    for (const auto& fault : faults_of(store)) text += "; FAULT " + fault;
    return text;
}

}  // namespace

TEST_CASE("what is done together is all there, in its order, in one commit") {
    TemporaryDirectory directory;
    StoreUnderTest store(with_outbox(directory.path()));
    const Offset a = store.append(to_queue("work", "a")).offset;
    const auto answers = together(
        store, {to_user("alice", "bob", "1"), done("work", a), to_queue("work", "b"), to_inbox("bob", "x"),
                MoveCursors{{{"bob", "phone", "/user/queue/x", Offset{1}}}}, to_user("alice", "bob", "2")});
    REQUIRE(answers.answers.size() == 6);
    CHECK(std::get<Appended>(answers.answers[0]).sequence == Sequence{1});
    CHECK(std::get<Settled>(answers.answers[1]).removed == 1);
    CHECK(std::get<Appended>(answers.answers[5]).sequence == Sequence{2});
    CHECK(seen(store) == "work: b; dead: ; bob: 2/1 5/2; inbox: 1; g:; cursor: 1; outbox: 5; told: 5");
}

TEST_CASE("a later part sees what an earlier one did") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const auto answers = together(
        store, {CreateConversation{"g", "group", "", "alice", {"carol"}}, to_conversation("carol", "g"),
                to_user("alice", "bob", "same"), to_user("alice", "bob", "same")});
    CHECK(std::get<Appended>(answers.answers[1]).sequence == Sequence{1});
    CHECK_FALSE(std::get<Appended>(answers.answers[2]).duplicate);
    CHECK(std::get<Appended>(answers.answers[3]).duplicate);
}

TEST_CASE("nothing together is nothing") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    CHECK(together(store, {}).answers.empty());
    CHECK(refused_together(store, {refused()}).part == 0);
}

TEST_CASE("when one part is refused nothing was done, and everything goes on as if it had not been asked") {
    TemporaryDirectory directory;
    StoreUnderTest store(with_outbox(directory.path()));
    const Offset a = store.append(to_queue("work", "a")).offset;
    (void)store.append(to_user("alice", "bob", "0"));
    (void)store.append(to_inbox("bob", "x", {.count = 2}));
    const std::string before = seen(store);
    SettleQueue dead = done("work", Offset{});
    dead.dead = {{a, "/queue/dead", {}}};
    for (int times = 0; times < 3; ++times) {
        const auto answer = refused_together(
            store, {to_user("alice", "bob", "1"), to_user("new", "newer", "2"), dead, to_queue("work", "b"),
                    to_queue("fresh", "c"), to_inbox("bob", "x", {.count = 1}),
                    CreateConversation{"g", "group", "", "alice", {"carol"}},
                    MoveCursors{{{"bob", "phone", "/user/queue/x", Offset{1}}}}, refused(),
                    to_user("alice", "bob", "3")});
        CHECK(answer.part == 8);
        CHECK(answer.refusal.code == ErrorCode::kPermissionDenied);
        CHECK(seen(store) == before);
    }
    // The numbers go on where they were, and names that were new are new again.
    const auto next = store.append(to_user("alice", "bob", "1"));
    CHECK_FALSE(next.duplicate);
    CHECK(value(next.offset) == 4);
    CHECK(next.sequence == Sequence{2});
    CHECK(store.append(to_user("newer", "new", "2")).sequence == Sequence{1});
    store.create("g", "group", "alice", {"carol"});
    CHECK(store.append(to_conversation("carol", "g")).sequence == Sequence{1});
    CHECK(held(store, "work") == "a");
    (void)store.append(to_inbox("bob", "x", {.count = 2}));
    CHECK(store.page(inbox_log("bob", "x")).entries.size() == 2);
    store.reopen();
    CHECK(faults_of(store) == std::vector<std::string>{});
    CHECK(store.page(private_log("bob")).entries.size() == 2);
}

TEST_CASE("requests of the same commit are not touched when one is taken back") {
    TemporaryDirectory directory;
    StoreUnderTest store(with_outbox(directory.path()));
    // All are queued before the first is answered, so most share a commit.
    std::vector<std::future<Answer>> answers;
    for (int i = 0; i < 40; ++i) {
        auto promise = std::make_shared<std::promise<Answer>>();
        answers.push_back(promise->get_future());
        const std::string n = std::to_string(i);
        Request request = to_queue("work", n);
        if (i % 4 == 1) request = to_user("alice", "bob", n);
        if (i % 4 == 2)
            request =
                Together{{to_queue("work", "lost" + n), to_user("alice", "bob", "lost" + n), refused()}};
        if (i % 4 == 3) request = Together{{to_queue("work", n + "a"), to_queue("work", n + "b")}};
        store.store().submit(std::move(request),
                             [promise](Answer answer) { promise->set_value(std::move(answer)); });
    }
    std::size_t taken_back = 0;
    for (auto& answer : answers) taken_back += std::holds_alternative<PartRefused>(answer.get()) ? 1U : 0U;
    CHECK(taken_back == 10);
    CHECK(store.queue("work").count == 30);
    CHECK(store.page(private_log("bob")).entries.size() == 10);
    CHECK(store.committed().size() == 40);
    CHECK(outbox_of(store).size() == 40);
    CHECK(faults_of(store) == std::vector<std::string>{});
}

TEST_CASE("together is refused as a whole while space is short, unless no part needs any") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const Offset a = store.append(to_queue("work", "a")).offset;
    store.close();
    StoreOptions options;
    options.path = directory.path();
    options.min_free_bytes = UINT64_MAX / 4;
    store.open(options);
    REQUIRE(comes_true(store, [&] { return !store.store().healthy(); }));
    CHECK(refused_with(store.submit(Together{{done("work", a), to_queue("work", "b")}})) ==
          ErrorCode::kSendFailed);
    CHECK(held(store, "work") == "a");
    CHECK(together(store, {done("work", a)}).answers.size() == 1);
    CHECK(held(store, "work").empty());
}

TEST_CASE("when the disk fails in the midst of it nothing was done") {
    TemporaryDirectory directory;
    FaultyVfs vfs;
    std::atomic<int> writes_until_failure{-1};
    vfs.set([&](const FaultyVfs::Call& call) {
        if (call.operation != FaultyVfs::Operation::kWrite || writes_until_failure < 0) return 0;
        constexpr int kFull = 13;  // SQLITE_FULL
        return writes_until_failure-- > 0 ? 0 : kFull;
    });
    StoreOptions options = with_outbox(directory.path());
    options.reopen_after = std::chrono::milliseconds(1);
    options.reopen_at_most = std::chrono::milliseconds(2);
    options.writer_cache_kib = 64;  // pages go to the disk in the midst of it, too
    StoreUnderTest store(options);
    const Offset a = store.append(to_queue("work", "a")).offset;
    std::size_t failed = 0;
    for (int writes = 0; writes < 60; writes += 3) {
        CAPTURE(writes);
        REQUIRE(comes_true(store, [&] { return store.store().healthy(); }));
        std::vector<Part> parts;
        for (int i = 0; i < 30; ++i) parts.emplace_back(sized(to_user("alice", "bob"), 3000));
        parts.emplace_back(done("work", a));
        const std::string before = held(store, "work");
        const std::size_t entries = store.page(private_log("bob")).entries.size();
        writes_until_failure = writes;
        const Answer answer = store.submit(Together{std::move(parts)});
        writes_until_failure = -1;
        if (std::holds_alternative<Togethered>(answer)) continue;
        ++failed;
        CHECK(refused_with(answer) == ErrorCode::kSendFailed);
        REQUIRE(comes_true(store, [&] { return store.store().healthy(); }));
        CHECK(held(store, "work") == before);
        CHECK(store.page(private_log("bob")).entries.size() == entries);
        CHECK(faults_of(store) == std::vector<std::string>{});
    }
    CHECK(failed > 5);
    store.close();
}

}  // namespace causeway::storage
