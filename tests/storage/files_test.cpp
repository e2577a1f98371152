#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "storage/schema.hpp"
#include "tests/storage/fixture.hpp"

namespace causeway::storage {

namespace {

unsigned int mode_of(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

// What opening the directory fails with; empty when it opens.
std::string refusal_of(const std::filesystem::path& path) {
    try {
        const StoreUnderTest store(path);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

void run_sql(const std::filesystem::path& path, const char* sql) {
    Database(path, Access::kWrite, Durability::kProcess, 1024).execute(sql);
}

}  // namespace

TEST_CASE("nobody else can read the files, whatever the umask") {
    TemporaryDirectory directory;
    const auto path = directory.path() / "made" / "by the store";
    const auto before = ::umask(0);
    StoreUnderTest store(path);
    (void)store.append(to_user("alice", "bob"));
    ::umask(before);
    CHECK(mode_of(path) == 0700);
    for (const char* name : {"causeway.db", "causeway.db-wal", "causeway.db-shm", "lock"}) {
        CAPTURE(name);
        CHECK(mode_of(path / name) == 0600);
    }
}

TEST_CASE("files that came by copying are closed to others, too") {
    TemporaryDirectory directory;
    { const StoreUnderTest store(directory.path()); }
    const char* const names[] = {"causeway.db", "causeway.db-wal", "lock"};
    for (const char* name : names)
        std::filesystem::permissions(directory.path() / name, std::filesystem::perms(0644));
    const StoreUnderTest store(directory.path());
    for (const char* name : names) {
        CAPTURE(name);
        CHECK(mode_of(directory.path() / name) == 0600);
    }
}

TEST_CASE("a second process is told who holds the directory, and gets it when that one is killed") {
    TemporaryDirectory directory;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const StoreUnderTest store(directory.path());
        (void)!::write(ends[1], "x", 1);
        for (;;) ::pause();
    }
    char opened = 0;
    REQUIRE(::read(ends[0], &opened, 1) == 1);
    CHECK(contains(refusal_of(directory.path()), "locked by pid " + std::to_string(child)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK(refusal_of(directory.path()).empty());
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a start begins with an empty log, so that no commit follows one whose sync may have failed") {
    TemporaryDirectory directory;
    TemporaryDirectory crashed;
    {
        StoreUnderTest store(directory.path());
        for (int i = 0; i < 100; ++i) (void)store.append(to_user("alice", "bob"));
        for (const char* name : {"causeway.db", "causeway.db-wal"})
            std::filesystem::copy_file(directory.path() / name, crashed.path() / name);
    }
    const auto log = crashed.path() / "causeway.db-wal";
    REQUIRE(std::filesystem::file_size(log) > 100'000);
    StoreUnderTest store(crashed.path());
    CHECK(std::filesystem::file_size(log) < 100'000);
    CHECK(store.page(private_log("bob")).entries.size() == 100);
}

TEST_CASE("a second opener is told who holds the directory") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const std::string why = refusal_of(directory.path());
    CHECK(contains(why, "locked by pid " + std::to_string(::getpid())));
    CHECK(contains(why, directory.path().string()));
    store.close();
    CHECK(refusal_of(directory.path()).empty());
}

TEST_CASE("a directory open to others and full of their files is left alone") {
    TemporaryDirectory directory;
    std::filesystem::permissions(directory.path(), std::filesystem::perms(0755));
    std::ofstream(directory.path() / "letter") << "not yours";
    CHECK(contains(refusal_of(directory.path()), "directory of its own"));
    CHECK(mode_of(directory.path()) == 0755);
}

TEST_CASE("a file of a newer program is refused with what to do") {
    TemporaryDirectory directory;
    (void)refusal_of(directory.path());
    const auto file = directory.path() / "causeway.db";
    run_sql(file, "PRAGMA user_version = 99");
    const std::string why = refusal_of(directory.path());
    CHECK(contains(why, "schema 99"));
    CHECK(contains(why, file.string()));
    CHECK(contains(why, "newer"));
}

TEST_CASE("somebody else's SQLite file is refused") {
    TemporaryDirectory directory;
    run_sql(directory.path() / "causeway.db", "CREATE TABLE accounts (id INTEGER)");
    CHECK(contains(refusal_of(directory.path()), "not a Causeway store"));
}

TEST_CASE("a damaged file is refused with its path") {
    for (const std::streamoff at : {0, 4096, 5 * 4096, 9 * 4096}) {
        CAPTURE(at);
        TemporaryDirectory directory;
        {
            StoreUnderTest store(directory.path());
            for (int i = 0; i < 50; ++i) (void)store.append(to_user("alice", "bob", std::to_string(i)));
        }
        const auto path = directory.path() / "causeway.db";
        {
            std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(at);
            file << std::string(600, '\x5a');
        }
        CHECK(contains(refusal_of(directory.path()), path.string()));
    }
}

TEST_CASE("migrating an empty file makes this version, and again changes nothing") {
    TemporaryDirectory directory;
    Database database(directory.path() / "x.db", Access::kWrite, Durability::kProcess, 1024);
    SeededRandom random(1);
    migrate(database, random);
    CHECK(database.value_of("PRAGMA user_version") == std::to_string(kSchemaVersion));
    const std::string epoch = database.value_of("SELECT epoch FROM meta");
    CHECK(epoch.size() == 32);
    migrate(database, random);
    CHECK(database.value_of("SELECT epoch FROM meta") == epoch);
    CHECK_NOTHROW(check_soundness(database));
}

TEST_CASE("the power durability syncs every commit") {
    TemporaryDirectory directory;
    const Database power(directory.path() / "a.db", Access::kWrite, Durability::kPower, 1024);
    const Database process(directory.path() / "b.db", Access::kWrite, Durability::kProcess, 1024);
    CHECK(const_cast<Database&>(power).value_of("PRAGMA synchronous") == "2");
    CHECK(const_cast<Database&>(process).value_of("PRAGMA synchronous") == "1");
}

}  // namespace causeway::storage
