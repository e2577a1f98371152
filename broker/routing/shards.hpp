// All shards as seen from anywhere: publishes by interest, posts tasks.
// What another shard is to a shard, the store, the bridge and the admin API are too: a poster of letters.
// The one place where a topic with a history is told from one without, so that no publisher passes it by.
// Any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/base/error_code.hpp"
#include "broker/base/mailbox.hpp"
#include "broker/routing/history_rules.hpp"
#include "broker/routing/interest.hpp"
#include "broker/routing/message.hpp"

namespace causeway::routing {

using Task = std::function<void()>;
// What arrives at a shard from outside: handled in the order posted by each poster.
using Letter = std::variant<MessagePtr, Task>;
using ShardMailbox = Mailbox<Letter>;

class TopicHistory;

// A message for a topic with a stored history, kept.
struct Kept {
    Offset offset;
    std::string message_id;
    std::int64_t timestamp;
    bool duplicate;  // it had been kept before; these are the first one's numbers
};
// What the store made of it: or why it was not kept.
using Stored = std::variant<Kept, Refusal>;
using OnStored = std::function<void(Stored)>;  // once; on the store's thread, or before the call returns
// Hands a message to the store, whose commit publishes it with an offset, unless it is a duplicate. Returns
// at once. Any thread.
using StoreTopic =
    std::function<void(const HistoryRule& rule, const MessagePtr& message, OnStored on_stored)>;

// Which topics keep a history, and where. Everything referred to outlives the shards.
struct Histories {
    const HistoryRules* rules = nullptr;  // null: no topic does
    TopicHistory* memory = nullptr;       // with `rules`
    StoreTopic store;                     // may be empty if no rule is `stored`
};

// A message for a queue was taken by the queue's owner (nothing), or why not. Once, on the owner's thread.
using OnQueued = std::function<void(std::optional<Refusal>)>;
// Hands a message to the shard that owns its queue. Returns at once; any thread.
using ToQueue = std::function<void(const MessagePtr& message, OnQueued on_queued)>;

enum class Published : std::uint8_t {
    kNow,       // it is on its way
    kAtCommit,  // the store has it; subscribers get it, and on_stored is called, when it is committed
};

class Shards {
public:
    // Filled by main() before any other call: the mailboxes outlive this object's last use.
    void add(ShardMailbox& mailbox) { mailboxes_.push_back(&mailbox); }
    void keep(Histories histories) { histories_ = std::move(histories); }
    void serve_queues(ToQueue to_queue) { to_queue_ = std::move(to_queue); }
    [[nodiscard]] std::size_t count() const { return mailboxes_.size(); }

    // To every shard that wants the message's destination, by way of the topic's history if it has one; what
    // is for a queue goes to the queue's owner, who may have no room for it (enqueue() tells).
    // What has an offset comes from a log and goes straight to the subscribers. `on_stored` is called only
    // after kAtCommit.
    Published publish(const MessagePtr& message, OnStored on_stored = {});
    // To a set of shards already looked up: what has been kept, or need not be.
    void publish_to(const MessagePtr& message, ShardMask shards);
    // Somebody would get it, now or later from a history or a queue.
    [[nodiscard]] bool wanted(std::string_view destination) const {
        return is_queue(destination) || interest_.wanting(destination) != 0 ||
               history_of(destination) != nullptr;
    }

    // Of a well-formed destination, as routed: whether it is /queue/….
    [[nodiscard]] static bool is_queue(std::string_view destination) {
        return destination.size() > 1 && destination[1] == 'q';
    }
    // Where everything about this queue is decided.
    [[nodiscard]] std::size_t owner_of(std::string_view queue) const {
        return std::hash<std::string_view>{}(queue) % mailboxes_.size();
    }
    // As publish(), for a queue alone; `on_queued` may be empty.
    void enqueue(const MessagePtr& message, OnQueued on_queued = {});

    // The rule by which a concrete destination, as routed, keeps a history; null: it keeps none.
    [[nodiscard]] const HistoryRule* history_of(std::string_view destination) const {
        return histories_.rules == nullptr ? nullptr : histories_.rules->find(destination);
    }
    // Of topics whose rule is not `stored`. Only where history_of() gave a rule.
    [[nodiscard]] TopicHistory& histories() const { return *histories_.memory; }
    // Once a second.
    void expire_histories() const;

    void post(std::size_t shard, Task task) { mailboxes_[shard]->post(std::move(task)); }
    void post_to_all(const Task& task);

    [[nodiscard]] Interest& interest() { return interest_; }

private:
    // Constant after start
    std::vector<ShardMailbox*> mailboxes_;
    Histories histories_;
    ToQueue to_queue_;
    Interest interest_;  // has locks of its own
};

}  // namespace causeway::routing
