// The numbers of the log, each a type of its own so that none is passed for another.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace causeway {

// Store-wide position of a stored entry: grows in commit order, has holes for a reader, starts at 1.
enum class Offset : std::uint64_t {};
// Position of a message within its conversation: 1, 2, 3 … without gaps.
enum class Sequence : std::uint64_t {};
// One STOMP connection of one user on one device; unique in this process.
enum class SessionId : std::uint64_t {};

constexpr std::uint64_t value(Offset n) { return static_cast<std::uint64_t>(n); }
constexpr std::uint64_t value(Sequence n) { return static_cast<std::uint64_t>(n); }
constexpr std::uint64_t value(SessionId n) { return static_cast<std::uint64_t>(n); }

// Transparent hash, so that maps keyed by std::string are searched by string_view.
struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace causeway
