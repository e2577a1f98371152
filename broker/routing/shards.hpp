// All shards as seen from anywhere: publishes by interest, posts tasks.
// What another shard is to a shard, the store, the bridge and the admin API are too: a poster of letters.
// Any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "broker/base/mailbox.hpp"
#include "broker/routing/interest.hpp"
#include "broker/routing/message.hpp"

namespace causeway::routing {

using Task = std::function<void()>;
// What arrives at a shard from outside: handled in the order posted by each poster.
using Letter = std::variant<MessagePtr, Task>;
using ShardMailbox = Mailbox<Letter>;

class Shards {
public:
    // Filled by main() before any other call: the mailboxes outlive this object's last use.
    void add(ShardMailbox& mailbox) { mailboxes_.push_back(&mailbox); }
    [[nodiscard]] std::size_t count() const { return mailboxes_.size(); }

    // To every shard that wants the message's destination.
    void publish(const MessagePtr& message) { publish_to(message, interest_.wanting(message->destination)); }
    // The same to a set of shards already looked up.
    void publish_to(const MessagePtr& message, ShardMask shards);
    [[nodiscard]] bool wanted(std::string_view destination) const { return interest_.wanting(destination) != 0; }

    void post(std::size_t shard, Task task) { mailboxes_[shard]->post(std::move(task)); }
    void post_to_all(const Task& task);

    [[nodiscard]] Interest& interest() { return interest_; }

private:
    std::vector<ShardMailbox*> mailboxes_;  // constant after start
    Interest interest_;                     // has locks of its own
};

}  // namespace causeway::routing
