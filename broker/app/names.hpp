// Which strings may name things. Names become segments of destinations, header values and fields of
// the envelope, so what would change their meaning there is refused at the door.
#pragma once

#include <string_view>

#include "broker/base/utf8.hpp"

namespace causeway::app {

// A user, a client's message id, a name: UTF-8 without control characters.
[[nodiscard]] inline bool is_printable(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    return is_valid_utf8(text);
}

[[nodiscard]] inline bool is_name(std::string_view text, std::size_t max_bytes) {
    return text.size() <= max_bytes && is_printable(text);
}

// A conversation: also none of the separators and wildcards of destinations, placeholders, blanks.
[[nodiscard]] inline bool is_conversation_id(std::string_view id, std::size_t max_bytes = 128) {
    return !id.empty() && id.size() <= max_bytes && is_printable(id) &&
           id.find_first_of("/.*>#{} ") == std::string_view::npos;
}

}  // namespace causeway::app
