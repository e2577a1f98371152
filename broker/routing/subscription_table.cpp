#include "broker/routing/subscription_table.hpp"

#include <cassert>

namespace causeway::routing {

void SubscriptionTable::add(Subscription& subscription) {
    assert(!delivering_ && subscription.group_ == nullptr);
    Group& group =
        subscription.is_pattern_ ? patterns_.at(subscription.destination_) : literals_[subscription.destination_];
    subscription.group_ = &group;
    subscription.index_ = group.size();
    group.push_back(&subscription);
    ++size_;
    if (group.size() == 1) listener_.on_first(subscription);
}

void SubscriptionTable::remove(Subscription& subscription) {
    assert(!delivering_);
    if (subscription.group_ == nullptr) return;
    Group& group = *std::exchange(subscription.group_, nullptr);
    group[subscription.index_] = group.back();
    group[subscription.index_]->index_ = subscription.index_;
    group.pop_back();
    --size_;
    if (!group.empty()) return;
    if (subscription.is_pattern_)
        patterns_.erase(subscription.destination_);
    else
        literals_.erase(subscription.destination_);
    listener_.on_last(subscription);
}

std::size_t SubscriptionTable::deliver(const MessagePtr& message) {
    assert(!delivering_);
    delivering_ = true;
    std::size_t served = 0;
    const auto serve = [&](const Group& group) {
        for (Subscription* const subscription : group) subscription->deliver(message);
        served += group.size();
    };
    if (const auto found = literals_.find(message->destination); found != literals_.end()) serve(found->second);
    if (patterns_.size() > 0)
        patterns_.for_each_match(message->destination, serve);
    delivering_ = false;
    return served;
}

}  // namespace causeway::routing
