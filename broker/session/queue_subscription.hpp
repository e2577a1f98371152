// A client's subscription to a queue: a consumer that competes with others. Knows what it was given, what
// of that the client was sent, and what of that is not settled.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/queue/queues.hpp"
#include "broker/session/client_subscription.hpp"

namespace causeway::session {

// How a consumer goes. One that is lost may have been at work.
enum class Leaving : std::uint8_t { kOrderly, kLost };

class QueueSubscription final : public ClientSubscription, public queue::Consumer {
public:
    // `serial` tells this one from an earlier one with the same id, when an answer comes late.
    QueueSubscription(Session& session, std::shared_ptr<Encoding> encoding, std::string destination,
                      std::uint64_t serial, std::size_t prefetch, std::optional<AckLedger> ledger)
        : ClientSubscription(session, std::move(encoding), std::move(destination), false),
          serial_(serial),
          prefetch_(prefetch),
          ledger_(std::move(ledger)) {}

    // Nobody publishes to a queue's subscribers but its owner.
    void deliver(const routing::MessagePtr& /*message*/) override {}
    void deliver(const queue::Delivery& delivery) override;

    [[nodiscard]] QueueSubscription* as_queue() override { return this; }
    [[nodiscard]] AckLedger* ledger() override { return ledger_ ? &*ledger_ : nullptr; }
    [[nodiscard]] std::uint64_t serial() const { return serial_; }
    [[nodiscard]] std::size_t prefetch() const { return prefetch_; }

    // Given, and kept back until the client takes more.
    std::deque<queue::Delivery> waiting;
    queue::ConsumerId consumer{};

    void on_sent(queue::Place place) { sent_.push_back({++last_number_, place}); }
    // Half of what it may hold is at the client: the next proof is worth a ping.
    [[nodiscard]] bool is_short() const { return sent_.size() * 2 >= prefetch_; }
    // A ping follows all that was sent so far; its pong has come: what that settles.
    void on_pinged() { pinged_ = last_number_; }
    [[nodiscard]] std::vector<queue::Place> take_proven() {
        std::vector<queue::Place> places;
        for (; !sent_.empty() && sent_.front().number <= pinged_; sent_.pop_front())
            places.push_back(sent_.front().place);
        return places;
    }
    // The numbers are those of the ledger, which counts the same messages.
    // Nothing is taken.
    [[nodiscard]] std::vector<queue::Place> places_of(
        const std::vector<AckLedger::Delivery>& deliveries) const {
        std::vector<queue::Place> places;
        for (const AckLedger::Delivery& delivery : deliveries) {
            const auto found = lower_bound(delivery.number);
            if (found != sent_.end() && found->number == delivery.number) places.push_back(found->place);
        }
        return places;
    }
    // The first that the client was sent and has not settled, nor is about to: it works on that one.
    [[nodiscard]] std::optional<queue::Place> begun(const std::vector<queue::Place>& undecided) const {
        for (const Sent& sent : sent_)
            if (std::find(undecided.begin(), undecided.end(), sent.place) == undecided.end())
                return sent.place;
        return std::nullopt;
    }
    [[nodiscard]] std::vector<queue::Place> take_settled(const std::vector<AckLedger::Delivery>& deliveries) {
        std::vector<queue::Place> places;
        for (const AckLedger::Delivery& delivery : deliveries) {
            const auto found = lower_bound(delivery.number);
            if (found == sent_.end() || found->number != delivery.number) continue;
            places.push_back(found->place);
            sent_.erase(found);
        }
        return places;
    }

private:
    struct Sent {
        std::uint64_t number;
        queue::Place place;
    };
    [[nodiscard]] std::deque<Sent>::const_iterator lower_bound(std::uint64_t number) const {
        return std::lower_bound(sent_.begin(), sent_.end(), number,
                                [](const Sent& sent, std::uint64_t wanted) { return sent.number < wanted; });
    }
    const std::uint64_t serial_;
    const std::size_t prefetch_;
    std::optional<AckLedger> ledger_;  // nothing with ack:auto
    std::deque<Sent> sent_;            // not settled; ascending
    std::uint64_t last_number_ = 0;
    std::uint64_t pinged_ = 0;
};

}  // namespace causeway::session
