// JSON written by appending to a string, for the paths that every message takes. It writes tokens;
// commas, colons and braces are the caller's. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace causeway::app {

// `text` quoted and escaped. Octets that are not UTF-8 become U+FFFD, one each.
void append_json_string(std::string& out, std::string_view text);

void append_json_number(std::string& out, std::int64_t number);

// How deep arrays and objects nest in a text that may or may not be JSON; stops counting above `limit`.
[[nodiscard]] std::size_t json_depth(std::string_view text, std::size_t limit);

// 2024-01-20T10:00:00.000Z, as JavaScript's toISOString writes it.
[[nodiscard]] std::string iso_time(std::int64_t ms_since_1970);

}  // namespace causeway::app
