// A child process: its output, its end, its use of the machine. Killed and reaped with its object, and by
// the kernel if the thread that made it dies first. What a sanitizer said in it is not lost with it
// (sanitizer_report.hpp).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/eventually.hpp"

namespace causeway::test {

struct ExitStatus {
    int code = -1;   // of exit(); -1 if a signal ended it
    int signal = 0;  // 0 if it exited
    bool operator==(const ExitStatus&) const = default;
};

struct ProcessStats {
    std::uint64_t rss_bytes = 0;
    std::uint64_t threads = 0;
    std::uint64_t descriptors = 0;
    std::chrono::milliseconds cpu{};  // user and system
};

class Process {
public:
    using Environment = std::vector<std::pair<std::string, std::string>>;

    // Started, with `environment` on top of ours. argv[0] is looked for in PATH. Throws if it cannot be run.
    explicit Process(std::vector<std::string> argv, const Environment& environment = {});
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool running();
    // All that it has written to stdout and stderr so far, in order.
    [[nodiscard]] std::string output() const;
    // The first whole line that contains `text`. Throws, with the output, at the deadline or if it ends
    // first.
    [[nodiscard]] std::string wait_for_line(const std::string& text,
                                            std::chrono::milliseconds patience = kPatience);

    void signal(int number);
    void pause();  // returns when it has stopped
    void resume();
    // SIGKILL and wait.
    void kill9();
    // Throws, with the output, at the deadline.
    ExitStatus wait_for_exit(std::chrono::milliseconds patience = kPatience);
    // What it ended with; nothing while it runs.
    [[nodiscard]] std::optional<ExitStatus> exit_status();
    // Throws if it has ended.
    [[nodiscard]] ProcessStats stats() const;

private:
    [[nodiscard]] std::string describe() const;

    std::string name_;
    int output_ = -1;
    pid_t pid_ = -1;
    std::optional<ExitStatus> status_;
};

}  // namespace causeway::test
