// What `event.content` holds: the text of an object that always has `eventType`. What the publisher
// wrote is kept octet by octet where it is JSON. Any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace causeway::app {

struct EventContent {
    std::string text;  // of the object
    std::string event_type;
    nlohmann::json fields;  // of the publisher's object; an empty object if it sent something else
};

// An object keeps its text and gets `eventType` = subject if it has none; other JSON goes into `data`;
// what is not JSON goes there as base64, with `dataEncoding` = "base64".
[[nodiscard]] EventContent event_content(std::string_view subject, std::string_view payload);

}  // namespace causeway::app
