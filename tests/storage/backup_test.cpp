#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <thread>

#include "storage/backup.hpp"
#include "tests/storage/care_verbs.hpp"

namespace causeway::storage {

namespace {

// Opens a backup as a store of its own.
void restore(const std::filesystem::path& backup, const std::filesystem::path& directory) {
    std::filesystem::create_directories(directory);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
    std::filesystem::copy_file(backup, directory / "causeway.db");
}

std::set<std::string> names_in(const std::filesystem::path& directory) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        names.insert(entry.path().filename().string());
    return names;
}

std::string why_not(const std::variant<std::uint64_t, ReadFailed>& answer) {
    return std::get<ReadFailed>(answer).what;
}

}  // namespace

TEST_CASE("a backup is a store with all that was committed and an epoch of its own") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path() / "store");
    for (int i = 0; i < 200; ++i) (void)store.append(to_user("alice", "bob", std::to_string(i)));
    const auto to = directory.path() / "copies";
    std::filesystem::create_directory(to);
    const auto before = ::umask(0);
    const auto bytes = std::get<std::uint64_t>(backup_of(store, to / "backup.db"));
    ::umask(before);
    CHECK(bytes == std::filesystem::file_size(to / "backup.db"));
    CHECK((std::filesystem::status(to / "backup.db").permissions() & std::filesystem::perms::all) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK(names_in(to) == std::set<std::string>{"backup.db"});

    restore(to / "backup.db", directory.path() / "restored");
    StoreUnderTest restored(directory.path() / "restored");
    CHECK(restored.page(private_log("bob")).entries.size() == 200);
    CHECK(restored.store().epoch() != store.store().epoch());
    CHECK(restored.store().epoch().size() == store.store().epoch().size());
    CHECK(faults_of(restored).empty());
    CHECK(value(restored.append(to_user("alice", "bob")).offset) == 201);
}

TEST_CASE("a backup of a store at work is one moment of it") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path() / "store");
    (void)store.append(to_user("alice", "bob"));
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> answered{1};
    std::thread sender([&] {
        while (!done) {
            (void)store.append(sized(to_user("alice", "bob"), 2000));
            ++answered;
        }
    });
    for (int i = 0; i < 5; ++i) {
        const auto file = directory.path() / ("backup" + std::to_string(i));
        const std::uint64_t least = answered;
        REQUIRE(std::holds_alternative<std::uint64_t>(backup_of(store, file)));
        restore(file, directory.path() / ("restored" + std::to_string(i)));
        StoreUnderTest restored(directory.path() / ("restored" + std::to_string(i)));
        CHECK(faults_of(restored).empty());
        CHECK(value(restored.state(private_log("bob")).store_end) >= least);
    }
    done = true;
    sender.join();
}

TEST_CASE("a backup overwrites nothing and leaves nothing behind when it fails") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path() / "store");
    (void)store.append(to_user("alice", "bob"));
    const auto there = directory.path() / "there";
    std::ofstream(there) << "precious";
    CHECK(contains(why_not(backup_of(store, there)), there.string()));
    CHECK(std::filesystem::file_size(there) == 8);
    CHECK(contains(why_not(backup_of(store, directory.path() / "nowhere" / "x")), "nowhere"));
    std::filesystem::create_symlink(directory.path() / "target", directory.path() / "link");
    CHECK(contains(why_not(backup_of(store, directory.path() / "link")), "link"));
    CHECK(names_in(directory.path()) == std::set<std::string>{"store", "there", "link"});
}

TEST_CASE("a backup that lacks space says how much it needs") {
    TemporaryDirectory directory;
    TemporaryDirectory small;
    StoreUnderTest store(directory.path() / "store");
    for (int i = 0; i < 100; ++i) (void)store.append(sized(to_user("alice", "bob"), 20'000));
    if (::mount("none", small.path().c_str(), "tmpfs", 0, "size=1m,mode=0700") != 0) {
        MESSAGE("skipped: may not mount a tmpfs here (not root)");
        return;
    }
    CHECK(contains(why_not(backup_of(store, small.path() / "backup")), "MiB free"));
    CHECK(names_in(small.path()).empty());
    ::umount(small.path().c_str());
}

TEST_CASE("what a killed backup left is no hindrance") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path() / "store");
    (void)store.append(to_user("alice", "bob"));
    std::ofstream(directory.path() / "backup.part") << "half";
    CHECK(std::holds_alternative<std::uint64_t>(backup_of(store, directory.path() / "backup")));
    CHECK(names_in(directory.path()) == std::set<std::string>{"store", "backup"});
}

TEST_CASE("a store that closes does not wait for a backup") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path() / "store");
    (void)store.append(to_user("alice", "bob"));
    StoreOptions options;
    options.path = directory.path() / "store";
    const std::atomic<bool> stopping{true};
    LongRead read(options, stopping);
    CHECK_THROWS_AS((void)back_up(read, directory.path() / "backup", 0), Error);
    CHECK(names_in(directory.path()) == std::set<std::string>{"store"});
}

}  // namespace causeway::storage
