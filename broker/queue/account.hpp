// What all queues of the process hold together, on whichever shard. Any thread.
#pragma once

#include <atomic>
#include <cstddef>

namespace causeway::queue {

struct QueueLimits {
    std::size_t messages = 100'000;       // of one queue in memory, those that are not stored
    std::size_t bytes = 64 << 20;         // of them
    std::size_t memory = 256 << 20;       // of all queues
    std::size_t count = 10'000;           // queues in memory
    std::size_t prefetch = 32;            // of a consumer that acknowledges, if it says nothing
    std::size_t window_messages = 1'000;  // stored ones of a queue that wait in memory
    std::size_t window_bytes = 4 << 20;
};

struct Account {
    std::atomic<std::size_t> bytes{0};
    std::atomic<std::size_t> queues{0};
};

}  // namespace causeway::queue
