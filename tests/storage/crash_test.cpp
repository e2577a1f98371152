#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "tests/storage/fixture.hpp"
#include "tests/support/cycles.hpp"

namespace causeway::storage {

namespace {

constexpr int kKillsOfAStore = 10;

struct Answered {
    std::uint64_t number;
    std::uint64_t offset;
    std::uint64_t sequence;
};

std::string user(std::uint64_t number) { return "user-" + std::to_string(number % 7); }

// The child: sends without end, writes every answer to the pipe, never returns.
[[noreturn]] void send_until_killed(const std::filesystem::path& path, std::uint64_t first, int pipe) {
    StoreOptions options;
    options.path = path;
    options.min_free_bytes = 0;
    const SystemClock clock;
    SystemRandom random;
    SqliteStore store(options, {}, clock, random);
    std::atomic<std::uint64_t> on_their_way{0};
    for (std::uint64_t number = first;; ++number) {
        while (on_their_way >= 64) std::this_thread::yield();
        ++on_their_way;
        Append append = to_user(user(number), "receiver", std::to_string(number));
        append.envelope.set_messageid(std::to_string(number));
        store.submit(std::move(append), [&, number](const Answer& answer) {
            const auto& appended = std::get<Appended>(answer);
            const Answered told{number, value(appended.offset), value(appended.sequence)};
            if (::write(pipe, &told, sizeof told) != static_cast<ssize_t>(sizeof told)) ::_exit(1);
            --on_their_way;
        });
    }
}

// Kills a sending child after `count` answers; returns all it gave.
std::vector<Answered> answers_before_kill(const std::filesystem::path& path, std::uint64_t first,
                                          std::size_t count) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        send_until_killed(path, first, ends[1]);
    }
    ::close(ends[1]);
    std::vector<Answered> answers;
    Answered one{};
    while (::read(ends[0], &one, sizeof one) == static_cast<ssize_t>(sizeof one)) {
        answers.push_back(one);
        if (answers.size() == count) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    return answers;
}

void check_all_there(StoreUnderTest& store, const std::map<std::uint64_t, Answered>& answered) {
    std::map<std::uint64_t, std::uint64_t> number_at;  // by offset
    std::map<std::string, std::uint64_t> last_sequence;
    std::uint64_t after = 0;
    for (bool end = false; !end;) {
        const auto page = store.page(private_log("receiver"), after, 500);
        for (const auto& entry : page.entries) {
            Envelope envelope;
            REQUIRE(envelope.ParseFromString(entry.protobuf));
            after = value(entry.offset);
            number_at[after] = std::stoull(envelope.messageid());
            REQUIRE(value(entry.sequence) == ++last_sequence[envelope.conversationid()]);
        }
        end = page.end;
    }
    std::size_t lost = 0;
    for (const auto& [number, answer] : answered) {
        const auto found = number_at.find(answer.offset);
        if (found == number_at.end() || found->second != number) ++lost;
    }
    CHECK(lost == 0);
}

template <typename Done>
bool eventually(const Done& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

StoreOptions quick_to_reopen(const std::filesystem::path& path) {
    StoreOptions options;
    options.path = path;
    options.reopen_after = std::chrono::milliseconds(1);
    options.reopen_at_most = std::chrono::milliseconds(10);
    options.min_free_bytes = 0;  // only what the disk itself says
    return options;
}

// Files cannot grow, nor be written anywhere past their first byte, while this lives.
class NoFileMayGrow {
public:
    NoFileMayGrow() {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        old_ = ::signal(SIGXFSZ, SIG_IGN);
        const rlimit tight{1, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &tight);
    }
    NoFileMayGrow(const NoFileMayGrow&) = delete;
    NoFileMayGrow& operator=(const NoFileMayGrow&) = delete;
    ~NoFileMayGrow() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, old_);
    }

private:
    rlimit before_{};
    void (*old_)(int) = SIG_DFL;
};

}  // namespace

// CAUSEWAY_SEED makes it other. All of a store is read after each kill, so it must not grow for ever.
TEST_CASE("kill -9 under load loses nothing that was answered") {
    const char* seed = std::getenv("CAUSEWAY_SEED");
    std::mt19937_64 random(seed != nullptr ? std::strtoull(seed, nullptr, 10) : 20'240'601);
    const int cycles = test::cycles(5, 500);
    std::size_t receipts = 0;
    for (int cycle = 0; cycle < cycles;) {
        TemporaryDirectory directory;
        std::map<std::uint64_t, Answered> answered;
        for (int of_this = 0; of_this < kKillsOfAStore && cycle < cycles; ++of_this, ++cycle) {
            CAPTURE(cycle);
            const auto first = 1 + static_cast<std::uint64_t>(of_this) * 1'000'000;
            for (const auto& one : answers_before_kill(directory.path(), first, 200 + random() % 2000))
                answered[one.number] = one;
            StoreUnderTest store(directory.path());
            check_all_there(store, answered);
        }
        receipts += answered.size();
    }
    CHECK(receipts >= static_cast<std::size_t>(cycles) * 200);
    MESSAGE(cycles << " kills, " << receipts << " receipts");
}

TEST_CASE("while files cannot grow requests are refused, and afterwards the store recovers by itself") {
    TemporaryDirectory directory;
    StoreUnderTest store(quick_to_reopen(directory.path()));
    const auto before = store.append(to_user("alice", "bob", "m1"));
    {
        const NoFileMayGrow full;
        CHECK(refused_with(store.submit(to_user("alice", "bob", "m2"))) == ErrorCode::kSendFailed);
        CHECK_FALSE(store.store().healthy());
        CHECK(refused_with(store.submit(to_user("alice", "bob", "m3"))) == ErrorCode::kSendFailed);
        CHECK(store.page(private_log("bob")).entries.size() == 1);  // reading goes on
    }
    REQUIRE(eventually([&] { return store.store().healthy(); }));
    const auto after = store.append(to_user("alice", "bob", "m2"));
    CHECK_FALSE(after.duplicate);
    CHECK(value(after.sequence) == value(before.sequence) + 1);
    CHECK(value(after.offset) == value(before.offset) + 1);
    CHECK(store.committed().size() == 2);
}

TEST_CASE("a full disk refuses what it cannot keep, keeps what it answered, and recovers with the space") {
    TemporaryDirectory directory;
    if (::mount("none", directory.path().c_str(), "tmpfs", 0, "size=4m,mode=0700") != 0) {
        MESSAGE("skipped: may not mount here");
        return;
    }
    const auto ballast = directory.path() / "ballast";
    std::size_t answered = 0;
    {
        StoreUnderTest store(quick_to_reopen(directory.path() / "store"));
        { std::ofstream(ballast) << std::string(1 << 20, 'x'); }
        std::optional<ErrorCode> refused;
        for (; !refused && answered < 100'000; ++answered) {
            Append append = to_user("alice", "bob");
            append.envelope.mutable_chat()->set_content(std::string(20'000, 'x'));
            const Answer answer = store.submit(append);
            if (!std::holds_alternative<Appended>(answer)) refused = refused_with(answer);
        }
        --answered;
        CHECK(refused == ErrorCode::kSendFailed);
        CHECK(answered > 10);
        std::filesystem::remove(ballast);
        CHECK(eventually(
            [&] { return std::holds_alternative<Appended>(store.submit(to_user("alice", "bob"))); }));
        ++answered;
        store.reopen();
        CHECK(store.state(private_log("bob")).store_end == Offset{answered});
    }
    ::umount(directory.path().c_str());
}

}  // namespace causeway::storage
