// A settled message never comes back after its commit, an unsettled one always does; what is done together
// is there altogether or not at all: whenever the process or the power goes.
// CAUSEWAY_SEED makes it other, CAUSEWAY_LONG longer.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <random>

#include "tests/storage/care_verbs.hpp"
#include "tests/storage/power_loss_disk.hpp"
#include "tests/storage/queue_work.hpp"

namespace causeway::storage {

namespace {

std::uint64_t seed() {
    const char* const text = std::getenv("CAUSEWAY_SEED");
    return text == nullptr ? 20'240'601 : std::strtoull(text, nullptr, 10);
}

bool is_long() { return std::getenv("CAUSEWAY_LONG") != nullptr; }

StoreOptions options_in(const std::filesystem::path& path) {
    StoreOptions options;
    options.path = path;
    options.min_free_bytes = 0;
    options.page_bytes = 64 << 20;
    options.checkpoint_pages = 25;
    options.truncate_pages = 60;
    options.reopen_after = std::chrono::milliseconds(1);
    options.reopen_at_most = std::chrono::milliseconds(2);
    return options;
}

// The child: works without end, writes every event to the pipe before anything that follows from it.
[[noreturn]] void work_until_killed(const std::filesystem::path& path, std::uint64_t first, int pipe) {
    const SystemClock clock;
    SystemRandom random;
    SqliteStore store(options_in(path), {}, clock, random);
    QueueWorker worker(store, [pipe](const WorkEvent& event) {
        if (::write(pipe, &event, sizeof event) != static_cast<ssize_t>(sizeof event)) ::_exit(1);
    });
    for (std::uint64_t number = first;; ++number) {
        worker.work(number);
        worker.wait_for(64);
    }
}

// Kills a working child after `count` events.
void work_and_kill(const std::filesystem::path& path, std::uint64_t first, std::size_t count,
                   QueueJudge& judge) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        work_until_killed(path, first, ends[1]);
    }
    ::close(ends[1]);
    WorkEvent event{};
    std::size_t events = 0;
    while (::read(ends[0], &event, sizeof event) == static_cast<ssize_t>(sizeof event)) {
        judge.add(event);
        if (++events == count) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
}

// Works until the power is gone or there is no more to do.
void work_until_dark(const StoreOptions& options, PowerLossDisk& disk, std::mt19937_64& random,
                     std::uint64_t first, QueueJudge& judge) {
    SharedClock clock;
    SeededRandom ids(random());
    try {
        SqliteStore store(options, {}, clock, ids);
        QueueWorker worker(store, [&judge](const WorkEvent& event) { judge.add(event); });
        for (std::uint64_t i = 0; i < 60 && disk.has_power(); ++i) {
            worker.work(first + i);
            worker.wait_for(random() % 8);
        }
        worker.wait_for(0);
    } catch (const Error&) {
        // The power went while it was opened.
    }
}

}  // namespace

TEST_CASE("kill -9 under load: settled is settled, the rest is there, together is together") {
    std::mt19937_64 random(seed());
    TemporaryDirectory directory;
    QueueJudge judge;
    std::uint64_t first = 1;
    for (int cycle = 0; cycle < (is_long() ? 50 : 4); ++cycle) {
        CAPTURE(cycle);
        work_and_kill(directory.path(), first, 200 + random() % 2000, judge);
        first += 1'000'000;
        StoreUnderTest store(options_in(directory.path()));
        CHECK(judge.judge(store) > 50);
        CHECK(faults_of(store) == std::vector<std::string>{});
    }
}

TEST_CASE("whenever the power goes: settled is settled, the rest is there, together is together") {
    std::mt19937_64 random(seed());
    std::size_t looked_for = 0;
    for (int cuts = is_long() ? 2'000 : 30; cuts > 0;) {
        const TemporaryDirectory directory;
        PowerLossDisk disk(random());
        const StoreOptions options = options_in(directory.path());
        QueueJudge judge;
        for (std::size_t times = 1 + random() % 6; times > 0 && cuts > 0; --times, --cuts) {
            CAPTURE(cuts);
            disk.loses_power_after(random() % 700);
            work_until_dark(options, disk, random, static_cast<std::uint64_t>(cuts) * 1000, judge);
            disk.comes_back();
            {
                StoreUnderTest store(options);
                looked_for += judge.judge(store);
                CHECK(faults_of(store) == std::vector<std::string>{});
            }
            disk.comes_back();
        }
    }
    CHECK(looked_for > 300);
}

}  // namespace causeway::storage
