// What a COMMIT that is under way settles in queues, for consumers that go before it has come to its end:
// they leave it behind undecided, and conclude() decides. One per COMMIT; on its shard's thread.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "broker/queue/queues.hpp"

namespace causeway::session {

class QueuePledges {
public:
    void add(queue::ConsumerId consumer, queue::Settlement settlement) {
        pledges_.push_back({consumer, std::move(settlement)});
    }
    // The consumer goes now: what is to be left undecided.
    [[nodiscard]] std::vector<queue::Place> leave_behind(queue::ConsumerId consumer) {
        std::vector<queue::Place> places;
        for (const Pledge& pledge : pledges_)
            if (pledge.consumer == consumer)
                places.insert(places.end(), pledge.settlement.places.begin(), pledge.settlement.places.end());
        if (!places.empty()) gone_.push_back(consumer);
        return places;
    }
    enum class Outcome : bool { kRefused, kCommitted };
    // The COMMIT has come to its end. Once.
    void conclude(queue::Queues& queues, Outcome outcome) {
        const auto has_gone = [this](queue::ConsumerId consumer) {
            return std::find(gone_.begin(), gone_.end(), consumer) != gone_.end();
        };
        if (outcome == Outcome::kCommitted)
            for (Pledge& pledge : pledges_)
                if (has_gone(pledge.consumer)) queues.settle(pledge.consumer, std::move(pledge.settlement));
        for (const queue::ConsumerId consumer : gone_) queues.release(consumer);
    }

private:
    struct Pledge {
        queue::ConsumerId consumer;
        queue::Settlement settlement;
    };
    std::vector<Pledge> pledges_;
    std::vector<queue::ConsumerId> gone_;
};

}  // namespace causeway::session
