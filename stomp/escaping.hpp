// How header names and values are written on the wire: STOMP 1.2, "Value Encoding"; 1.1 lacks \r, 1.0
// knows no escapes. Whether a frame is escaped at all depends on its command: escapes_headers().
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "stomp/version.hpp"

namespace causeway::stomp {

// Appends what `text` stands for, in one pass. On an escape the version does not define, or a backslash at
// the end, its offset in `text`.
[[nodiscard]] std::optional<std::size_t> unescape(std::string_view text, Version version, std::string& out);

// Appends the value as the version writes it; false, with nothing appended, if it cannot: CR in 1.1, CR and
// LF in 1.0, NUL in all.
[[nodiscard]] bool escape(std::string_view value, Version version, std::string& out);

// Whether a name can go out as it is in every version: clients exist that do not unescape names.
[[nodiscard]] bool is_plain_name(std::string_view name);

}  // namespace causeway::stomp
