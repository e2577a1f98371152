#include "broker/admin/publish_request.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "broker/admin/json.hpp"
#include "broker/base/base64.hpp"

namespace causeway::admin {

namespace {

constexpr std::size_t kMaxName = 1024;
constexpr std::size_t kMaxHeaders = 64;

Refusal invalid(std::string field, std::string text) {
    return {ErrorCode::kMessageInvalid, std::move(text), std::move(field)};
}

// Text for a header or a name: bounded, no control characters.
bool is_plain(std::string_view text) {
    return text.size() <= kMaxName &&
           std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::optional<Refusal> read_text(const Json& from, const char* field, std::string& into) {
    const auto found = from.find(field);
    if (found == from.end()) return std::nullopt;
    if (!found->is_string()) return invalid(field, std::string(field) + " must be a string");
    into = found->get<std::string>();
    if (into.empty() || !is_plain(into))
        return invalid(
            field, std::string(field) + " must have 1 to 1024 characters, none of them a control character");
    return std::nullopt;
}

std::optional<Refusal> read_flag(const Json& from, const char* field, bool& into) {
    const auto found = from.find(field);
    if (found == from.end()) return std::nullopt;
    if (!found->is_boolean()) return invalid(field, std::string(field) + " must be true or false");
    into = found->get<bool>();
    return std::nullopt;
}

std::optional<Refusal> read_target(const Json& from, Publish& into) {
    std::string destination, user, queue;
    bool everyone = false;
    if (auto refusal = read_text(from, "destination", destination)) return refusal;
    if (auto refusal = read_text(from, "user", user)) return refusal;
    if (auto refusal = read_text(from, "queue", queue)) return refusal;
    if (auto refusal = read_flag(from, "everyone", everyone)) return refusal;
    if ((destination.empty() ? 0 : 1) + (user.empty() ? 0 : 1) + (everyone ? 1 : 0) != 1)
        return invalid("destination", "name one target: destination, or user and queue, or everyone");
    if (!destination.empty()) {
        if (!queue.empty()) return invalid("queue", "queue goes with user or everyone, not with destination");
        if (destination[0] != '/')
            return invalid("destination", "a destination starts with /topic/ or /queue/");
        into.to = ToDestination{std::move(destination)};
    } else if (everyone) {
        into.to = ToEveryone{queue.empty() ? "notifications" : std::move(queue)};
    } else {
        if (queue.empty()) return invalid("queue", "user needs a queue, for example notifications");
        into.to = ToUser{std::move(user), std::move(queue)};
    }
    return std::nullopt;
}

std::optional<Refusal> read_content(const Json& from, Publish& into) {
    if (from.contains("body") + from.contains("json") + from.contains("base64") > 1)
        return invalid("body", "give one of body, json and base64");
    into.content_type = "text/plain;charset=utf-8";
    if (const auto json = from.find("json"); json != from.end()) {
        into.body = json->dump(-1, ' ', false, Json::error_handler_t::replace);
        into.content_type = "application/json";
    } else if (const auto base64 = from.find("base64"); base64 != from.end()) {
        auto bytes =
            base64->is_string() ? base64_decode(base64->get_ref<const std::string&>()) : std::nullopt;
        if (!bytes) return invalid("base64", "base64 must be a string in base64 with padding");
        into.body = std::move(*bytes);
        into.content_type = "application/octet-stream";
    } else if (const auto body = from.find("body"); body != from.end()) {
        if (!body->is_string()) return invalid("body", "body must be a string; for a JSON value use json");
        into.body = body->get<std::string>();
    }
    return read_text(from, "contentType", into.content_type);
}

std::optional<Refusal> read_headers(const Json& from, Publish& into) {
    const auto found = from.find("headers");
    if (found == from.end()) return std::nullopt;
    if (!found->is_object() || found->size() > kMaxHeaders)
        return invalid("headers", "headers must be an object with at most 64 members");
    for (const auto& [name, value] : found->items()) {
        if (name.empty() || !is_plain(name) || !value.is_string() ||
            !is_plain(value.get_ref<const std::string&>()))
            return invalid("headers", "header names and values must be strings without control characters");
        into.headers.emplace_back(name, value.get<std::string>());
    }
    return std::nullopt;
}

std::optional<Refusal> find_unknown(const Json& from) {
    constexpr std::array<std::string_view, 10> kKnown{"destination", "user",      "queue",  "everyone",
                                                      "body",        "json",      "base64", "contentType",
                                                      "headers",     "persistent"};
    for (const auto& [name, value] : from.items())
        if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end())
            return invalid(name, "there is no field of this name");
    return std::nullopt;
}

}  // namespace

std::variant<Publish, Refusal> parse_publish(std::string_view body) {
    const auto json = parse_json(body);
    if (!json || !json->is_object())
        return invalid("", "the body must be one JSON object in UTF-8, no deeper than 32, no name twice");
    Publish publish;
    if (auto refusal = find_unknown(*json)) return *refusal;
    if (auto refusal = read_target(*json, publish)) return *refusal;
    if (auto refusal = read_content(*json, publish)) return *refusal;
    if (auto refusal = read_headers(*json, publish)) return *refusal;
    if (auto refusal = read_flag(*json, "persistent", publish.persistent)) return *refusal;
    return publish;
}

}  // namespace causeway::admin
