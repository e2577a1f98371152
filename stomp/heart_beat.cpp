#include "stomp/heart_beat.hpp"

#include <algorithm>

namespace causeway::stomp {

namespace {

using std::chrono::milliseconds;

std::optional<milliseconds> parse_interval(std::string_view digits) {
    if (digits.empty()) return std::nullopt;
    milliseconds interval{0};
    for (const char digit : digits) {
        if (digit < '0' || digit > '9') return std::nullopt;
        interval = std::min(interval * 10 + milliseconds(digit - '0'), kLongestHeartBeat);
    }
    return interval;
}

milliseconds agreed(milliseconds can_send, milliseconds wants) {
    if (can_send == milliseconds::zero() || wants == milliseconds::zero()) return milliseconds::zero();
    return std::max(can_send, wants);
}

}  // namespace

std::variant<HeartBeat, ProtocolError> parse_heart_beat(std::optional<std::string_view> value) {
    if (!value) return HeartBeat{};
    const auto comma = value->find(',');
    if (comma != std::string_view::npos) {
        const auto can_send = parse_interval(value->substr(0, comma));
        const auto wants = parse_interval(value->substr(comma + 1));
        if (can_send && wants) return HeartBeat{*can_send, *wants};
    }
    return ProtocolError{
        ProtocolError::Kind::kProtocol,
        "heart-beat must be two numbers of milliseconds with a comma between, such as 10000,10000"};
}

AgreedHeartBeat agree(const HeartBeat& ours, const HeartBeat& theirs) {
    return {agreed(ours.can_send_every, theirs.wants_every), agreed(theirs.can_send_every, ours.wants_every)};
}

}  // namespace causeway::stomp
