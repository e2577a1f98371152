// Two well-behaved clients that keep talking while others misbehave: over a topic, from one shard to the
// other, each message awaited before the next is sent. On a thread of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/broker_process.hpp"
#include "tests/support/stomp_client.hpp"

namespace causeway::test {

class Canary {
public:
    // Talking already. The broker's rules must have kOpenTopics.
    explicit Canary(const BrokerProcess& broker);
    ~Canary();
    Canary(const Canary&) = delete;
    Canary& operator=(const Canary&) = delete;

    [[nodiscard]] int rounds() const { return rounds_.load(); }
    // Whether they have said `more` messages to each other from now on.
    [[nodiscard]] bool sings(int more = 5) const;
    // Ends the talk. What went wrong; empty if nothing was lost, doubled or out of order.
    [[nodiscard]] std::string stop();
    // The longest that one message took; once stopped.
    [[nodiscard]] std::chrono::milliseconds slowest() const { return slowest_; }
    // What so many of a hundred took at most; once stopped.
    [[nodiscard]] std::chrono::milliseconds percentile(int of_hundred) const;

private:
    void sing();

    StompClient sender_;
    StompClient hearer_;
    std::atomic<int> rounds_{0};
    std::atomic<bool> stopping_{false};
    std::string fault_;
    std::chrono::milliseconds slowest_{0};
    std::vector<std::chrono::milliseconds> took_;
    std::thread thread_;
};

}  // namespace causeway::test
