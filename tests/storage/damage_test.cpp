#include <doctest/doctest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "tests/storage/care_verbs.hpp"
#include "tests/support/cycles.hpp"

namespace causeway::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPage = 4096;
constexpr int kMessages = 120;

std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}
void write(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

struct Files {
    std::string main;
    std::string log;
};

enum class End { kCrash, kClose };

// As a crash leaves them, what was committed last is in the log only; after a close the log is empty.
Files files_after(End end) {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    store.create("g", "group", "alice", {"bob"});
    const auto send = [&](int from, int until) {
        for (int i = from; i < until; ++i) {
            (void)store.append(to_user("alice", "bob", std::to_string(i)));
            (void)store.append(sized(to_conversation("bob", "g", std::to_string(i)), 700));
        }
    };
    send(0, kMessages / 2);
    store.reopen();
    send(kMessages / 2, kMessages);
    if (end == End::kClose) store.close();
    return {bytes_of(directory.path() / "causeway.db"), bytes_of(directory.path() / "causeway.db-wal")};
}

void flip_bit(std::string& bytes, std::size_t at, unsigned long bit) {
    bytes[at] =
        static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << static_cast<unsigned int>(bit % 8)));
}

struct Damage {
    std::string name;
    std::function<void(Files&, std::mt19937&)> apply;
    bool of_log = false;   // then the store opens, and its tail may be missing
    bool refused = false;  // surely, when no log has a newer version of the page
};

std::vector<Damage> twenty_kinds() {
    const auto page_header = [](Files& files, std::mt19937& random) {
        const std::size_t page = 1 + random() % (files.main.size() / kPage - 1);
        flip_bit(files.main, page * kPage + random() % 8, random());
    };
    const auto garbage = [](Files& files, std::mt19937& random) {
        const std::size_t page = 1 + random() % (files.main.size() / kPage - 1);
        for (std::size_t i = 0; i < kPage; ++i) files.main[page * kPage + i] = static_cast<char>(random());
    };
    const auto frame = [](Files& files, std::mt19937& random) {
        flip_bit(files.log, 32 + random() % (files.log.size() - 32), random());
    };
    return {
        {"magic", [](Files& f, std::mt19937& r) { flip_bit(f.main, r() % 16, r()); }, false, true},
        {"page size", [](Files& f, std::mt19937& r) { flip_bit(f.main, 16 + r() % 2, r()); }, false, false},
        {"header", [](Files& f, std::mt19937& r) { flip_bit(f.main, 18 + r() % 82, r()); }, false, false},
        {"header again", [](Files& f, std::mt19937& r) { flip_bit(f.main, 18 + r() % 82, r()); }, false,
         false},
        {"root", [](Files& f, std::mt19937& r) { flip_bit(f.main, 100 + r() % 8, r()); }, false, false},
        {"page header", page_header, false, false},
        {"page header again", page_header, false, false},
        {"page header a third time", page_header, false, false},
        {"zeroed first page", [](Files& f, std::mt19937&) { f.main.replace(0, kPage, kPage, '\0'); }, false,
         true},
        {"garbage page", garbage, false, false},
        {"garbage page again", garbage, false, false},
        {"half a file", [](Files& f, std::mt19937&) { f.main.resize(f.main.size() / 2); }, false, false},
        {"cut within a page",
         [](Files& f, std::mt19937& r) { f.main.resize(f.main.size() - 1 - r() % kPage); }, false, false},
        {"empty file", [](Files& f, std::mt19937&) { f.main.clear(); }, false, true},
        {"a few bytes", [](Files& f, std::mt19937&) { f.main.resize(50); }, false, true},
        {"log header", [](Files& f, std::mt19937& r) { flip_bit(f.log, r() % 32, r()); }, true, false},
        {"log frame", frame, true, false},
        {"log frame again", frame, true, false},
        {"log cut", [](Files& f, std::mt19937& r) { f.log.resize(32 + r() % (f.log.size() - 32)); }, true,
         false},
        {"garbage after the log",
         [](Files& f, std::mt19937& r) {
             for (int i = 0; i < 5000; ++i) f.log += static_cast<char>(r());
         },
         true, false},
    };
}

