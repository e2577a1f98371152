// Messages on their way from any thread to the one that publishes them. Bounded in messages and bytes; what
// the publisher has in hand still counts, so a paused NATS cannot make it hold more.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "bridge/bridge.hpp"

namespace causeway::bridge {

class OutgoingQueue {
public:
    OutgoingQueue(std::size_t messages, std::size_t bytes) : max_messages_(messages), max_bytes_(bytes) {}

    // Any thread; never blocks. False when full or closed. Messages of one thread stay in order.
    [[nodiscard]] bool push(Outgoing message);
    // Any thread. Makes a take() that waits return, and the next one if none does.
    void wake();
    // Any thread. No push succeeds from now on, no take() waits.
    void close();
    // Any thread.
    [[nodiscard]] bool closed() const;
    [[nodiscard]] std::size_t size() const;

    // The rest is for the publishing thread.
    // The next messages, `most` at most; none if `timeout` passed, or at once if woken or closed.
    [[nodiscard]] std::vector<Outgoing> take(std::size_t most, std::chrono::milliseconds timeout);
    // Ends a take(): those before `done` are gone, the others are first in line again.
    void settle(std::vector<Outgoing> taken, std::size_t done);
    // Returns when closed or after `timeout`.
    void wait_for_close(std::chrono::milliseconds timeout);

private:
    const std::size_t max_messages_;
    const std::size_t max_bytes_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_
    std::deque<Outgoing> messages_;
    std::size_t count_ = 0;  // with those in hand
    std::size_t bytes_ = 0;
    bool woken_ = false;
    bool closed_ = false;
};

}  // namespace causeway::bridge
