// What the store committed goes out from here, in commit order: to the shards that want it, to the
// shards' memberships, to whom a message's status concerns, and as events. Runs on the store's thread; posts
// and returns.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "broker/announcer.hpp"
#include "broker/app/queue_names.hpp"
#include "broker/app/status_messages.hpp"
#include "broker/base/random.hpp"
#include "broker/routing/shards.hpp"
#include "storage/store.hpp"

namespace causeway {

class Shard;

class CommitFeed {
public:
    // Everything outlives the store.
    CommitFeed(routing::Shards& routes, const std::vector<std::unique_ptr<Shard>>& shards,
               Announcer& announcer);

    void on_committed(std::vector<storage::Committed> committed);

    // Any thread: commits told so far, and the entries in them.
    [[nodiscard]] std::uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t entries() const { return entries_.load(std::memory_order_relaxed); }

private:
    void on_entry(const storage::CommittedEntry& entry);
    void on_membership(const storage::CommittedMembership& change);
    void announce(const storage::Committed& fact);
    void publish(const std::vector<routing::MessagePtr>& messages);

    routing::Shards& routes_;
    const std::vector<std::unique_ptr<Shard>>& shards_;
    Announcer& announcer_;
    const app::Wanted wanted_;
    SystemRandom random_;
    MessageIds ids_;
    app::QueueNames queue_names_;
    app::StatusMessages status_messages_;
    std::atomic<std::uint64_t> commits_{0};
    std::atomic<std::uint64_t> entries_{0};
};

}  // namespace causeway
