// A message on its way to one consumer of its queue.
#pragma once

#include <cstdint>

#include "broker/queue/place.hpp"
#include "broker/routing/message.hpp"

namespace causeway::queue {

// One consumer of one queue; unique in this process.
enum class ConsumerId : std::uint64_t {};
constexpr std::uint64_t value(ConsumerId n) { return static_cast<std::uint64_t>(n); }

struct Delivery {
    routing::MessagePtr message;
    Place place;
    std::uint32_t failed = 0;  // deliveries before this one that were refused or lost
    bool redelivered = false;  // somebody may have got it before
};

// How a consumer goes: only a loss counts as a failed delivery of what it had.
enum class Leaving : std::uint8_t { kOrderly, kLost };

}  // namespace causeway::queue
