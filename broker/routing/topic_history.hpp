// The newest messages of topics whose history is kept in memory. Gives each an offset, and posts it to
// every shard that wants it, the publisher's own included, under the lock that gave the offset: so all
// subscribers see one order per topic, and a subscription that reads after its interest is in place finds
// every message either here or in its mailbox. Never does I/O.
// When all histories together outgrow their memory, those published to longest ago are dropped whole;
// retained values go last. Any thread: a lock per stripe of topics.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/numbers.hpp"
#include "broker/routing/history_rules.hpp"
#include "broker/routing/message.hpp"

namespace causeway::routing {

class Shards;

// Where a history begins and ends; first and last are 0 when it is empty.
struct HistoryState {
    std::string_view epoch;  // lives as long as the TopicHistory
    Offset first{};
    Offset last{};
    Offset end{};           // the highest offset given to any topic so far
    Offset floor{};         // messages of this topic up to here may have been dropped; 0: none were
    Offset replay_after{};  // where a SUBSCRIBE without a resume header begins: after this, `replay` are kept
};

struct HistoryPage {
    std::vector<MessagePtr> messages;  // ascending, all > after
    bool end;                          // nothing more had been published when this was read
    Offset floor;                      // > after: some of what was asked for has been dropped
};

class TopicHistory {
public:
    // `shards` and `clock` outlive this object. `epoch` is random for each process. `bytes`: what all
    // histories may take together, about.
    TopicHistory(Shards& shards, const Clock& clock, std::string epoch, std::size_t bytes);
    TopicHistory(const TopicHistory&) = delete;
    TopicHistory& operator=(const TopicHistory&) = delete;

    // Keeps a copy of the message with its offset, and posts it to whom it concerns. By Shards::publish only.
    Offset publish(const HistoryRule& rule, const Message& message);

    [[nodiscard]] HistoryState state(const HistoryRule& rule, std::string_view topic);
    // Up to `limit` messages with an offset above `after`.
    [[nodiscard]] HistoryPage read(std::string_view topic, Offset after, std::size_t limit);

    // Drops what is too old in a part of the topics; from time to time, so that what nobody publishes to
    // or reads does not stay.
    void expire_some();

    [[nodiscard]] const std::string& epoch() const { return epoch_; }
    // What is kept now, about, with what it costs to keep it.
    [[nodiscard]] std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
    // Topics that lost messages because of the bound of `bytes`.
    [[nodiscard]] std::uint64_t shed() const { return shed_.load(std::memory_order_relaxed); }

private:
    struct Kept {
        MessagePtr message;  // with an offset
        Monotonic at;
        std::size_t bytes;  // as its rule counts them
        std::size_t cost;   // in memory
    };
    struct Topic;
    using Names = std::list<Topic*>;  // of topics
    struct Topic {
        std::string name;
        const HistoryRule* rule;
        std::deque<Kept> kept;
        std::size_t bytes = 0;  // of `kept`
        Offset floor{};         // of the last one dropped
        Monotonic published;
        Names* names = nullptr;  // the stripe's list it is in …
        Names::iterator place;   // … and where
    };
    struct Stripe {
        std::mutex mutex;
        // All guarded by mutex
        std::unordered_map<std::string_view, std::unique_ptr<Topic>> topics;  // by their own names
        Names stalest;        // those published to longest ago first
        Names retained_only;  // the same of topics that hold their retained value alone
        Offset forgotten{};   // topics that are not here lost nothing above this
    };
    static constexpr std::size_t kStripes = 64;

    [[nodiscard]] Stripe& stripe_of(std::string_view topic);
    [[nodiscard]] Topic& topic_of(Stripe& stripe, const HistoryRule& rule, std::string_view name);
    void bound(Topic& topic);
    void drop_oldest(Topic& topic);
    void drop_expired(Topic& topic);
    void settle(Stripe& stripe, Topic& topic);
    void forget(Stripe& stripe, Topic& topic);
    void make_room();
    [[nodiscard]] bool drop_stalest(Names Stripe::*names);

    Shards& shards_;
    const Clock& clock_;
    const std::string epoch_;
    const std::size_t limit_;
    std::atomic<std::uint64_t> last_offset_{0};
    std::atomic<std::size_t> bytes_{0};
    std::atomic<std::uint64_t> shed_{0};
    std::atomic<std::size_t> next_expired_{0};  // stripe
    std::mutex making_room_;                    // one thread at a time
    std::array<Stripe, kStripes> stripes_;
};

}  // namespace causeway::routing
