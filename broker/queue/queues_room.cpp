// What comes into the queues of a shard: whether there is room for it, and for whom room is kept.
#include <algorithm>
#include <cassert>
#include <utility>

#include "broker/queue/message_size.hpp"
#include "broker/queue/queues.hpp"

namespace causeway::queue {

std::optional<Refusal> Queues::has_no_room(const OwnedQueue* owned, const routing::Message& message) const {
    const QueueLimits& limits = parts_.limits;
    const auto full = [](const char* key, std::size_t limit, const char* what) {
        return Refusal{ErrorCode::kSendFailed, std::string(key) + " = " + std::to_string(limit) + ": " + what,
                       "destination"};
    };
    if (owned == nullptr) return full("queues.count", limits.count, "as many queues are in use");
    const Held& held = owned->queue().held_volatile();
    const Held& reserved = owned->reserved;
    if (held.messages + reserved.messages >= limits.messages)
        return full("queues.messages", limits.messages, "the queue holds as many messages in memory");
    const std::size_t size = size_of(message);
    if (held.bytes + reserved.bytes + size > limits.bytes)
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

// One of several messages for which room is wanted.
struct Queues::Wanted {
    std::size_t number;
    routing::MessagePtr message;
};

// What owners were asked, until all of them have answered.
struct Queues::Asked {
    std::vector<std::vector<Wanted>> of_owner;
    std::size_t answers;  // that are missing
    OnReserved on_reserved;
    std::vector<routing::MessagePtr> granted{};
    std::optional<NoRoom> refused{};
};

void Queues::reserve(const std::vector<routing::MessagePtr>& messages, OnReserved on_reserved) {
    std::vector<std::vector<Wanted>> of_owner(parts_.shards.count());
    for (std::size_t i = 0; i < messages.size(); ++i)
        of_owner[parts_.shards.owner_of(messages[i]->destination)].push_back({i, messages[i]});
    const auto owners = std::count_if(of_owner.begin(), of_owner.end(),
                                      [](const std::vector<Wanted>& wanted) { return !wanted.empty(); });
    if (owners == 0) return on_reserved(std::nullopt);
    const auto asked = std::make_shared<Asked>(
        Asked{std::move(of_owner), static_cast<std::size_t>(owners), std::move(on_reserved)});
    for (std::size_t owner = 0; owner < asked->of_owner.size(); ++owner) {
        if (asked->of_owner[owner].empty()) continue;
        parts_.reach(owner, [asked, owner, home = parts_.self](Queues& there) {
            auto refused = there.on_reserve(asked->of_owner[owner]);
            there.parts_.reach(home, [asked, owner, refused = std::move(refused)](Queues& here) {
                here.on_answer(*asked, owner, refused);
            });
        });
    }
}

// The first refusal is the one that is told.
void Queues::on_answer(Asked& asked, std::size_t owner, std::optional<NoRoom> refused) {
    if (!refused)
        for (const Wanted& wanted : asked.of_owner[owner]) asked.granted.push_back(wanted.message);
    else if (!asked.refused)
        asked.refused = std::move(refused);
    if (--asked.answers > 0) return;
    if (asked.refused) give_up_reserved(asked.granted);
    std::exchange(asked.on_reserved, {})(asked.refused);
}

std::optional<NoRoom> Queues::on_reserve(const std::vector<Wanted>& wanted) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const routing::Message& message = *wanted[i].message;
        OwnedQueue* const owned = find_or_make(message.destination);
        if (auto refusal = has_no_room(owned, message)) {
            ++numbers_.refused;
            if (owned != nullptr) touch(*owned);
            for (std::size_t before = 0; before < i; ++before) on_give_up(*wanted[before].message);
            return NoRoom{wanted[i].number, *std::move(refusal)};
        }
        owned->reserved.add(size_of(message));
        keep_account(*owned);
    }
    return std::nullopt;
}

void Queues::on_give_up(const routing::Message& message) {
    OwnedQueue* const owned = find(message.destination);
    assert(owned != nullptr && owned->reserved.messages > 0);
    owned->reserved.remove(std::min(owned->reserved.bytes, size_of(message)));
    if (owned->reserved.messages == 0) owned->reserved.bytes = 0;
    keep_account(*owned);
    touch(*owned);
}

void Queues::put_reserved(const routing::MessagePtr& message) {
    parts_.reach(parts_.shards.owner_of(message->destination), [message](Queues& there) {
        there.on_give_up(*message);
        OwnedQueue& owned = *there.find(message->destination);
        owned.queue().put(message);
        there.keep_account(owned);
    });
}

void Queues::give_up_reserved(const std::vector<routing::MessagePtr>& messages) {
    for (const routing::MessagePtr& message : messages)
        parts_.reach(parts_.shards.owner_of(message->destination),
                     [message](Queues& there) { there.on_give_up(*message); });
}

Memory Queues::memory() const {
    return parts_.account.bytes.load() >= parts_.limits.memory ? Memory::kShort : Memory::kEnough;
}

void Queues::keep_account(OwnedQueue& owned) {
    const std::size_t now = owned.bytes();
    parts_.account.bytes.fetch_add(now - owned.accounted);  // unsigned: also less
    owned.accounted = now;
}

}  // namespace causeway::queue
