// One queue: which message goes to which consumer, what waits, and what becomes of messages that were
// settled. Values in, values out: no clock, no threads, no store; who owns it writes what take_changes()
// says and reads the pages it wishes. Order is that of places; what comes back goes back to its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/queue/delayed_items.hpp"
#include "broker/queue/delivery.hpp"
#include "broker/queue/item.hpp"
#include "broker/queue/window.hpp"

namespace causeway::queue {

struct QueueOptions {
    std::uint32_t max_deliveries = 20;  // failed ones; then it is a dead letter. 0: as often as it takes
    WindowOptions window;
};

struct Assigned {
    ConsumerId consumer;
    Delivery delivery;
};

// A message that no consumer is to get any more.
struct DeadLetter {
    enum class Reason : std::uint8_t { kRejected, kMaxDeliveries };
    routing::MessagePtr message;
    Place place;
    std::uint32_t failed;
    Reason reason;
};

// What is to be written or passed on.
struct Changes {
    struct Returned {
        Offset offset;
        std::uint32_t failed;
    };
    std::vector<Offset> done;  // stored, and needed no longer
    std::vector<Returned> returned;
    std::vector<DeadLetter> dead;

    [[nodiscard]] bool empty() const { return done.empty() && returned.empty() && dead.empty(); }
};

// All that a queue has at a moment.
struct PurgeMark {
    Offset until{};            // stored: up to here
    std::uint64_t behind = 0;  // not stored: those that were put before
};

class Queue {
public:
    explicit Queue(const QueueOptions& options)
        : options_(options), window_(options.window), delayed_(options.window) {}

    // A message that is not stored. Whoever puts it has asked waiting() whether there is room.
    void put(routing::MessagePtr message);
    // A stored one was committed: kept if it is the next one and there is room, else read later.
    void on_committed(const routing::MessagePtr& message, Memory memory = Memory::kEnough);

    // What is to be read now of the stored ones, if anything; then on_page() or on_page_failed() must follow.
    std::optional<PageWish> wish(Memory memory = Memory::kEnough);
    void on_page(const PageWish& wish, std::vector<StoredMessage> messages, bool more);
    void on_page_failed(const PageWish& wish);

    // `prefetch`: how many it may hold, at least 1.
    void add_consumer(ConsumerId id, std::size_t prefetch);
    // It gets nothing more, and what it held goes back.
    void remove_consumer(ConsumerId id, const Departure& departure = {});
    // What a consumer left undecided and has not settled since goes back: that is no failed delivery.
    void release(ConsumerId id);

    // What this consumer does not hold (any more), or did not leave undecided, is skipped; returns how many
    // there were.
    std::size_t ack(ConsumerId id, std::span<const Place> places);
    // To their places, not before `due`.
    std::size_t nack(ConsumerId id, std::span<const Place> places, std::optional<Monotonic> due = {});
    // Refused for good.
    std::size_t reject(ConsumerId id, std::span<const Place> places);

    // What was to wait until now waits no longer.
    void on_time(Monotonic now);
    // When on_time() is needed next.
    [[nodiscard]] std::optional<Monotonic> due() const;

    // The next delivery; nothing while there is no message that may go, or nobody to take it.
    std::optional<Assigned> next();
    // Since the last time.
    [[nodiscard]] Changes take_changes();
    // What take_changes() told of is no longer in the store.
    void on_written(std::span<const Offset> offsets);

    [[nodiscard]] PurgeMark purge_mark() const { return {window_.end(), put_}; }
    // What was there then is no longer in the store: what of it waits is dropped, and what consumers hold
    // does not come back. Returns how many were dropped that were not stored.
    std::size_t purge(const PurgeMark& mark);

    // Nobody listens, and what there was is gone or in the store alone, as if it had never been touched.
    [[nodiscard]] bool idle() const;

    [[nodiscard]] const Held& held() const { return held_; }
    // Of those that are not stored.
    [[nodiscard]] const Held& held_volatile() const { return held_volatile_; }
    [[nodiscard]] std::size_t ready() const { return ready_.size(); }
    [[nodiscard]] std::size_t delayed() const { return delayed_.size(); }
    [[nodiscard]] std::size_t outstanding() const { return outstanding_; }
    [[nodiscard]] std::size_t consumers() const { return consumers_.size(); }
    [[nodiscard]] const Window& window() const { return window_; }

private:
    struct Consumer {
        std::size_t prefetch;
        std::uint64_t turn;  // when it was served last
        std::map<Place, Item> holds;
    };
    // Who has credit: the one with the fewest first, then the one who waited longest.
    using Credit = std::tuple<std::size_t, std::uint64_t, ConsumerId>;
    enum class Counts : std::uint8_t { kNot, kAsFailed };

    [[nodiscard]] static Credit credit_of(ConsumerId id, const Consumer& consumer) {
        return {consumer.holds.size(), consumer.turn, id};
    }
    [[nodiscard]] Waiting waiting() const;
    template <typename Do>
    std::size_t take_from(ConsumerId id, std::span<const Place> places, Do&& what);
    void enter(Item item);
    void leave(const Item& item);
    void make_ready(Item item);
    // Nothing: it has died or was purged.
    std::optional<Item> back(Item item, Counts counts);
    void finish(const Item& item);
    void die(Item item, DeadLetter::Reason reason);
    void forget_unread();
    void on_delayed_page(const PageWish& wish, std::vector<StoredMessage> messages, bool more);

    const QueueOptions options_;
    Window window_;
    std::deque<Item> ready_;  // by place
    DelayedItems delayed_;
    std::unordered_map<ConsumerId, Consumer> consumers_;
    std::unordered_map<ConsumerId, std::map<Place, Item>> undecided_;  // of those that have gone
    std::set<Credit> credits_;
    std::multiset<Offset> unwritten_;  // settled, and still in the store
    Changes changes_;
    Held held_;
    Held held_volatile_;
    Held waiting_stored_;          // ready
    std::size_t outstanding_ = 0;  // with consumers, or undecided
    std::uint64_t put_ = 0;
    std::uint64_t turns_ = 0;
};

}  // namespace causeway::queue
