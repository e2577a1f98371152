#include "broker/routing/interest.hpp"

namespace causeway::routing {

namespace {

ShardMask bit(std::size_t shard) { return ShardMask{1} << shard; }

}  // namespace

const Interest::Stripe& Interest::stripe_of(std::string_view destination) const {
    return stripes_[StringHash{}(destination) % kStripes];
}

void Interest::want(std::string_view destination, std::size_t shard) {
    auto& stripe = const_cast<Stripe&>(stripe_of(destination));
    const std::lock_guard lock(stripe.mutex);
    const auto found = stripe.wants.find(destination);
    if (found != stripe.wants.end())
        found->second |= bit(shard);
    else
        stripe.wants.emplace(destination, bit(shard));
}

void Interest::forget(std::string_view destination, std::size_t shard) {
    auto& stripe = const_cast<Stripe&>(stripe_of(destination));
    const std::lock_guard lock(stripe.mutex);
    const auto found = stripe.wants.find(destination);
    if (found == stripe.wants.end()) return;
    found->second &= ~bit(shard);
    if (found->second == 0) stripe.wants.erase(found);
}

void Interest::want_pattern(std::string_view pattern, std::size_t shard) {
    const std::unique_lock lock(patterns_mutex_);
    patterns_.at(pattern) |= bit(shard);
    pattern_count_.store(patterns_.size(), std::memory_order_release);
}

void Interest::forget_pattern(std::string_view pattern, std::size_t shard) {
    const std::unique_lock lock(patterns_mutex_);
    ShardMask& mask = patterns_.at(pattern);
    mask &= ~bit(shard);
    if (mask == 0) patterns_.erase(pattern);
    pattern_count_.store(patterns_.size(), std::memory_order_release);
}

ShardMask Interest::wanting(std::string_view destination) const {
    ShardMask mask = 0;
    {
        const Stripe& stripe = stripe_of(destination);
        const std::lock_guard lock(stripe.mutex);
        const auto found = stripe.wants.find(destination);
        if (found != stripe.wants.end()) mask = found->second;
    }
    if (pattern_count_.load(std::memory_order_acquire) == 0) return mask;
    const std::shared_lock lock(patterns_mutex_);
    patterns_.for_each_match(destination, [&mask](ShardMask wants) { mask |= wants; });
    return mask;
}

}  // namespace causeway::routing
