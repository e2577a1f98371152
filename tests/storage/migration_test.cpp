#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/schema.hpp"
#include "tests/storage/care_verbs.hpp"
#include "tests/storage/faulty_vfs.hpp"

namespace causeway::storage {

namespace {

constexpr int kEntries = 3000;
constexpr int kGroupMembers = 501;

std::string envelope_as_hex(int number, const std::string& conversation, int sequence) {
    Envelope envelope;
    envelope.set_messageid("m" + std::to_string(number));
    envelope.set_conversationid(conversation);
    envelope.set_sequence(sequence);
    envelope.set_senderid("alice");
    envelope.mutable_chat()->set_content(R"({"content":"hello","contentExtra":null})");
    std::string hex;
    for (const char c : envelope.SerializeAsString()) {
        constexpr const char* kDigits = "0123456789abcdef";
        hex += kDigits[static_cast<unsigned char>(c) >> 4];
        hex += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return hex;
}

// What a program with schema 1 would have left: a direct conversation and a large group, in turns.
void write_version_1(const std::filesystem::path& path) {
    std::filesystem::create_directories(path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    Database database(path / "causeway.db", Access::kWrite, Durability::kProcess, 1024);
    SeededRandom random(7);
    migrate(database, random, 1);
    Transaction transaction(database, Access::kWrite);
    database.execute(
        "INSERT INTO users VALUES (1, 'alice'), (2, 'bob');"
        "INSERT INTO conversations VALUES (1, 'pair', 'direct', '', NULL, 1, 2, 0), "
        "(2, 'g', 'group', 'all', 1, NULL, NULL, 0);"
        "INSERT INTO members VALUES (1, 1, 'member', 0), (1, 2, 'member', 0), (2, 1, 'owner', 0);"
        "INSERT INTO cursors VALUES (2, 'phone', '/user/queue/private-messages', 10, 0);");
    for (int user = 3; user < kGroupMembers + 3; ++user)
        database.execute("INSERT INTO users VALUES (" + std::to_string(user) + ", 'u" + std::to_string(user) +
                         "'); INSERT INTO members VALUES (2, " + std::to_string(user) + ", 'member', 0);");
    for (int offset = 1; offset <= kEntries; ++offset) {
        const int conversation = 1 + offset % 2;
        const int sequence = (offset + 1) / 2;
        const std::string n = std::to_string(offset);
        const std::string of = std::to_string(conversation);
        const std::string at = std::to_string(sequence);
        database.execute("INSERT INTO entries VALUES (" + n + "," + of + "," + at + ",'m" + n + "',0,0,x'" +
                         envelope_as_hex(offset, conversation == 1 ? "pair" : "g", sequence) + "');" +
                         "INSERT INTO conversation_log VALUES (" + of + "," + n + "," + at + ");");
        if (conversation == 1)
            database.execute("INSERT INTO private_log VALUES (1," + n + "), (2," + n + ");");
    }
    database.execute("UPDATE meta SET last_offset = " + std::to_string(kEntries));
    transaction.commit();
}

StoreOptions options_of(const std::filesystem::path& path) {
    StoreOptions options;
    options.path = path;
    options.writer_cache_kib = 256;  // pages go to the disk in the middle of a step, too
    return options;
}

// Opens the store in another process, which is killed before its `nth` write to a file; returns how many it
// made when it was not.
int open_until_killed(const std::filesystem::path& path, int nth) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        int writes = 0;
        FaultyVfs vfs;
        vfs.set([&writes, nth](const FaultyVfs::Call& call) {
            if (call.operation == FaultyVfs::Operation::kWrite && ++writes == nth)
                ::kill(::getpid(), SIGKILL);
            return 0;
        });
        const SystemClock clock;
        SeededRandom random(1);
        { const SqliteStore store(options_of(path), {}, clock, random); }
        ::_exit(::write(ends[1], &writes, sizeof writes) == static_cast<ssize_t>(sizeof writes) ? 0 : 1);
    }
    ::close(ends[1]);
    int writes = 0;
    const bool ended = ::read(ends[0], &writes, sizeof writes) == static_cast<ssize_t>(sizeof writes);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) == !ended);
    return writes;
}

