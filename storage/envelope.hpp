// The envelope as this folder keeps it, and what kinds of conversations there are.
#pragma once

#include <cstdint>
#include <memory>

#include "causeway/v1/envelope.pb.h"
#include "storage/member_list.hpp"

namespace causeway::storage {

using Envelope = causeway::v1::WebSocketMessage;

enum class ConversationKind : std::uint8_t { kDirect, kGroup, kRoom };

// Members of a larger group, and of a room, get its messages on the topic only: none of them are in the
// views of user queues (PRODUCT 7, "Logs and views").
inline constexpr std::size_t kMaxMembersOnUserQueues = 500;
// In larger conversations nobody is told who has received and read what.
inline constexpr std::size_t kMaxMembersTold = 100;

// Users of a conversation at one moment; shared between the entries that saw the same members.
using Members = std::shared_ptr<const MemberList>;

}  // namespace causeway::storage