// What opening it fails with; empty when it opens. What it then shows must be what was sent, from the first
// on, however far.
std::string opened(const fs::path& path, std::size_t& shown) {
    try {
        StoreUnderTest store(path);
        for (const Log& log : {conversation_log("alice", "g"), private_log("bob")}) {
            const auto page = answer_to<LogPage>(
                [&](auto done) { store.store().read_log(log, Offset{0}, 1000, std::move(done)); });
            if (std::holds_alternative<ReadFailed>(page)) continue;  // refused later is refused, too
            int next = 0;
            for (const auto& entry : std::get<LogPage>(page).entries) {
                Envelope envelope;
                REQUIRE(envelope.ParseFromString(entry.protobuf));
                const std::string sender = log.name.empty() ? "alice" : "bob";
                REQUIRE(envelope.messageid() == "id of " + sender + std::to_string(next++));
                ++shown;
            }
        }
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

void check(const Damage& damage, const Files& files) {
    TemporaryDirectory directory;
    const fs::path main = directory.path() / "causeway.db";
    const fs::path log = directory.path() / "causeway.db-wal";
    write(main, files.main);
    write(log, files.log);
    std::size_t shown = 0;
    const std::string why = opened(directory.path(), shown);
    CAPTURE(why);
    if (damage.refused && files.log.empty()) CHECK_FALSE(why.empty());
    if (damage.of_log) {
        CHECK(why.empty());
        CHECK(shown >= kMessages);  // what had reached the file
    }
    if (why.empty()) return;
    CHECK(contains(why, main.string()));
    CHECK(contains(why, "restore a backup"));
    CHECK(bytes_of(main) == files.main);
    CHECK(bytes_of(log) == files.log);
}

}  // namespace

TEST_CASE("a damaged store is refused as it lies there, or shows only what was sent") {
    std::mt19937 random(20'240'607);
    const auto kinds = twenty_kinds();
    REQUIRE(kinds.size() == 20);
    const int rounds = test::cycles(1, 25);
    for (const End end : {End::kCrash, End::kClose}) {
        const Files sound = files_after(end);
        REQUIRE(sound.main.size() > 10 * kPage);
        REQUIRE(sound.log.empty() == (end == End::kClose));
        for (int round = 0; round < rounds; ++round)
            for (const auto& damage : kinds) {
                if (damage.of_log && sound.log.empty()) continue;
                CAPTURE(damage.name);
                CAPTURE(round);
                Files files = sound;
                damage.apply(files, random);
                check(damage, files);
            }
    }
}

TEST_CASE("a log without its file is refused") {
    const Files sound = files_after(End::kCrash);
    TemporaryDirectory directory;
    write(directory.path() / "causeway.db-wal", sound.log);
    std::size_t shown = 0;
    CHECK(contains(opened(directory.path(), shown), "is missing"));
    CHECK(bytes_of(directory.path() / "causeway.db-wal") == sound.log);
    CHECK_FALSE(fs::exists(directory.path() / "causeway.db"));
}

TEST_CASE("a store whose counter lags behind its entries is refused, numbers would be given twice") {
    TemporaryDirectory directory;
    {
        StoreUnderTest store(directory.path());
        (void)store.append(to_user("alice", "bob"));
    }
    Database(directory.path() / "causeway.db", Access::kWrite, Durability::kProcess, 1024)
        .execute("UPDATE meta SET last_offset = 0");
    std::size_t shown = 0;
    CHECK(contains(opened(directory.path(), shown), "beyond the counter"));
}

TEST_CASE("somebody else's file is not written to") {
    TemporaryDirectory directory;
    const fs::path main = directory.path() / "causeway.db";
    {
        Database other(main, Access::kWrite, Durability::kProcess, 1024);
        other.execute("PRAGMA journal_mode=DELETE");
        other.execute("CREATE TABLE accounts (id INTEGER)");
    }
    for (const std::string& foreign : {bytes_of(main), std::string(20'000, 'x'), std::string("hello")}) {
        fs::remove(directory.path() / "causeway.db-wal");
        write(main, foreign);
        std::size_t shown = 0;
        CHECK_FALSE(opened(directory.path(), shown).empty());
        CHECK(bytes_of(main) == foreign);
    }
}

}  // namespace causeway::storage
