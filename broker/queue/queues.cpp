// Consumers, and the calls that cross shards.
#include "broker/queue/queues.hpp"

namespace causeway::queue {

ConsumerId Queues::attach(Consumer& consumer, const std::string& destination, std::size_t prefetch,
                          OnSettled on_attached) {
    // The shard's number in the id tells the owner where to deliver.
    const ConsumerId id{next_consumer_++ * routing::kMaxShards + parts_.self};
    const std::size_t owner = parts_.shards.owner_of(destination);
    consumers_.emplace(id, Local{&consumer, destination, owner});
    parts_.reach(owner, [id, destination, prefetch, home = parts_.self,
                         on_attached = std::move(on_attached)](Queues& there) {
        there.on_attach(id, destination, prefetch,
                        [&there, home, id, on_attached](const std::optional<Refusal>& refusal) {
                            there.parts_.reach(home, [id, on_attached, refusal](Queues& here) {
                                if (refusal) here.consumers_.erase(id);
                                on_attached(refusal);
                            });
                        });
    });
    return id;
}

void Queues::detach(ConsumerId id, Departure departure) {
    const auto found = consumers_.find(id);
    if (found == consumers_.end()) return;
    const Local local = found->second;
    found->second.consumer = nullptr;
    if (departure.undecided.empty()) consumers_.erase(found);
    parts_.reach(local.owner, [id, destination = local.destination, departure = std::move(departure)](
                                  Queues& there) { there.on_detach(id, destination, departure); });
}

void Queues::release(ConsumerId id) {
    const auto found = consumers_.find(id);
    if (found == consumers_.end()) return;
    const Local local = std::move(found->second);
    consumers_.erase(found);
    parts_.reach(local.owner,
                 [id, destination = local.destination](Queues& there) { there.on_release(id, destination); });
}

void Queues::settle(ConsumerId id, Settlement settlement, OnSettled on_settled) {
    const auto found = consumers_.find(id);
    if (found == consumers_.end()) {
        if (on_settled) on_settled(std::nullopt);
        return;
    }
    parts_.reach(
        found->second.owner, [id, destination = found->second.destination, settlement = std::move(settlement),
                              home = parts_.self, on_settled = std::move(on_settled)](Queues& there) {
            OnSettled answer;
            if (on_settled)
                answer = [&there, home, on_settled](const std::optional<Refusal>& refusal) {
                    there.parts_.reach(home, [on_settled, refusal](Queues&) { on_settled(refusal); });
                };
            there.on_settle(id, destination, settlement, std::move(answer));
        });
}

// A consumer that has gone is skipped: its leaving is on the way to the owner, who sends these to others.
void Queues::deliver_here(const Deliveries& deliveries) {
    for (const auto& [id, delivery] : deliveries)
        if (const auto found = consumers_.find(id);
            found != consumers_.end() && found->second.consumer != nullptr)
            found->second.consumer->deliver(delivery);
}

OwnedQueue* Queues::find(const std::string& destination) {
    const auto found = owned_.find(destination);
    return found == owned_.end() ? nullptr : found->second.get();
}

OwnedQueue* Queues::find_or_make(const std::string& destination) {
    if (OwnedQueue* const found = find(destination)) return found;
    if (parts_.account.queues.fetch_add(1) >= parts_.limits.count) {
        parts_.account.queues.fetch_sub(1);
        return nullptr;
    }
    const WindowOptions window{parts_.limits.window_messages, parts_.limits.window_bytes, newest_,
                               started_at_};
    auto made = std::make_unique<OwnedQueue>(destination, parts_.rules.of(destination), window);
    return owned_.emplace(destination, std::move(made)).first->second.get();
}

void Queues::touch(OwnedQueue& owned) {
    if (std::exchange(owned.dirty, true)) return;
    dirty_.push_back(owned.destination());
}

void Queues::on_attach(ConsumerId id, const std::string& destination, std::size_t prefetch,
                       OnSettled answer) {
    OwnedQueue* const owned = find_or_make(destination);
    if (owned == nullptr)
        return answer(Refusal{
            ErrorCode::kSubscribeFailed,
            "queues.count = " + std::to_string(parts_.limits.count) + " queues are in use; try again later",
            "destination"});
    owned->queue().add_consumer(id, prefetch);
    touch(*owned);
    answer(std::nullopt);
}

void Queues::on_detach(ConsumerId id, const std::string& destination, const Departure& departure) {
    OwnedQueue* const owned = find(destination);
    if (owned == nullptr) return;
    owned->queue().remove_consumer(id, departure);
    touch(*owned);
}

void Queues::on_release(ConsumerId id, const std::string& destination) {
    OwnedQueue* const owned = find(destination);
    if (owned == nullptr) return;
    owned->queue().release(id);
    touch(*owned);
}

void Queues::on_settle(ConsumerId id, const std::string& destination, const Settlement& settlement,
                       OnSettled answer) {
    OwnedQueue* const owned = find(destination);
    if (owned == nullptr) {
        if (answer) answer(std::nullopt);
        return;
    }
    Queue& queue = owned->queue();
    using What = Settlement::What;
    switch (settlement.what) {
        case What::kDone:
            numbers_.acked += queue.ack(id, settlement.places);
            break;
        case What::kAgain: {
            const Milliseconds delay = settlement.delay.value_or(owned->policy().redelivery_delay);
            std::optional<Monotonic> due;
            if (delay.count() > 0) due = parts_.clock.monotonic() + delay;
            queue.nack(id, settlement.places, due);
            break;
        }
        case What::kRejected:
            queue.reject(id, settlement.places);
            break;
    }
    if (answer) owned->when_written(std::move(answer));
    touch(*owned);
}

QueueNumbers Queues::numbers() const {
    QueueNumbers now = numbers_;
    now.queues = owned_.size();
    for (const auto& [destination, owned] : owned_) {
        const Queue& queue = owned->queue();
        now.ready += queue.ready();
        now.delayed += queue.delayed();
        now.unacked += queue.outstanding();
        now.consumers += queue.consumers();
        now.bytes += queue.held().bytes;
    }
    return now;
}

std::vector<QueueStatus> Queues::list() const {
    std::vector<QueueStatus> all;
    for (const auto& [destination, owned] : owned_) {
        const Queue& queue = owned->queue();
        all.push_back({destination, queue.ready(), queue.delayed(), queue.outstanding(), queue.consumers(),
                       queue.held().bytes});
    }
    return all;
}

}  // namespace causeway::queue
