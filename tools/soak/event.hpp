// One fact of a run, and its line in the journal: a letter and numbers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace causeway::soak {

enum class Fact : char {
    kRun = 'H',           // run, users, conversations
    kMember = 'V',        // conversation, user
    kAttempted = 'A',     // message, conversation, user
    kReceipted = 'R',     // message, sequence
    kRefused = 'X',       // message; it is tried again
    kListener = 'S',      // listener, place, conversation
    kReceived = 'M',      // listener, message (kForeign: none of ours), offset, sequence, redelivered
    kNotRecovered = 'G',  // listener: the broker said recovered:false where it should not
    kKilled = 'K',        // milliseconds since the start
    kCrashed = 'Z',       // the same: the broker ended by itself
    kDrained = 'D',       // every message has its RECEIPT, and the listeners had their time
    kReread = 'F',        // all conversations were read again from the start
};

// Where a message can be missed.
enum class Place : std::uint8_t { kLog, kExact, kDevice };

inline constexpr std::uint64_t kForeign = ~std::uint64_t{0};

struct Event {
    Fact fact;
    std::array<std::uint64_t, 5> numbers{};

    [[nodiscard]] bool operator==(const Event&) const = default;
};

// With its line end.
[[nodiscard]] std::string to_line(const Event& event);
// Without it. Nothing for what is no such line, such as the last one of a run that was killed.
[[nodiscard]] std::optional<Event> parse_line(std::string_view line);

}  // namespace causeway::soak
