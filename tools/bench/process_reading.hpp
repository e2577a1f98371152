// What the kernel says of other processes, by /proc. A process that is gone reads as 0.
#pragma once

#include <cstdint>
#include <vector>

namespace causeway::bench {

struct ProcessReading {
    double cpu_seconds = 0;  // user and system, all threads, in ticks of 10 ms
    std::uint64_t resident_bytes = 0;
    std::uint64_t proportional_bytes = 0;  // Pss: shared pages divided among those who share them
};

// The sum over the processes.
[[nodiscard]] ProcessReading read_processes(const std::vector<int>& pids);

// CPU time of this process.
[[nodiscard]] double own_cpu_seconds();

// Nanoseconds of the monotonic clock.
[[nodiscard]] std::uint64_t now_ns();

}  // namespace causeway::bench
