#include "broker/admin/process_stats.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace causeway::admin {

namespace {

// Fields of /proc/self/stat from the third on (state); proc(5) numbers them from 1.
struct StatLine {
    explicit StatLine(const std::string& line) {
        // The second field is the program's name in brackets and may itself hold blanks and brackets.
        const std::size_t name_end = line.rfind(')');
        if (name_end != std::string::npos) rest.str(line.substr(name_end + 1));
        std::string word;
        while (count < 22 && rest >> word) words[count++] = word;
    }
    [[nodiscard]] double number(int field) const {
        const int index = field - 3;
        return index < count ? std::strtod(words[index].c_str(), nullptr) : 0;
    }
    std::istringstream rest;
    std::string words[22];
    int count = 0;
};

double boot_time() {
    std::ifstream file("/proc/stat");
    std::string word;
    while (file >> word) {
        double seconds = 0;
        if (word == "btime" && file >> seconds) return seconds;
    }
    return 0;
}

std::uint64_t count_open_files() {
    std::error_code failed;
    std::uint64_t count = 0;
    for (std::filesystem::directory_iterator it("/proc/self/fd", failed), end; !failed && it != end;
         it.increment(failed))
        ++count;
    return count > 0 ? count - 1 : 0;  // one of them was the directory itself
}

}  // namespace

ProcessStats read_process_stats() {
    ProcessStats stats;
    std::ifstream file("/proc/self/stat");
    std::string line;
    std::getline(file, line);
    const StatLine stat(line);
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    stats.cpu_seconds = (stat.number(14) + stat.number(15)) / ticks;
    stats.threads = static_cast<std::uint64_t>(stat.number(20));
    stats.start_time_seconds = boot_time() + stat.number(22) / ticks;
    stats.virtual_bytes = static_cast<std::uint64_t>(stat.number(23));
    stats.resident_bytes =
        static_cast<std::uint64_t>(stat.number(24)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    stats.open_fds = count_open_files();
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_fds = limit.rlim_cur;
    return stats;
}

}  // namespace causeway::admin
