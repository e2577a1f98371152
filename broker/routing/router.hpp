// One shard's view of routing: its own subscribers directly, the other shards by mail.
// Belongs to its shard's thread.
#pragma once

#include "broker/routing/shards.hpp"
#include "broker/routing/subscription_table.hpp"

namespace causeway::routing {

class Router final : private InterestListener {
public:
    // `shards` outlives the router; `self` is this shard's place in it.
    Router(Shards& shards, std::size_t self) : shards_(shards), self_(self), table_(*this) {}

    // When it returns, the interest is in place on every shard.
    void subscribe(Subscription& subscription) { table_.add(subscription); }
    void unsubscribe(Subscription& subscription) { table_.remove(subscription); }

    // To everyone, here and elsewhere. Each subscriber sees one publisher's messages in order. As
    // Shards::publish, but what has no history reaches this shard's subscribers before it returns.
    Published publish(const MessagePtr& message, OnStored on_stored = {});
    // As of Shards.
    void enqueue(const MessagePtr& message, OnQueued on_queued) {
        ++published_;
        shards_.enqueue(message, std::move(on_queued));
    }
    // To this shard's subscribers only: for what arrived by mail.
    void deliver(const MessagePtr& message) { delivered_ += table_.deliver(message); }

    // As of Shards.
    [[nodiscard]] const HistoryRule* history_of(std::string_view destination) const {
        return shards_.history_of(destination);
    }
    [[nodiscard]] bool wanted(std::string_view destination) const { return shards_.wanted(destination); }
    [[nodiscard]] TopicHistory& histories() const { return shards_.histories(); }

    [[nodiscard]] const SubscriptionTable& table() const { return table_; }
    [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
    [[nodiscard]] std::uint64_t published() const { return published_; }

private:
    void on_first(const Subscription& subscription) override;
    void on_last(const Subscription& subscription) override;

    Shards& shards_;
    const std::size_t self_;
    SubscriptionTable table_;
    std::uint64_t delivered_ = 0;
    std::uint64_t published_ = 0;
};

}  // namespace causeway::routing
