// The one way JSON from outside is parsed here. Any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "broker/app/json_text.hpp"

namespace causeway::app {

// `is_discarded()` if the text is not JSON or nests deeper than `max_depth`. The library takes a NUL
// for the end of its input and would not look at what follows; JSON has no NUL outside escapes.
[[nodiscard]] inline nlohmann::json parse_json(std::string_view text, std::size_t max_depth) {
    if (text.find('\0') != std::string_view::npos || json_depth(text, max_depth) > max_depth)
        return nlohmann::json(nlohmann::json::value_t::discarded);
    return nlohmann::json::parse(text, nullptr, false);
}

}  // namespace causeway::app
