// What is counted of queues, and what operators are told of one.
#pragma once

#include <cstdint>
#include <string>

namespace causeway::queue {

struct QueueNumbers {
    // Only ever grow.
    std::uint64_t delivered = 0;
    std::uint64_t redelivered = 0;  // of them
    std::uint64_t acked = 0;
    std::uint64_t dead_lettered = 0;  // moved to a dead-letter queue
    std::uint64_t dropped = 0;        // would have been, where there is none
    std::uint64_t refused = 0;        // for want of room
    // What there is now, in memory.
    std::uint64_t queues = 0;
    std::uint64_t ready = 0;
    std::uint64_t delayed = 0;
    std::uint64_t unacked = 0;
    std::uint64_t consumers = 0;
    std::uint64_t bytes = 0;
};

struct QueueStatus {
    std::string destination;
    std::uint64_t ready = 0;  // in memory; of a long stored queue the rest is in the store
    std::uint64_t delayed = 0;
    std::uint64_t unacked = 0;
    std::uint64_t consumers = 0;
    std::uint64_t bytes = 0;  // in memory
};

}  // namespace causeway::queue
