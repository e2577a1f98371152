// What the storage benchmarks share: a watch over time and CPU, a window of requests on their way, and
// messages as they come.
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/base/message_id.hpp"
#include "broker/base/random.hpp"
#include "storage/sqlite_store.hpp"

namespace causeway::storage {

inline constexpr std::size_t kUsers = 1000;

inline double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

inline double wall_seconds() {
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

inline std::string user(std::size_t n) { return "user-" + std::to_string(n); }

inline Append message(MessageIds& ids, const Clock& clock, std::size_t n) {
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

// What appending and reading cost in a store of that many messages; filled first as far as it is not.
void measure_scale(const std::filesystem::path& directory, std::size_t messages);

}  // namespace causeway::storage
