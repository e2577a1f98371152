#include <doctest/doctest.h>

#include "storage/long_read.hpp"
#include "tests/storage/care_verbs.hpp"
#include "tests/support/cycles.hpp"

namespace causeway::storage {

namespace {

constexpr const char* kEndless =
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";

std::uintmax_t log_bytes(const std::filesystem::path& path) {
    return std::filesystem::file_size(path / "causeway.db-wal");
}

}  // namespace

TEST_CASE("an ordinary read is cut off, so that it cannot hold up the log") {
    TemporaryDirectory directory;
    const StoreUnderTest store(directory.path());
    Database reader(directory.path() / "causeway.db", Access::kRead, Durability::kProcess, 1024);
    reader.limit_transactions(std::chrono::milliseconds(20));
    CHECK_THROWS_AS((void)reader.value_of(kEndless), Error);
}

TEST_CASE("a long read is given up when the log grows too large, and the log shrinks again") {
    TemporaryDirectory directory;
    StoreOptions options;
    options.path = directory.path();
    options.durability = Durability::kProcess;
    options.checkpoint_pages = 64;
    options.truncate_pages = 128;
    if (!test::is_long()) options.log_bytes_at_most = 4 << 20;
    StoreUnderTest store(options);
    (void)store.append(to_user("alice", "bob"));
    const std::atomic<bool> stopping{false};
    std::string why;
    {
        LongRead read(options, stopping);
        Transaction snapshot(read.database(), Access::kRead);
        (void)read.database().value_of("SELECT count(*) FROM entries");
        CHECK_NOTHROW(read.check());
        while (log_bytes(directory.path()) <= options.log_bytes_at_most)
            (void)store.append(sized(to_user("alice", "bob"), 50'000));
        CHECK_THROWS_AS(read.check(), Error);
        try {
            (void)read.database().value_of(kEndless);
        } catch (const Error& error) {
            why = read.explain(error);
        }
    }
    CHECK(contains(why, "write-ahead log grew"));
    CHECK(comes_true(store, [&] {
        (void)store.append(sized(to_user("alice", "bob"), 50'000));
        return log_bytes(directory.path()) < (1 << 20);
    }));
    CHECK(faults_of(store).empty());
}

TEST_CASE("without long reads the log stays small under load") {
    TemporaryDirectory directory;
    StoreOptions options;
    options.path = directory.path();
    options.durability = Durability::kProcess;
    options.checkpoint_pages = 256;
    options.truncate_pages = 512;
    StoreUnderTest store(options);
    std::uintmax_t most = 0;
    for (int i = 0; i < 500; ++i) {
        (void)store.append(sized(to_user("alice", "bob"), 20'000));
        (void)store.page(private_log("bob"), static_cast<std::uint64_t>(i), 10);
        most = std::max(most, log_bytes(directory.path()));
    }
    CHECK(most < (8 << 20));
}

}  // namespace causeway::storage
