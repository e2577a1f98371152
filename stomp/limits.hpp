// How much a peer may send in one frame. Each limit has the configuration key that errors name.
#pragma once

#include <cstddef>
#include <limits>

namespace causeway::stomp {

struct Limits {
    static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

    std::size_t max_body = 256 * 1024;       // limits.frame_bytes
    std::size_t max_headers = 64;            // limits.headers
    std::size_t max_header_line = 8 * 1024;  // limits.header_bytes; without the end of the line
    std::size_t max_head = 32 * 1024;        // limits.head_bytes: command and headers
    std::size_t max_command = 32;            // not configurable
    std::size_t max_frame = kNone;           // limits.connect_bytes: head and body, until CONNECTED
};

}  // namespace causeway::stomp
