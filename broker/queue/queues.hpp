// The queues of a shard: those it owns, and the consumers of any queue that live here. A queue is owned by
// the shard that its destination hashes to, and everything about it is decided there; what passes between
// shards is posted, so that it arrives in order. Belongs to its shard's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "broker/queue/account.hpp"
#include "broker/queue/consumer.hpp"
#include "broker/queue/owned_queue.hpp"
#include "broker/queue/queue_numbers.hpp"
#include "broker/routing/shards.hpp"
#include "storage/store.hpp"

namespace causeway::queue {

class Queues;

// Everything referred to outlives the shards.
struct QueuesParts {
    std::size_t self;
    routing::Shards& shards;
    storage::Store& store;
    const Clock& clock;
    const QueueRules& rules;
    const QueueLimits& limits;
    Account& account;
    // Runs a task on a shard's thread: at once if that is this one, else in the order posted. Only on this
    // shard's thread: an answer to another shard is given with the answering shard's own.
    std::function<void(std::size_t shard, std::function<void(Queues&)> task)> reach;
    // The same, for answers of the store: posted in any case. Any thread.
    std::function<void(std::function<void(Queues&)> task)> post;
    // A stored entry as it is delivered; null if it cannot be understood.
    std::function<routing::MessagePtr(const storage::QueueEntry&, const std::string& destination)> message_of;
};

// What a consumer says of messages that it was given.
struct Settlement {
    enum class What : std::uint8_t {
        kDone,      // also where the store knows already
        kAgain,     // to its place, after `delay`; without one after the queue's own
        kRejected,  // for good
    };
    What what = What::kDone;
    std::vector<Place> places;
    std::optional<Milliseconds> delay;
};

// Why there is no room, and for which of the messages.
struct NoRoom {
    std::size_t message;
    Refusal refusal;
};
// Nothing: it is reserved. Once.
using OnReserved = std::function<void(const std::optional<NoRoom>&)>;
// How many were dropped, or why not all of them were. Once.
using OnPurged = std::function<void(std::variant<std::uint64_t, Refusal>)>;

class Queues {
public:
    explicit Queues(QueuesParts parts) : parts_(std::move(parts)), outgoing_(routing::kMaxShards) {}
    Queues(const Queues&) = delete;
    Queues& operator=(const Queues&) = delete;

    // Before the shards run: no message stored up to here is new.
    void starts_at(Offset stored_end) { started_at_ = newest_ = stored_end; }

    // ---- for consumers of this shard ----

    // `on_attached`: nothing, or why there can be no such consumer, which then is detached already; maybe
    // before this returns. `consumer` lives until it is detached.
    ConsumerId attach(Consumer& consumer, const std::string& destination, std::size_t prefetch,
                      OnSettled on_attached);
    // It gets nothing more; what it has goes back, but what is undecided: that can be settled until
    // release(), which must follow.
    void detach(ConsumerId id, Departure departure = {});
    // What a detached consumer left undecided and has not settled since goes back.
    void release(ConsumerId id);
    // `on_settled` (may be empty): once it is written, if there was anything to write, on this shard. With
    // no places: once everything that the consumer settled before is.
    void settle(ConsumerId id, Settlement settlement, OnSettled on_settled = {});

    // ---- for senders on this shard ----

    // Room for messages that are not stored, for all or for none of them; `on_reserved` is called on this
    // shard, maybe before this returns. Then each is put or given up.
    void reserve(const std::vector<routing::MessagePtr>& messages, OnReserved on_reserved);
    void put_reserved(const routing::MessagePtr& message);
    void give_up_reserved(const std::vector<routing::MessagePtr>& messages);

    // ---- for the owner ----

    // A message of a queue that this shard owns: stored, if it has an offset.
    void take(const routing::MessagePtr& message, const routing::OnQueued& on_queued);
    // What waits in the queue now is dropped: in the store, then here. `on_purged` is called on this shard;
    // those that consumers have by then do not come back. When the store fails what it still has is here,
    // too.
    void purge(const std::string& destination, OnPurged on_purged);
    // Delivers, reads and writes what became due in this turn. False if there was nothing to do.
    bool on_turn_end();
    // Something has happened since.
    [[nodiscard]] bool wants_turn() const { return !dirty_.empty(); }
    // Call on_time() then.
    [[nodiscard]] std::optional<Monotonic> due() const;
    void on_time(Monotonic now);

    [[nodiscard]] QueueNumbers numbers() const;
    [[nodiscard]] std::vector<QueueStatus> list() const;

private:
    struct Local {
        Consumer* consumer;  // null: it is detached, and has left something undecided
        std::string destination;
        std::size_t owner;
    };
    using Deliveries = std::vector<std::pair<ConsumerId, Delivery>>;

    [[nodiscard]] std::size_t home_of(ConsumerId id) const { return value(id) % routing::kMaxShards; }
    void deliver_here(const Deliveries& deliveries);

    OwnedQueue* find(const std::string& destination);
    // Null: queues.count are there.
    OwnedQueue* find_or_make(const std::string& destination);
    void touch(OwnedQueue& owned);
    void on_attach(ConsumerId id, const std::string& destination, std::size_t prefetch, OnSettled answer);
    void on_detach(ConsumerId id, const std::string& destination, const Departure& departure);
    void on_release(ConsumerId id, const std::string& destination);
    void on_settle(ConsumerId id, const std::string& destination, const Settlement& settlement,
                   OnSettled answer);
    [[nodiscard]] std::optional<Refusal> has_no_room(const OwnedQueue* owned,
                                                     const routing::Message& message) const;
    [[nodiscard]] Memory memory() const;
    struct Asked;
    struct Wanted;
    void on_answer(Asked& asked, std::size_t owner, std::optional<NoRoom> refused);
    std::optional<NoRoom> on_reserve(const std::vector<Wanted>& wanted);
    void on_give_up(const routing::Message& message);

    void work(OwnedQueue& owned);
    void assign(OwnedQueue& owned);
    void read(OwnedQueue& owned);
    void write(OwnedQueue& owned);
    void bury(const OwnedQueue& owned, const std::vector<DeadLetter>& dead);
    void set_alarm(OwnedQueue& owned, Monotonic due);
    void rest(OwnedQueue& owned);
    void keep_account(OwnedQueue& owned);
    void on_page(const std::string& destination, const PageWish& wish, storage::QueuePage page);
    struct Purge;
    void purge_slice(const std::shared_ptr<Purge>& purge);
    void on_slice(const std::shared_ptr<Purge>& purge, const storage::Answer& answer);
    void finish_purge(const Purge& purge, std::optional<Refusal> refusal);
    void send_out();

    const QueuesParts parts_;
    std::unordered_map<ConsumerId, Local> consumers_;  // of this shard
    std::uint64_t next_consumer_ = 1;

    std::unordered_map<std::string, std::unique_ptr<OwnedQueue>> owned_;
    std::vector<std::string> dirty_;
    std::multimap<Monotonic, std::string> alarms_;
    std::vector<Deliveries> outgoing_;  // by shard
    Offset started_at_{};
    Offset newest_{};  // no message of a queue of ours was committed beyond, as far as we were told
    QueueNumbers numbers_;
};

}  // namespace causeway::queue
