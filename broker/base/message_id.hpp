// Message ids: 26 characters of Crockford base 32 that sort by time of making (48 bits of
// milliseconds, then 80 random bits which count up within one millisecond). No character of
// them needs escaping in a STOMP header or a NATS subject.
#pragma once

#include <array>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/base/random.hpp"

namespace causeway {

inline constexpr std::size_t kMessageIdLength = 26;

// Makes ids that only grow, also when the wall clock jumps back. One per thread.
class MessageIds {
public:
    // Both outlive this object.
    MessageIds(const Clock& clock, Random& random) : clock_(clock), random_(random) {}
    [[nodiscard]] std::string next();

private:
    const Clock& clock_;
    Random& random_;
    std::int64_t last_ms_ = -1;
    std::array<unsigned char, 10> tail_{};
};

}  // namespace causeway
