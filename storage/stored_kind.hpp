// The kind of a conversation as its row has it.
#pragma once

#include <string_view>

#include "storage/envelope.hpp"

namespace causeway::storage {

// Whatever is neither direct nor a group is a room of some type.
[[nodiscard]] inline ConversationKind stored_kind(std::string_view name) {
    if (name == "direct") return ConversationKind::kDirect;
    return name == "group" ? ConversationKind::kGroup : ConversationKind::kRoom;
}

}  // namespace causeway::storage
