#include "broker/app/event_content.hpp"

#include "broker/app/json_text.hpp"
#include "broker/app/strict_json.hpp"
#include "broker/base/base64.hpp"

namespace causeway::app {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxDepth = 64;

// The parser skips blanks and a byte order mark, clients' parsers not the latter.
std::string_view trimmed(std::string_view text) {
    if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string wrapped(std::string_view subject, std::string_view data, bool base64) {
    std::string out = R"({"eventType":)";
    append_json_string(out, subject);
    out += R"(,"data":)";
    out += data;
    if (base64) out += R"(,"dataEncoding":"base64")";
    out += '}';
    return out;
}

std::string type_of(const json& object) {
    const auto type = object.find("eventType");
    return type != object.end() && type->is_string() ? type->get<std::string>() : std::string();
}

// At the end, where it also overrules a useless `eventType` before it.
std::string with_event_type(std::string_view object, bool empty, std::string_view subject) {
    std::string out(object.substr(0, object.size() - 1));
    out += empty ? R"("eventType":)" : R"(,"eventType":)";
    append_json_string(out, subject);
    out += '}';
    return out;
}

}  // namespace

EventContent event_content(std::string_view subject, std::string_view payload) {
    const std::string_view text = trimmed(payload);
    json parsed = parse_json(text, kMaxDepth);

    EventContent content{{}, std::string(subject), json::object()};
    if (parsed.is_discarded()) {
        content.text = wrapped(subject, '"' + base64_encode(payload) + '"', true);
    } else if (!parsed.is_object()) {
        content.text = wrapped(subject, text, false);
    } else {
        const std::string type = type_of(parsed);
        content.text = type.empty() ? with_event_type(text, parsed.empty(), subject) : std::string(text);
        if (!type.empty()) content.event_type = type;
        content.fields = std::move(parsed);
    }
    return content;
}

}  // namespace causeway::app
