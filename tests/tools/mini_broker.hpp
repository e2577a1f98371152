// A STOMP broker of a hundred lines for tests of the load generator: exact destinations, private messages
// with a log for each user, and faults on demand. One thread, blocking poll(), a loopback port.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

namespace causeway::bench {

enum class Fault { kNone, kDrop, kRepeat, kSwap, kDamage };

class MiniBroker {
public:
    // Every tenth delivery suffers the fault.
    explicit MiniBroker(Fault fault = Fault::kNone);
    ~MiniBroker();
    MiniBroker(const MiniBroker&) = delete;
    MiniBroker& operator=(const MiniBroker&) = delete;

    [[nodiscard]] std::string url() const;

private:
    struct Peer {
        int fd;
        bool upgraded = false;
        std::string in;
        std::string user;
        std::string destination;  // of its one subscription
        std::string held;         // a delivery that a later one overtakes
        std::size_t credit = 0;   // of a queue's consumer
    };
    void serve();
    void accept_one();
    [[nodiscard]] bool read_from(Peer& peer);
    [[nodiscard]] bool take(Peer& peer);
    void on_frame(Peer& peer, std::string_view text);
    void on_send(std::string_view destination, std::string_view body);
    void deliver(Peer& peer, std::string_view body, bool acknowledged = false);
    void serve_queues();

    const Fault fault_;
    int listener_;
    int stop_[2];
    std::uint64_t deliveries_ = 0;
    std::vector<Peer> peers_;
    std::unordered_map<std::string, std::vector<std::string>> logs_;  // by user
    std::deque<std::pair<std::string, std::string>> queued_;          // destination and body
    std::size_t turn_ = 0;                                            // of consumers
    std::thread thread_;
};

}  // namespace causeway::bench
