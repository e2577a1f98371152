// From what the store committed to what subscribers get: which destinations an entry goes to, and the
// message each of them carries. All copies of one entry share one Content. Called on the store's thread
// for live entries and on any for replays.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/app/queue_names.hpp"
#include "broker/routing/message.hpp"
#include "storage/store.hpp"

namespace causeway::app {

// Whether anybody, on any shard, subscribes to a destination. Called on the caller's thread.
using Wanted = std::function<bool(std::string_view destination)>;

// The messages of one entry. Of a conversation: /topic/conversation/{id} first; each member's `messages`
// queue unless the conversation is a room or large; for a direct one also both sides'
// `private-messages` queue. Of a log of its own: its destination. User queues skip the session that sent.
// Nothing is encoded for destinations that are not wanted.
[[nodiscard]] std::vector<routing::MessagePtr> deliveries(const storage::CommittedEntry& entry,
                                                          const Wanted& wanted, QueueNames& names);
// The same for a caller who has few.
[[nodiscard]] std::vector<routing::MessagePtr> deliveries(const storage::CommittedEntry& entry,
                                                          const Wanted& wanted);

// A replayed entry, for the destination as the subscription has it: what a live one said, but for whom
// it skipped, and that its conversation may be a room or too large to track deliveries, which the store
// knows. Null if its octets are not an envelope, which the store does not let in.
[[nodiscard]] std::shared_ptr<routing::Message> message_from_entry(const storage::LogEntry& entry,
                                                                   std::string destination);
// The same of what a queue has stored.
[[nodiscard]] std::shared_ptr<routing::Message> queue_message(const storage::QueueEntry& entry,
                                                              const std::string& destination);

}  // namespace causeway::app
