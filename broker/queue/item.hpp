// A message as its queue holds it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "broker/queue/place.hpp"
#include "broker/routing/message.hpp"

namespace causeway::queue {

struct Item {
    routing::MessagePtr message;  // null: the store alone has it
    Place place;
    std::uint32_t failed = 0;
    bool redelivered = false;
    bool purged = false;    // it does not come back
    std::size_t bytes = 0;  // that it costs as it is
};

// How much of it is in memory.
struct Held {
    std::size_t messages = 0;
    std::size_t bytes = 0;

    void add(std::size_t octets) {
        ++messages;
        bytes += octets;
    }
    void remove(std::size_t octets) {
        --messages;
        bytes -= octets;
    }
};

}  // namespace causeway::queue
