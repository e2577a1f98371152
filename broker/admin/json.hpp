// JSON as the admin API reads and writes it: depth-limited in, always valid UTF-8 out.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace causeway::admin {

using Json = nlohmann::ordered_json;

inline constexpr int kMaxJsonDepth = 32;

// Nothing for what is not JSON, not UTF-8, has a key twice in an object, or is nested deeper than
// kMaxJsonDepth.
[[nodiscard]] std::optional<Json> parse_json(std::string_view text);

// Bytes that are not UTF-8 become U+FFFD. Ends with a line end.
[[nodiscard]] std::string dump(const Json& value);

// RFC 3339 in UTC with milliseconds: 2026-01-02T03:04:05.678Z.
[[nodiscard]] std::string rfc3339(std::int64_t milliseconds);

}  // namespace causeway::admin
