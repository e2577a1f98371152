#include "tools/bench/process_reading.hpp"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <sstream>
#include <string>

namespace causeway::bench {

namespace {

double cpu_seconds_of(const std::string& directory) {
    std::ifstream file(directory + "/stat");
    std::string line;
    std::getline(file, line);
    const std::size_t name_end = line.rfind(')');  // the name itself may hold blanks
    if (name_end == std::string::npos) return 0;
    std::istringstream rest(line.substr(name_end + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field) rest >> skipped;
    double user = 0, system = 0;
    rest >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

void add_memory(const std::string& directory, ProcessReading& sum) {
    std::ifstream file(directory + "/smaps_rollup");
    std::string word;
    while (file >> word) {
        std::uint64_t kilobytes = 0;
        if (word == "Rss:" && file >> kilobytes)
            sum.resident_bytes += kilobytes * 1024;
        else if (word == "Pss:" && file >> kilobytes)
            sum.proportional_bytes += kilobytes * 1024;
    }
}

}  // namespace

ProcessReading read_processes(const std::vector<int>& pids) {
    ProcessReading sum;
    for (const int pid : pids) {
        const std::string directory = "/proc/" + std::to_string(pid);
        sum.cpu_seconds += cpu_seconds_of(directory);
        add_memory(directory, sum);
    }
    return sum;
}

double own_cpu_seconds() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

std::uint64_t now_ns() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000ULL + static_cast<std::uint64_t>(t.tv_nsec);
}

}  // namespace causeway::bench
