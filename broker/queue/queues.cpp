// Consumers, and the calls that cross shards.
#include "broker/queue/queues.hpp"

#include <algorithm>

#include "broker/queue/message_size.hpp"

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

void Queues::detach(ConsumerId id, Leaving how, std::vector<Place> unsent) {
    const auto found = consumers_.find(id);
    if (found == consumers_.end()) return;
    const Local local = std::move(found->second);
    consumers_.erase(found);
    parts_.reach(local.owner, [id, destination = local.destination, how, unsent = std::move(unsent)](
                                  Queues& there) { there.on_detach(id, destination, how, unsent); });
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
        if (const auto found = consumers_.find(id); found != consumers_.end())
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

void Queues::on_detach(ConsumerId id, const std::string& destination, Leaving how,
                       const std::vector<Place>& unsent) {
    OwnedQueue* const owned = find(destination);
    if (owned == nullptr) return;
    owned->queue().remove_consumer(id, how, unsent);
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

std::optional<Refusal> Queues::has_no_room(const OwnedQueue* owned, const routing::Message& message) const {
    const QueueLimits& limits = parts_.limits;
    const auto full = [](const char* key, std::size_t limit, const char* what) {
        return Refusal{ErrorCode::kSendFailed, std::string(key) + " = " + std::to_string(limit) + ": " + what,
                       "destination"};
    };
    if (owned == nullptr) return full("queues.count", limits.count, "as many queues are in use");
    const Held& held = owned->queue().held_volatile();
    if (held.messages >= limits.messages)
        return full("queues.messages", limits.messages, "the queue holds as many messages in memory");
    const std::size_t size = size_of(message);
    if (held.bytes + size > limits.bytes)
        return full("queues.bytes", limits.bytes, "the queue holds as many octets in memory");
    if (parts_.account.bytes.load() + size > limits.memory)
        return full("queues.memory", limits.memory, "all queues together hold as many octets in memory");
    return std::nullopt;
}

void Queues::take(const routing::MessagePtr& message, const routing::OnQueued& on_queued) {
    if (message->offset) {
        newest_ = std::max(newest_, *message->offset);
        // Nobody listens to a queue that is not here: the store has it.
        if (OwnedQueue* const owned = find(message->destination)) {
            owned->queue().on_committed(message, memory());
            keep_account(*owned);
            touch(*owned);
        }
        if (on_queued) on_queued(std::nullopt);
        return;
    }
    OwnedQueue* const owned = find_or_make(message->destination);
    auto refusal = has_no_room(owned, *message);
    if (refusal) {
        ++numbers_.refused;
        if (owned != nullptr) touch(*owned);
    } else {
        owned->queue().put(message);
        keep_account(*owned);
        touch(*owned);
    }
    if (on_queued) on_queued(std::move(refusal));
}

Memory Queues::memory() const {
    return parts_.account.bytes.load() >= parts_.limits.memory ? Memory::kShort : Memory::kEnough;
}

void Queues::keep_account(OwnedQueue& owned) {
    const std::size_t now = owned.queue().held().bytes;
    parts_.account.bytes.fetch_add(now - owned.accounted);  // unsigned: also less
    owned.accounted = now;
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
