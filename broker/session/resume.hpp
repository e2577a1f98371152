// Where a SUBSCRIBE wants its log to begin, and where it does begin (PRODUCT 7, "Resume").
// Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "broker/base/error_code.hpp"
#include "broker/base/numbers.hpp"
#include "stomp/frame.hpp"
#include "storage/queries.hpp"

namespace causeway::session {

struct Resume {
    enum class From : std::uint8_t { kLive, kOffset, kDevice };
    From from = From::kLive;
    std::optional<Offset> after;       // kOffset; kDevice: where a device without a cursor begins
    std::optional<std::string> epoch;  // of `after`, as the client remembers it
};

// Fills `resume` from the headers resume, resume-after and epoch.
[[nodiscard]] std::optional<Refusal> read_resume(const stomp::Frame& frame, Resume& resume);

struct Beginning {
    Offset after;    // the feed begins behind this
    bool replays;    // what is in the log behind `after` comes first
    bool recovered;  // and that is everything since the wished place
};

// resume-after:0 wishes all that there is. A cursor below the floor gets what is left.
[[nodiscard]] Beginning beginning_of(const Resume& resume, const storage::LogState& state);

}  // namespace causeway::session
