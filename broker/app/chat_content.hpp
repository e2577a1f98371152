// What `chat.content` holds: the text of a JSON object, whatever form the sender gave it. Nothing is
// sniffed: a string that happens to look like JSON is still a string. Any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>

#include "broker/base/error_code.hpp"

namespace causeway::app {

// A string s becomes {"content":s,"contentExtra":null}, an object its compact text; anything else is
// refused, naming `field`.
[[nodiscard]] std::variant<std::string, Refusal> chat_content(const nlohmann::json& content,
                                                              std::string_view field);

}  // namespace causeway::app
