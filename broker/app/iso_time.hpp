// Times as clients write them. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace causeway::app {

// Milliseconds since 1970 of YYYY-MM-DDTHH:MM:SS[.fraction](Z|±HH:MM), as toISOString writes it and RFC 3339
// allows it; nothing if it is not that, or names no day there is.
[[nodiscard]] std::optional<std::int64_t> parse_iso_time(std::string_view text);

}  // namespace causeway::app
