// The arithmetic of heart-beats: STOMP 1.2, "Heart-beating". The timers are the session's.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>

#include "stomp/protocol_error.hpp"

namespace causeway::stomp {

// One side's `heart-beat` header. 0 = cannot send, does not want.
struct HeartBeat {
    std::chrono::milliseconds can_send_every{0};
    std::chrono::milliseconds wants_every{0};

    bool operator==(const HeartBeat&) const = default;
};

// What both headers together mean for us. 0 = no heart-beats that way.
struct AgreedHeartBeat {
    std::chrono::milliseconds we_send_every{0};
    std::chrono::milliseconds we_expect_every{0};

    bool operator==(const AgreedHeartBeat&) const = default;
};

// The longest interval there is; what is longer counts as this. Timers of browsers hold no more.
inline constexpr std::chrono::milliseconds kLongestHeartBeat{0x7fffffff};

// The value of a `heart-beat` header; missing means 0,0. Anything but two numbers with a comma between is an
// error, blanks as well (STOMP 1.2, "Heart-beating": two positive integers separated by a comma).
[[nodiscard]] std::variant<HeartBeat, ProtocolError> parse_heart_beat(std::optional<std::string_view> value);

[[nodiscard]] AgreedHeartBeat agree(const HeartBeat& ours, const HeartBeat& theirs);

}  // namespace causeway::stomp
