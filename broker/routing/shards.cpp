#include "broker/routing/shards.hpp"

#include <bit>

namespace causeway::routing {

void Shards::publish_to(const MessagePtr& message, ShardMask shards) {
    for (; shards != 0; shards &= shards - 1)
        mailboxes_[static_cast<std::size_t>(std::countr_zero(shards))]->post(message);
}

void Shards::post_to_all(const Task& task) {
    for (ShardMailbox* const mailbox : mailboxes_) mailbox->post(task);
}

}  // namespace causeway::routing
