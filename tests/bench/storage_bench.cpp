// What an append and a page cost: rows per second of this process's CPU time, for both
// durabilities and several sizes of a commit. Plain figures on stdout, one line each.
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/base/message_id.hpp"
#include "broker/base/random.hpp"
#include "storage/sqlite_store.hpp"

namespace causeway::storage {
namespace {

constexpr std::size_t kUsers = 1000;
constexpr std::size_t kPage = 200;

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double wall_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Stopwatch {
public:
    void print(const char* what, const char* durability, std::size_t batch, std::size_t rows) const {
        const double cpu = cpu_seconds() - cpu_;
        const double wall = wall_seconds() - wall_;
        const auto n = static_cast<double>(rows);
        std::printf("%-8s %-8s batch %4zu: %8.0f rows/CPU-s %6.2f us CPU each %8.0f rows/s\n", what,
                    durability, batch, n / cpu, 1e6 * cpu / n, n / wall);
        std::fflush(stdout);
    }

private:
    double cpu_ = cpu_seconds();
    double wall_ = wall_seconds();
};

// Lets `at_most` requests be on their way.
class Window {
public:
    explicit Window(std::size_t at_most) : free_(at_most), size_(at_most) {}
    void enter() {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return free_ > 0; });
        --free_;
    }
    void leave() {
        const std::lock_guard lock(mutex_);
        if (++free_ == size_ / 2 || free_ == size_) wake_.notify_one();
    }
    void wait_for_all() {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return free_ == size_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::size_t free_;
    const std::size_t size_;
};

std::string user(std::size_t n) { return "user-" + std::to_string(n); }

Append message(MessageIds& ids, const Clock& clock, std::size_t n) {
    Append append;
    append.command = "private-message";
    append.sender = user(n % kUsers);
    append.receiver = user((n % kUsers + 1 + n / kUsers % 10) % kUsers);
    append.client_msg_id = "client-message-" + std::to_string(n);
    append.body_digest.assign(32, static_cast<char>(n));
    append.envelope.set_messageid(ids.next());
    append.envelope.set_senderid(append.sender);
    append.envelope.set_receiverid(append.receiver);
    append.envelope.set_clientmessageid(append.client_msg_id);
    append.envelope.set_timestamp(to_ms(clock.wall()));
    append.envelope.mutable_chat()->set_content(R"({"content":")" + std::string(128, 'x') +
                                                R"(","contentExtra":null})");
    return append;
}

// `n` goes on over the runs, so that client message ids stay unique.
void measure_appends(SqliteStore& store, const char* durability, std::size_t batch, std::size_t rows,
                     std::size_t& n) {
    const SystemClock clock;
    SystemRandom random;
    MessageIds ids(clock, random);
    Window window(batch * 2);
    std::atomic<std::size_t> refused{0};
    const Stopwatch watch;
    for (std::size_t i = 0; i < rows; ++i) {
        window.enter();
        store.submit(message(ids, clock, n++), [&](const Answer& answer) {
            if (!std::holds_alternative<Appended>(answer)) ++refused;
            window.leave();
        });
    }
    window.wait_for_all();
    watch.print("append", durability, batch, rows);
    if (refused > 0) std::printf("REFUSED %zu\n", refused.load());
}

void measure_pages(SqliteStore& store, const char* durability, std::size_t pages) {
    Window window(8);
    std::atomic<std::size_t> entries{0};
    const Stopwatch watch;
    for (std::size_t i = 0; i < pages; ++i) {
        window.enter();
        store.read_log({Log::Kind::kPrivateMessages, user(i % kUsers), {}}, Offset{0}, kPage,
                       [&](const std::variant<LogPage, ReadFailed>& page) {
                           if (const auto* read = std::get_if<LogPage>(&page))
                               entries += read->entries.size();
                           window.leave();
                       });
    }
    window.wait_for_all();
    watch.print("read", durability, kPage, entries);
}

void measure(const std::filesystem::path& directory, Durability durability, std::size_t rows) {
    const char* name = durability == Durability::kPower ? "power" : "process";
    std::size_t n = 0;
    for (const std::size_t batch : {8, 32, 128, 500}) {
        StoreOptions options;
        options.path = directory / name;
        options.durability = durability;
        options.batch_limit = batch;
        const SystemClock clock;
        SystemRandom random;
        SqliteStore store(
            options, [](const std::vector<Committed>&) {}, clock, random);
        measure_appends(store, name, batch, rows, n);
        if (batch == 500) measure_pages(store, name, 5000);
    }
}

}  // namespace
}  // namespace causeway::storage

// storage_bench DIRECTORY [ROWS per run]
int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "storage_bench DIRECTORY [ROWS]\n");
        return 2;
    }
    const std::size_t rows = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
    for (const auto durability :
         {causeway::storage::Durability::kPower, causeway::storage::Durability::kProcess})
        causeway::storage::measure(argv[1], durability, rows);
    return 0;
}
