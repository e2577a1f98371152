// Whether the file system has room: what would grow is refused while there is still space for what
// makes room (deletes, cursors, the outbox) and for other programs. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace causeway::storage {

class FreeSpace {
public:
    // Short below `min_free` bytes, until there are twice as many. 0: never.
    FreeSpace(std::filesystem::path directory, std::uint64_t min_free);

    // Asks the file system, once a second at most. A file system that gives no answer is not short.
    void look();
    [[nodiscard]] bool is_short() const { return short_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    // What is wrong and what to do, for the log.
    [[nodiscard]] std::string reason() const;

private:
    const std::filesystem::path directory_;
    const std::uint64_t min_free_;
    std::uint64_t bytes_ = 0;
    bool short_ = false;
    std::chrono::steady_clock::time_point look_again_at_{};
};

// Bytes that an unprivileged program may still write below `path`; the greatest number when unknown.
[[nodiscard]] std::uint64_t free_bytes_at(const std::filesystem::path& path);

}  // namespace causeway::storage
