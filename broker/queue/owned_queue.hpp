// A queue at its owner: the decisions (Queue), what of them is on its way to the store, and who waits to
// hear that it got there. Belongs to its owner's thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/error_code.hpp"
#include "broker/queue/queue.hpp"
#include "broker/queue/queue_rules.hpp"
#include "storage/requests.hpp"

namespace causeway::queue {

// Nothing: what was settled is written. Once.
using OnSettled = std::function<void(std::optional<Refusal>)>;

class OwnedQueue {
public:
    OwnedQueue(std::string destination, QueuePolicy policy, const WindowOptions& window)
        : destination_(std::move(destination)),
          policy_(std::move(policy)),
          queue_({policy_.max_deliveries, window}) {}
    OwnedQueue(const OwnedQueue&) = delete;
    OwnedQueue& operator=(const OwnedQueue&) = delete;

    [[nodiscard]] Queue& queue() { return queue_; }
    [[nodiscard]] const Queue& queue() const { return queue_; }
    [[nodiscard]] const std::string& destination() const { return destination_; }
    [[nodiscard]] const QueuePolicy& policy() const { return policy_; }

    // Called when everything settled so far is written.
    void when_written(OnSettled on_settled) { waiting_.push_back(std::move(on_settled)); }
    // Takes what changed. Returns the dead letters that are not stored, which the caller passes on.
    [[nodiscard]] std::vector<DeadLetter> gather();
    // What is to be written now; nothing while a write is under way, or there is nothing to write. Answers
    // who waits for nothing.
    [[nodiscard]] std::optional<storage::SettleQueue> next_write();
    // The write has come to this. False: it is to be tried again, later.
    bool on_written(const storage::Answer& answer);

    [[nodiscard]] bool idle() const {
        return queue_.idle() && !writing_ && unwritten_.empty() && waiting_.empty() &&
               reserved.messages == 0 && purges == 0;
    }
    // What it counts for in the account of all queues.
    [[nodiscard]] std::size_t bytes() const { return queue_.held().bytes + reserved.bytes; }

    // For its owner.
    bool dirty = false;
    std::size_t accounted = 0;       // octets in the account
    std::optional<Monotonic> alarm;  // already set
    bool rests = false;              // the store refused; wait for the alarm
    Held reserved;                   // room for what is not stored, and has not come yet
    std::size_t purges = 0;          // under way

private:
    static void answer(std::vector<OnSettled>& all, const std::optional<Refusal>& refusal);

    const std::string destination_;
    const QueuePolicy policy_;
    Queue queue_;
    Changes unwritten_;
    Changes under_way_;
    std::vector<OnSettled> waiting_;            // for the next write
    std::vector<OnSettled> waiting_under_way_;  // for the one under way
    bool writing_ = false;
};

// What tells a dead letter from what it was.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> dead_letter_headers(const std::string& from,
                                                                                   const DeadLetter& dead);
// A dead letter that is not stored, as it is put into its new queue.
[[nodiscard]] routing::MessagePtr dead_letter_message(const std::string& from, const std::string& to,
                                                      const DeadLetter& dead);

}  // namespace causeway::queue
