// Headers of NATS messages, checked before they reach a connection: the client library checks no name.
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace causeway::bridge {

// Names and values, in order; a name may come again.
using Headers = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view kMessageIdHeader = "Nats-Msg-Id";
inline constexpr std::string_view kOriginHeader = "Causeway-Origin";

inline constexpr std::size_t kMaxHeaders = 64;
inline constexpr std::size_t kMaxHeaderNameBytes = 128;
inline constexpr std::size_t kMaxHeaderValueBytes = 8 * 1024;
inline constexpr std::size_t kMaxHeadersBytes = 32 * 1024;

// What is wrong with a name (RFC 9110, 5.6.2 "token") or a value (one line of UTF-8, no blank at either
// end, which NATS would eat), for people; nothing if all is well.
[[nodiscard]] std::optional<std::string> fault_of_header(std::string_view name, std::string_view value);

// The same for headers somebody wants to publish with. Refused beyond that: too many, and the names that
// steer NATS (`Nats-…`) or that the bridge writes itself, in any case of letters.
[[nodiscard]] std::optional<std::string> fault_of_outgoing(const Headers& headers);

// The value of the first header of that name; nothing if there is none.
[[nodiscard]] std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

}  // namespace causeway::bridge
