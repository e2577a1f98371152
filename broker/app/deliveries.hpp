// From what the store committed to what subscribers get: which destinations an entry goes to, and the
// message each of them carries. All copies of one entry share one Content. Holds no state; called on
// the store's thread for live entries and on a reading thread for replays.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/routing/message.hpp"
#include "storage/store.hpp"

namespace causeway::app {

// Whether anybody, on any shard, subscribes to a destination. Called on the caller's thread.
using Wanted = std::function<bool(std::string_view destination)>;

// Members of a larger conversation, and of a room, get its messages on the topic only.
inline constexpr std::size_t kMaxMembersOnUserQueues = 500;

// The messages of one entry, the topic's first: /topic/conversation/{id}; each member's `messages`
// queue unless the conversation is a room or large; for a direct one also both sides'
// `private-messages` queue. User queues skip the session that sent. Nothing is encoded for
// destinations that are not wanted.
[[nodiscard]] std::vector<routing::MessagePtr> deliveries(const storage::CommittedEntry& entry,
                                                          const Wanted& wanted);

// A replayed entry, for the destination as the subscription has it. Null if its octets are not an
// envelope, which the store does not let in.
[[nodiscard]] routing::MessagePtr message_from_entry(const storage::LogEntry& entry, std::string destination);

}  // namespace causeway::app
