// What the users say: new messages while there is time, and again, under the same clientMsgId and in the same
// order, what a connection that broke left without a RECEIPT.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/swarm.hpp"
#include "tools/soak/options.hpp"
#include "tools/soak/plan.hpp"
#include "tools/soak/recorder.hpp"

namespace causeway::soak {

class Talk {
public:
    // All outlive this object.
    Talk(const Options& options, const Plan& plan, bench::Swarm& swarm, Recorder& recorder);

    // One message of a random user in a random conversation of his; nothing if he is away or too many of his
    // wait for their RECEIPT. True: it was sent.
    bool say();
    // His client is connected: what waits is sent again.
    void resume(std::uint64_t user);
    // "m…" of a RECEIPT. True when it was the first for its message.
    bool on_receipt(std::string_view message, std::string_view sequence);
    // "m…" that was refused: sent again by retry().
    void on_refused(std::string_view message);
    // What was refused a while ago, for users who are here.
    void retry(std::uint64_t now);

    // Messages without a RECEIPT.
    [[nodiscard]] std::uint64_t waiting() const { return waiting_; }

private:
    struct Message {
        std::uint64_t conversation;
        std::uint64_t user;
        bool receipted = false;
    };
    void send(std::uint64_t number);

    const Options& options_;
    const Plan& plan_;
    bench::Swarm& swarm_;
    Recorder& recorder_;
    std::vector<std::vector<std::uint64_t>> conversations_of_;  // users
    std::vector<std::deque<std::uint64_t>> unreceipted_;        // of users, in the order said
    std::vector<Message> messages_;
    std::vector<std::uint64_t> refused_;
    std::uint64_t retry_at_ = 0;
    std::uint64_t random_;
    std::uint64_t waiting_ = 0;
};

// A whole number, or 0.
[[nodiscard]] std::uint64_t number_of(std::string_view text);

}  // namespace causeway::soak
