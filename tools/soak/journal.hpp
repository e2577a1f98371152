// The events of a run in a file. What flush() wrote survives this process; it is not synced to the disk.
#pragma once

#include <functional>
#include <string>

#include "tools/soak/event.hpp"

namespace causeway::soak {

class Journal {
public:
    enum class Open : std::uint8_t { kNew, kAppend };

    // Empty path: nothing is written. Throws std::runtime_error, also when a new file exists already.
    Journal(const std::string& path, Open how);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    void add(const Event& event);
    // Throws std::runtime_error when the disk does not take it.
    void flush();

private:
    const std::string path_;
    int fd_ = -1;
    std::string waiting_;
};

// Every whole line, in order; a broken last line is the moment of a crash and is left out. Throws
// std::runtime_error for a file that cannot be read or is no journal.
void read_journal(const std::string& path, const std::function<void(const Event&)>& on_event);

}  // namespace causeway::soak