void check_all_there(StoreUnderTest& store) {
    CHECK(store.page(private_log("bob"), 0, 10'000).entries.size() == kEntries / 2);
    const auto group = store.page(conversation_log("alice", "g"), 0, 10'000).entries;
    REQUIRE(group.size() == kEntries / 2);
    Envelope envelope;
    for (std::size_t i = 0; i < group.size(); ++i) {
        REQUIRE(envelope.ParseFromString(group[i].protobuf));
        REQUIRE(envelope.messageid() == "m" + std::to_string(value(group[i].offset)));
        REQUIRE(value(group[i].sequence) == i + 1);
    }
    CHECK(store.state(private_log("bob"), "phone").cursor == Offset{10});
    CHECK(faults_of(store) == std::vector<std::string>{});
    CHECK(value(store.append(to_conversation("alice", "g")).sequence) == kEntries / 2 + 1);
}

void check_all_there_in(const std::filesystem::path& path) {
    StoreUnderTest store(options_of(path));
    check_all_there(store);
}

}  // namespace

TEST_CASE("a migration that is killed at any of 20 points has lost nothing and is done again") {
    TemporaryDirectory directory;
    const auto original = directory.path() / "original";
    write_version_1(original);
    const auto copy = [&](const std::string& name) {
        const auto path = directory.path() / name;
        std::filesystem::copy(original, path, std::filesystem::copy_options::recursive);
        return path;
    };
    const int writes = open_until_killed(copy("whole"), 0);
    REQUIRE(writes > 20);
    check_all_there_in(directory.path() / "whole");
    for (int point = 0; point < 20; ++point) {
        CAPTURE(point);
        const auto path = copy("killed at " + std::to_string(point));
        CHECK(open_until_killed(path, 1 + point * (writes - 1) / 19) == 0);
        check_all_there_in(path);
    }
}

TEST_CASE("a store of version 1 is counted when it becomes one of today") {
    TemporaryDirectory directory;
    const auto path = directory.path() / "store";
    write_version_1(path);
    { const StoreUnderTest store(options_of(path)); }
    Database database(path / "causeway.db", Access::kRead, Durability::kProcess, 1024);
    CHECK(database.value_of("PRAGMA user_version") == std::to_string(kSchemaVersion));
    CHECK(database.value_of("SELECT entries FROM usage WHERE kind = 'direct'") ==
          std::to_string(kEntries / 2));
    CHECK(database.value_of("SELECT wide_after FROM wide_spans WHERE conversation = 2") ==
          std::to_string(kEntries));
}

TEST_CASE("a store of version 2 keeps what it has and has queues when it becomes version 3") {
    TemporaryDirectory directory;
    const auto path = directory.path() / "store";
    write_version_1(path);
    {
        Database database(path / "causeway.db", Access::kWrite, Durability::kProcess, 1024);
        SeededRandom random(7);
        migrate(database, random, 2);
        CHECK(database.value_of("PRAGMA user_version") == "2");
        CHECK(database.value_of("SELECT count(*) FROM usage WHERE kind = 'queue'") == "0");
    }
    {
        StoreUnderTest store(options_of(path));
        CHECK(store.queues().empty());
        check_all_there(store);
        const Offset kept = store.append(to_queue("work", "a")).offset;
        CHECK(value(kept) == kEntries + 2);
        (void)store.append(to_queue("work", "b"));
        SettleQueue settle{.destination = "/queue/work", .done = {kept}, .returned = {}, .dead = {}};
        CHECK(std::get<Settled>(store.submit(settle)).removed == 1);
        CHECK(store.queue("work").count == 1);
    }
    Database database(path / "causeway.db", Access::kRead, Durability::kProcess, 1024);
    CHECK(database.value_of("PRAGMA user_version") == "3");
    CHECK(database.value_of("SELECT entries || ' ' || swept_to FROM usage WHERE kind = 'queue'") ==
          "1 " + std::to_string(kEntries));
}

}  // namespace causeway::storage
