// Who on this shard gets what. Finds the subscribers of a concrete destination: one look-up for
// literals, one walk by depth for patterns. Knows nothing of sessions, sockets or other shards.
// Belongs to its shard's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/routing/message.hpp"
#include "broker/routing/pattern_tree.hpp"

namespace causeway::routing {

class Subscription;

// Told when the first subscriber of a destination comes and when its last one has gone.
class InterestListener {
public:
    virtual void on_first(const Subscription& subscription) = 0;
    virtual void on_last(const Subscription& subscription) = 0;

protected:
    ~InterestListener() = default;
};

// One subscriber's wish. Owned by the subscriber, who must leave the table before it is destroyed.
class Subscription {
public:
    Subscription(std::string destination, bool is_pattern)
        : destination_(std::move(destination)), is_pattern_(is_pattern) {}
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    virtual ~Subscription() = default;

    // Queues and returns. Must not change the table: whoever wants to leave does so after the turn.
    virtual void deliver(const MessagePtr& message) = 0;

    // As routed: /topic/a, /user/{name}/queue/x, or a pattern over such.
    [[nodiscard]] const std::string& destination() const { return destination_; }
    [[nodiscard]] bool is_pattern() const { return is_pattern_; }

private:
    friend class SubscriptionTable;
    const std::string destination_;
    const bool is_pattern_;
    std::vector<Subscription*>* group_ = nullptr;  // of the same destination
    std::size_t index_ = 0;                        // in it
};

class SubscriptionTable {
public:
    // `listener` outlives the table.
    explicit SubscriptionTable(InterestListener& listener) : listener_(listener) {}
    SubscriptionTable(const SubscriptionTable&) = delete;
    SubscriptionTable& operator=(const SubscriptionTable&) = delete;

    void add(Subscription& subscription);
    // O(1) for literals. Leaving twice is not an error.
    void remove(Subscription& subscription);
    // Returns how many subscriptions were served, in no particular order among subscribers.
    std::size_t deliver(const MessagePtr& message);

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t destinations() const { return literals_.size() + patterns_.size(); }

private:
    using Group = std::vector<Subscription*>;

    InterestListener& listener_;
    // Subscriptions point to their groups: neither container moves its values.
    std::unordered_map<std::string, Group, StringHash, std::equal_to<>> literals_;
    PatternTree<Group> patterns_;
    std::size_t size_ = 0;
    bool delivering_ = false;
};

}  // namespace causeway::routing
