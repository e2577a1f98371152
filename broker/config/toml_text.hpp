// What stands between a text and toml++ 3.3, which asserts, or runs into what it calls unreachable, at some
// texts that are not TOML: control characters, and characters beyond ASCII where none may be. It gets to see
// ASCII only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace causeway::config {

struct TextFault {
    std::size_t line;  // from 1; 0: the whole text
    std::string_view what;
};

// Why the text can be no TOML, or cannot be disguised.
[[nodiscard]] std::optional<TextFault> fault_of_text(std::string_view text);

// Percent-encodes `%` and everything beyond ASCII. Strings, comments and mistakes remain what they are.
[[nodiscard]] std::string disguised(std::string_view text);
// Undoes it in what was parsed.
[[nodiscard]] std::string plain(std::string_view text);

}  // namespace causeway::config
