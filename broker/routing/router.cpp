#include "broker/routing/router.hpp"

namespace causeway::routing {

// With a history this shard's subscribers get it by mail, too: between those of other publishers, in the
// order of offsets.
Published Router::publish(const MessagePtr& message, OnStored on_stored) {
    ++published_;
    if (Shards::is_queue(message->destination) ||
        (!message->offset && history_of(message->destination) != nullptr))
        return shards_.publish(message, std::move(on_stored));
    deliver(message);
    if (shards_.count() == 1) return Published::kNow;
    const ShardMask others = shards_.interest().wanting(message->destination) & ~(ShardMask{1} << self_);
    shards_.publish_to(message, others);
    return Published::kNow;
}

void Router::on_first(const Subscription& subscription) {
    if (subscription.is_pattern())
        shards_.interest().want_pattern(subscription.destination(), self_);
    else
        shards_.interest().want(subscription.destination(), self_);
}

void Router::on_last(const Subscription& subscription) {
    if (subscription.is_pattern())
        shards_.interest().forget_pattern(subscription.destination(), self_);
    else
        shards_.interest().forget(subscription.destination(), self_);
}

}  // namespace causeway::routing
