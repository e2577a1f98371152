#include <doctest/doctest.h>
#include <sqlite3.h>

#include <map>

#include "tests/storage/care_verbs.hpp"
#include "tests/storage/faulty_vfs.hpp"

namespace causeway::storage {

namespace {

StoreOptions durable(const std::filesystem::path& path) {
    StoreOptions options;
    options.path = path;
    options.reopen_after = std::chrono::milliseconds(1);
    options.reopen_at_most = std::chrono::milliseconds(2);
    return options;
}

bool is_log(const std::string& path) { return path.ends_with("-wal"); }

}  // namespace

TEST_CASE("every answer comes after a sync of the log") {
    TemporaryDirectory directory;
    FaultyVfs vfs;
    std::atomic<int> syncs{0};
    vfs.set([&](const FaultyVfs::Call& call) {
        if (call.operation == FaultyVfs::Operation::kSync && is_log(call.path)) ++syncs;
        return SQLITE_OK;
    });
    StoreUnderTest store(durable(directory.path()));
    for (int i = 0; i < 20; ++i) {
        const int before = syncs;
        (void)store.append(to_user("alice", "bob"));
        CHECK(syncs > before);
    }
    store.close();
}

TEST_CASE("a handle whose sync failed is not synced again, and nothing answered is lost") {
    TemporaryDirectory directory;
    FaultyVfs vfs;
    std::mutex mutex;
    std::map<int, int> syncs_after_failure;  // by handle; guarded by mutex
    int until_failure = -1;                  // guarded by mutex
    vfs.set([&](const FaultyVfs::Call& call) {
        const std::lock_guard lock(mutex);
        if (call.operation != FaultyVfs::Operation::kSync) return SQLITE_OK;
        if (const auto failed = syncs_after_failure.find(call.handle); failed != syncs_after_failure.end())
            ++failed->second;
        if (until_failure < 0 || until_failure-- > 0) return SQLITE_OK;
        syncs_after_failure[call.handle] = 0;
        return SQLITE_IOERR_FSYNC;
    });
    std::vector<std::uint64_t> answered;
    std::vector<std::pair<bool, std::string>> told;
    auto options = durable(directory.path());
    options.checkpoint_pages = 16;  // syncs of the file itself come into it, too
    options.on_health = [&told](bool healthy, const std::string& reason) {
        told.emplace_back(healthy, reason);
    };
    StoreUnderTest store(options);
    for (int round = 0; round < 12; ++round) {
        {
            const std::lock_guard lock(mutex);
            until_failure = round;
        }
        for (int i = 0; i < 15; ++i) {
            const Answer answer = store.submit(to_user("alice", "bob", std::to_string(round * 100 + i)));
            if (const auto* appended = std::get_if<Appended>(&answer))
                answered.push_back(value(appended->offset));
        }
        REQUIRE(comes_true(store, [&] { return store.store().healthy(); }));
    }
    CHECK(answered.size() > 12);
    CHECK(store.store().figures().commits_failed >= 6);
    store.reopen();
    // A refused message may be there all the same; what was answered is, where it was said to be.
    const auto there = offsets_of(store.page(private_log("bob"), 0, 10'000));
    CHECK(std::includes(there.begin(), there.end(), answered.begin(), answered.end()));
    CHECK(faults_of(store) == std::vector<std::string>{});
    store.close();
    CHECK(syncs_after_failure.size() >= 6);
    for (const auto& [handle, syncs] : syncs_after_failure) CHECK(syncs == 0);
    for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i].first == (i % 2 == 1));
}

TEST_CASE("whichever write fails, what was answered is there") {
    for (int nth = 1; nth <= 40; ++nth) {
        CAPTURE(nth);
        TemporaryDirectory directory;
        FaultyVfs vfs;
        std::atomic<int> left{1'000'000};
        vfs.set([&](const FaultyVfs::Call& call) {
            const bool fails = call.operation == FaultyVfs::Operation::kWrite && --left == 0;
            return fails ? SQLITE_FULL : SQLITE_OK;
        });
        auto options = durable(directory.path());
        options.checkpoint_pages = 8;
        StoreUnderTest store(options);
        left = nth;
        std::vector<std::uint64_t> answered;
        for (int i = 0; i < 6; ++i) {
            const Answer answer = store.submit(to_user("alice", "bob"));
            if (const auto* appended = std::get_if<Appended>(&answer))
                answered.push_back(value(appended->offset));
        }
        REQUIRE(comes_true(store, [&] { return store.store().healthy(); }));
        answered.push_back(value(store.append(to_user("alice", "bob")).offset));
        store.reopen();
        CHECK(offsets_of(store.page(private_log("bob"))) == answered);
        CHECK(faults_of(store) == std::vector<std::string>{});
        store.close();
    }
}

}  // namespace causeway::storage
