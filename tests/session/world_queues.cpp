// The queues of a World's shards.
#include <stdexcept>

#include "broker/app/deliveries.hpp"
#include "tests/session/world.hpp"

namespace causeway::session::testing {

queue::QueuesParts World::queue_parts(std::size_t index, routing::ShardMailbox& mailbox) {
    const auto reach = [this, index](std::size_t shard, std::function<void(queue::Queues&)> task) {
        if (turning && *turning != index) throw std::logic_error("a shard posts on another one's thread");
        TestShard& other = *shards[shard];
        if (shard == index) return task(other.queues_);
        other.mailbox.post([&other, task = std::move(task)] { task(other.queues_); });
    };
    const auto post = [this, index, &mailbox](std::function<void(queue::Queues&)> task) {
        mailbox.post([this, index, task = std::move(task)] { task(shards[index]->queues_); });
    };
    return {index,        routes,        kept,  clock, queue_rules,
            queue_limits, queue_account, reach, post,  app::queue_message};
}

queue::QueueNumbers World::queued() const {
    queue::QueueNumbers sum;
    for (const auto& shard : shards) {
        const queue::QueueNumbers one = shard->queues_.numbers();
        sum.delivered += one.delivered;
        sum.redelivered += one.redelivered;
        sum.acked += one.acked;
        sum.dead_lettered += one.dead_lettered;
        sum.dropped += one.dropped;
        sum.refused += one.refused;
        sum.queues += one.queues;
        sum.ready += one.ready;
        sum.delayed += one.delayed;
        sum.unacked += one.unacked;
        sum.consumers += one.consumers;
    }
    return sum;
}

}  // namespace causeway::session::testing
