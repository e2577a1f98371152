// What a session does for its subscriptions to queues: sends what they were given while the client takes
// it, and tells the queues what became of it. A part of Session with files of its own: Session owns the
// subscriptions and is told what to drop.
#pragma once

#include <vector>

#include "broker/session/acknowledgement.hpp"
#include "broker/session/origin.hpp"
#include "broker/session/queue_pledges.hpp"
#include "broker/session/queue_subscription.hpp"

namespace causeway::session {

class QueueSubscriptions {
public:
    // A part of `session`.
    explicit QueueSubscriptions(Session& session) : session_(session) {}
    QueueSubscriptions(const QueueSubscriptions&) = delete;
    QueueSubscriptions& operator=(const QueueSubscriptions&) = delete;

    // The subscription has just been kept. Answers the SUBSCRIBE, sooner or later.
    void open(QueueSubscription& subscription, const Origin& origin);
    void deliver(QueueSubscription& subscription, const queue::Delivery& delivery);
    void on_drained();
    // A ping follows all that was sent so far; its pong has come.
    void on_pinged();
    void on_pong();
    // The client acknowledged or refused what its ledger says. `on_written` (may be empty) is called on this
    // shard when that is written.
    void on_settled(QueueSubscription& subscription, const Acknowledgement& ack,
                    const std::vector<AckLedger::Delivery>& deliveries, queue::OnSettled on_written = {});
    // What a COMMIT settles by this acknowledgement: is pledged, and what the store has to write is added.
    static void pledge(const QueueSubscription& subscription, const Acknowledgement& ack,
                       const std::vector<AckLedger::Delivery>& deliveries, QueuePledges& pledges,
                       std::vector<storage::Part>& parts);
    [[nodiscard]] std::vector<queue::ConsumerId> consumers() const;
    // The subscription ends.
    void on_end(QueueSubscription& subscription, Leaving how);

private:
    [[nodiscard]] QueueSubscription* find(std::uint64_t serial);
    template <typename Do>
    void for_each(Do&& what) const;
    void send(QueueSubscription& subscription, const queue::Delivery& delivery);
    [[nodiscard]] bool has_room() const;

    Session& session_;
};

}  // namespace causeway::session
