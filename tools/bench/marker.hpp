// What every message of a run carries in its body, so that its delivery can be judged: digits between
// '#' signs, which pass unchanged through JSON in JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace causeway::bench {

struct Marker {
    std::uint64_t run = 0;       // another run's messages may still lie in a log
    std::uint64_t flow = 0;      // sender, or sender and topic
    std::uint64_t sequence = 0;  // within the flow: 0, 1, 2 …
    std::uint64_t number = 0;    // within the run
    std::uint64_t due = 0;       // nanoseconds since the run began

    [[nodiscard]] bool operator==(const Marker&) const = default;
};

void append(std::string& body, const Marker& marker);

// The first marker in the body, or nothing. Numbers that were damaged do not pass: they carry a check sum.
[[nodiscard]] std::optional<Marker> find_marker(std::string_view body);

}  // namespace causeway::bench
