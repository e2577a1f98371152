#include "broker/routing/shards.hpp"

#include <bit>
#include <cassert>

#include "broker/routing/topic_history.hpp"

namespace causeway::routing {

Published Shards::publish(const MessagePtr& message, OnStored on_stored) {
    if (is_queue(message->destination)) {
        enqueue(message);
        return Published::kNow;
    }
    const HistoryRule* const rule = message->offset ? nullptr : history_of(message->destination);
    if (rule == nullptr) {
        publish_to(message, interest_.wanting(message->destination));
        return Published::kNow;
    }
    if (rule->stored) {
        assert(histories_.store);
        histories_.store(*rule, message, std::move(on_stored));
        return Published::kAtCommit;
    }
    histories_.memory->publish(*rule, *message);
    return Published::kNow;
}

void Shards::enqueue(const MessagePtr& message, OnQueued on_queued) {
    assert(to_queue_);
    to_queue_(message, std::move(on_queued));
}

void Shards::expire_histories() const {
    if (histories_.memory != nullptr) histories_.memory->expire_some();
}

void Shards::publish_to(const MessagePtr& message, ShardMask shards) {
    for (; shards != 0; shards &= shards - 1)
        mailboxes_[static_cast<std::size_t>(std::countr_zero(shards))]->post(message);
}

void Shards::post_to_all(const Task& task) {
    for (ShardMailbox* const mailbox : mailboxes_) mailbox->post(task);
}

}  // namespace causeway::routing
