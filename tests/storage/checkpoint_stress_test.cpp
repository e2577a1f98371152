// The log is written, moved to the file and emptied while many read: SQLite's own race between a reset of the
// log and a second writer cannot happen, because there is one writer, and readers cannot write.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "tests/storage/care_verbs.hpp"
#include "tests/support/cycles.hpp"

namespace causeway::storage {

namespace {

constexpr int kReaders = 8;

// Reads the log from its beginning, again and again: what is there must be 1, 2, 3 … and never less than
// before. Returns what was wrong.
std::string read_until(const std::atomic<bool>& done, const std::filesystem::path& file) {
    std::int64_t last = 0;
    while (!done) {
        Database database(file, Access::kRead, Durability::kProcess, 1024);
        for (int i = 0; i < 20 && !done; ++i) {
            const auto number = [&](const char* sql) { return std::stoll(database.value_of(sql)); };
            const Transaction snapshot(database, Access::kRead);
            const std::int64_t count = number("SELECT count(*) FROM entries");
            const std::int64_t most = number("SELECT ifnull(max(offset), 0) FROM entries");
            if (count != most) return std::to_string(count) + " entries up to " + std::to_string(most);
            if (most < last) return "it went back from " + std::to_string(last);
            last = most;
        }
    }
    return {};
}

}  // namespace

TEST_CASE("while the log is moved and emptied, readers see each commit whole, and the file stays sound") {
    TemporaryDirectory directory;
    StoreOptions options;
    options.path = directory.path();
    options.durability = Durability::kProcess;
    options.checkpoint_pages = 8;
    options.truncate_pages = 16;
    StoreUnderTest store(options);
    (void)store.append(to_user("alice", "bob"));
    std::atomic<bool> done{false};
    std::vector<std::string> wrong(kReaders);
    std::vector<std::thread> readers;
    for (std::string& what : wrong)
        readers.emplace_back([&what, &done, file = directory.path() / "causeway.db"] {
            try {
                what = read_until(done, file);
            } catch (const std::exception& error) {
                what = error.what();
            }
        });
    for (int i = 0; i < test::cycles(400, 20'000); ++i)
        (void)store.append(sized(to_user("alice", "bob"), 3000));
    done = true;
    for (std::thread& reader : readers) reader.join();
    CHECK(wrong == std::vector<std::string>(kReaders));
    CHECK(faults_of(store) == std::vector<std::string>{});
}

TEST_CASE("a reader can neither write nor move the log") {
    TemporaryDirectory directory;
    const StoreUnderTest store(directory.path());
    Database reader(directory.path() / "causeway.db", Access::kRead, Durability::kProcess, 1024);
    CHECK_THROWS_AS(reader.execute("DELETE FROM entries"), Error);
    CHECK_THROWS_AS(reader.execute("PRAGMA user_version = 1"), Error);
    CHECK(reader.value_of("PRAGMA wal_autocheckpoint") == "0");
}

}  // namespace causeway::storage
