// What the kernel says of this process (/proc/self). A value that cannot be read is 0.
#pragma once

#include <cstdint>

namespace causeway::admin {

struct ProcessStats {
    double cpu_seconds = 0;
    std::uint64_t resident_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    std::uint64_t open_fds = 0;
    std::uint64_t max_fds = 0;
    std::uint64_t threads = 0;
    double start_time_seconds = 0;  // since 1970
};

[[nodiscard]] ProcessStats read_process_stats();

}  // namespace causeway::admin
