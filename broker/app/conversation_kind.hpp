// The kinds of conversation that can be made by name. Direct ones come to be with their first message.
#pragma once

#include <string_view>

namespace causeway::app {

inline constexpr std::string_view kGroup = "group";
inline constexpr std::string_view kConversationKinds[] = {kGroup, "drama_chat", "live_stream", "ai_assistant",
                                                          "cultural_circle"};

[[nodiscard]] constexpr bool is_conversation_kind(std::string_view kind) {
    for (const auto known : kConversationKinds)
        if (kind == known) return true;
    return false;
}

}  // namespace causeway::app
