// Who takes messages of one queue, on its own shard's thread.
#pragma once

#include "broker/queue/delivery.hpp"

namespace causeway::queue {

class Consumer {
public:
    // Sends it or keeps it to send it later, and returns; settling comes later, by Queues::settle().
    virtual void deliver(const Delivery& delivery) = 0;

protected:
    ~Consumer() = default;
};

}  // namespace causeway::queue
