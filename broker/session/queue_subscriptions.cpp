#include "broker/session/queue_subscriptions.hpp"

#include <utility>

#include "broker/session/session.hpp"

namespace causeway::session {

namespace {

queue::Settlement settlement_of(const Acknowledgement& ack, std::vector<queue::Place> places) {
    using What = queue::Settlement::What;
    if (ack.answer == AckLedger::Answer::kAck) return {What::kDone, std::move(places), ack.delay};
    return {ack.requeue ? What::kAgain : What::kRejected, std::move(places), ack.delay};
}

}  // namespace

void QueueSubscription::deliver(const queue::Delivery& delivery) {
    session().deliver_queued(*this, delivery);
}

QueueSubscription* QueueSubscriptions::find(std::uint64_t serial) {
    for (const auto& subscription : session_.subscriptions_)
        if (auto* const found = subscription->as_queue(); found != nullptr && found->serial() == serial)
            return found;
    return nullptr;
}

template <typename Do>
void QueueSubscriptions::for_each(Do&& what) const {
    for (const auto& subscription : session_.subscriptions_)
        if (auto* const found = subscription->as_queue()) what(*found);
}

void QueueSubscriptions::open(QueueSubscription& subscription, const Origin& origin) {
    Services& services = session_.services_;
    const std::uint64_t opened = subscription.serial();
    const queue::ConsumerId consumer = services.queues.attach(
        subscription, subscription.destination(), subscription.prefetch(),
        [&services, id = session_.id_, serial = subscription.serial(),
         origin](const std::optional<Refusal>& refusal) {
            Session* const session = services.find(id);
            QueueSubscription* const found = session != nullptr ? session->queued_.find(serial) : nullptr;
            if (found == nullptr) return;
            if (!refusal) return session->send_receipt(origin.receipt);
            session->end_subscription(*found);
            session->refuse(*refusal, origin);
        });
    // It may have been refused meanwhile.
    if (QueueSubscription* const still = find(opened)) still->consumer = consumer;
}

// A client that does not read is not closed for what its prefetch lets it have: that waits here.
bool QueueSubscriptions::has_room() const {
    return session_.transport_.queued() < session_.services_.limits.outgoing_bytes / 2;
}

void QueueSubscriptions::deliver(QueueSubscription& subscription, const queue::Delivery& delivery) {
    if (session_.ended()) return;
    if (subscription.waiting.empty() && has_room()) return send(subscription, delivery);
    subscription.waiting.push_back(delivery);
    session_.transport_.tell_drained();
}

void QueueSubscriptions::on_drained() {
    if (!session_.transport_.answers_pings()) {
        on_pinged();
        on_pong();
    }
    for_each([this](QueueSubscription& subscription) {
        while (!subscription.waiting.empty() && has_room()) {
            const queue::Delivery next = std::move(subscription.waiting.front());
            subscription.waiting.pop_front();
            send(subscription, next);
        }
        if (!subscription.waiting.empty()) session_.transport_.tell_drained();
    });
}

void QueueSubscriptions::send(QueueSubscription& subscription, const queue::Delivery& delivery) {
    routing::Headers extra;
    if (delivery.redelivered) extra.emplace_back("redelivered", "true");
    if (delivery.failed > 0) extra.emplace_back("delivery-count", std::to_string(delivery.failed + 1));
    AckLedger* const ledger = subscription.ledger();
    if (ledger != nullptr) session_.put_ack(*ledger, *delivery.message, extra);
    subscription.on_sent(delivery.place);
    session_.send_message(subscription, delivery.message, extra);
    if (ledger != nullptr) return;
    // Where nothing proves that it arrived, that it was written has to do.
    if (!session_.transport_.answers_pings()) return session_.transport_.tell_drained();
    session_.proof_.on_delivered();
    if (subscription.is_short()) session_.proof_.hurry();
    session_.want_proof();
}

void QueueSubscriptions::on_pinged() {
    for_each([](QueueSubscription& subscription) { subscription.on_pinged(); });
}

void QueueSubscriptions::on_pong() {
    for_each([this](QueueSubscription& subscription) {
        if (subscription.ledger() != nullptr) return;
        if (auto places = subscription.take_proven(); !places.empty())
            session_.services_.queues.settle(subscription.consumer,
                                             {queue::Settlement::What::kDone, std::move(places), {}});
    });
}

void QueueSubscriptions::on_settled(QueueSubscription& subscription, const Acknowledgement& ack,
                                    const std::vector<AckLedger::Delivery>& deliveries,
                                    queue::OnSettled on_written) {
    session_.services_.queues.settle(subscription.consumer,
                                     settlement_of(ack, subscription.take_settled(deliveries)),
                                     std::move(on_written));
}

// A NACK takes nothing from the store by itself.
void QueueSubscriptions::pledge(const QueueSubscription& subscription, const Acknowledgement& ack,
                                const std::vector<AckLedger::Delivery>& deliveries, QueuePledges& pledges,
                                std::vector<storage::Part>& parts) {
    queue::Settlement settlement = settlement_of(ack, subscription.places_of(deliveries));
    if (settlement.places.empty()) return;
    storage::SettleQueue part{subscription.destination(), {}, {}, {}};
    if (settlement.what == queue::Settlement::What::kDone)
        for (const queue::Place& place : settlement.places)
            if (place.is_stored()) part.done.push_back(place.offset);
    if (!part.done.empty()) parts.emplace_back(std::move(part));
    pledges.add(subscription.consumer, std::move(settlement));
}

std::vector<queue::ConsumerId> QueueSubscriptions::consumers() const {
    std::vector<queue::ConsumerId> all;
    for_each([&all](const QueueSubscription& subscription) { all.push_back(subscription.consumer); });
    return all;
}

void QueueSubscriptions::on_end(QueueSubscription& subscription, Leaving how) {
    queue::Departure departure;
    if (session_.pledges_) departure.undecided = session_.pledges_->leave_behind(subscription.consumer);
    for (const queue::Delivery& delivery : subscription.waiting) departure.unsent.push_back(delivery.place);
    if (how == Leaving::kLost) departure.begun = subscription.begun(departure.undecided);
    session_.services_.queues.detach(subscription.consumer, std::move(departure));
}

}  // namespace causeway::session
