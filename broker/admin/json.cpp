#include "broker/admin/json.hpp"

#include <cstdio>
#include <ctime>
#include <set>
#include <vector>

namespace causeway::admin {

namespace {

// Looked at before parsing: the library would build any depth and overflow the stack when it writes it.
bool is_shallow(std::string_view text) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
        } else if (c == '"')
            in_string = true;
        else if (c == '[' || c == '{') {
            if (++depth > kMaxJsonDepth) return false;
        } else if (c == ']' || c == '}')
            --depth;
    }
    return true;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
    if (!is_shallow(text)) return std::nullopt;
    std::vector<std::set<std::string>> objects;
    bool repeated = false;
    const auto watch_keys = [&](int, Json::parse_event_t event, Json& parsed) {
        if (event == Json::parse_event_t::object_start)
            objects.emplace_back();
        else if (event == Json::parse_event_t::object_end)
            objects.pop_back();
        else if (event == Json::parse_event_t::key)
            repeated |= !objects.back().insert(parsed.get<std::string>()).second;
        return true;
    };
    Json value = Json::parse(text, watch_keys, false);
    if (value.is_discarded() || repeated) return std::nullopt;
    return value;
}

std::string dump(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string rfc3339(std::int64_t milliseconds) {
    const std::int64_t rest = ((milliseconds % 1000) + 1000) % 1000;
    const auto seconds = static_cast<std::time_t>((milliseconds - rest) / 1000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[64];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(rest));
    return text;
}

}  // namespace causeway::admin
