#include "broker/routing/router.hpp"

namespace causeway::routing {

void Router::publish(const MessagePtr& message) {
    ++published_;
    deliver(message);
    if (shards_.count() == 1) return;
    const ShardMask others = shards_.interest().wanting(message->destination) & ~(ShardMask{1} << self_);
    shards_.publish_to(message, others);
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
