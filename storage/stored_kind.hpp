// The kind of a conversation as its row has it, and of a log as its destination has it.
#pragma once

#include <string_view>

#include "storage/envelope.hpp"

namespace causeway::storage {

// Whatever is neither direct nor a group is a room of some type.
[[nodiscard]] inline ConversationKind stored_kind(std::string_view name) {
    if (name == "direct") return ConversationKind::kDirect;
    return name == "group" ? ConversationKind::kGroup : ConversationKind::kRoom;
}

// Of a log of its own: its messages leave it one by one, and it is gone when it is empty.
[[nodiscard]] inline bool is_queue(std::string_view destination) {
    return destination.starts_with("/queue/");
}

}  // namespace causeway::storage
