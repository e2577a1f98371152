// A message on its way to one consumer of its queue.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

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

// What becomes of what a consumer had when it goes: all goes back to its place, but what is undecided.
struct Departure {
    std::vector<Place> unsent{};     // it never left the broker
    std::vector<Place> undecided{};  // a COMMIT that is under way settles it; it is held until release()
    std::optional<Place> begun{};    // it was lost at work on this one: a failed delivery
};

}  // namespace causeway::queue
