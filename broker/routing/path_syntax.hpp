// What destinations and patterns share: one pass over the text for everything but meaning.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/routing/destination.hpp"

namespace causeway::routing {

enum class Wildcards : std::uint8_t { kRefused, kAllowed };

// What is wrong with the text as a path, for people; nothing if it is well-formed.
[[nodiscard]] std::optional<std::string> fault_of_path(std::string_view text, const DestinationLimits& limits,
                                                       Wildcards wildcards);

[[nodiscard]] inline bool is_rest_wildcard(std::string_view text) {
    return text == "**" || text == ">" || text == "#";
}

}  // namespace causeway::routing
