// What octets a text is made of, eight at a time where they are ordinary. A copy of what broker/base knows
// about UTF-8 is unavoidable: this folder includes nothing of ours.
#pragma once

#include <string_view>

namespace causeway::stomp {

// Whether the text is ASCII without NUL, CR and backslash: nearly every header line there is.
[[nodiscard]] bool is_plain(std::string_view text);

// Whether the text holds none of the octets that matter to headers: NUL, CR, LF, colon, backslash.
[[nodiscard]] bool needs_no_escape(std::string_view text);

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace causeway::stomp
