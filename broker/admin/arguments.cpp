#include "broker/admin/arguments.hpp"

#include <algorithm>
#include <charconv>

#include "broker/admin/json.hpp"
#include "broker/admin/problem.hpp"
#include "broker/base/utf8.hpp"

namespace causeway::admin {

namespace {

bool is_plain(std::string_view text, std::size_t max) {
    return text.size() <= max && is_valid_utf8(text) &&
           std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return number;
}

Arguments Arguments::of_query(const Request& request) {
    Arguments arguments;
    arguments.left_ = request.query;
    return arguments;
}

Arguments Arguments::of_body(const Request& request) {
    Arguments arguments;
    if (request.body.empty()) return arguments;
    const auto json = parse_json(request.body);
    if (!json || !json->is_object()) {
        arguments.fault_ =
            problem(400, "body-invalid",
                    "the body must be one JSON object in UTF-8, no deeper than 32, no name twice");
        return arguments;
    }
    for (const auto& [name, value] : json->items()) {
        if (value.is_string())
            arguments.left_.emplace(name, value.get<std::string>());
        else if (value.is_number_unsigned())
            arguments.left_.emplace(name, value.dump());
        else
            arguments.refuse(name, "must be a text or a whole number");
    }
    return arguments;
}

std::string Arguments::text(std::string_view name, std::size_t max) {
    const auto found = left_.find(name);
    if (found == left_.end()) return {};
    std::string text = std::move(found->second);
    left_.erase(found);
    if (is_plain(text, max)) return text;
    refuse(name,
           "must have at most " + std::to_string(max) + " bytes of UTF-8, none of them a control character");
    return {};
}

std::string Arguments::required(std::string_view name, std::size_t max) {
    std::string given = text(name, max);
    if (given.empty()) refuse(name, "must be given");
    return given;
}

std::optional<std::uint64_t> Arguments::number(std::string_view name, std::uint64_t min, std::uint64_t max) {
    const auto found = left_.find(name);
    if (found == left_.end()) return std::nullopt;
    const auto number = parse_number(found->second);
    left_.erase(found);
    if (number && *number >= min && *number <= max) return number;
    refuse(name, "must be a number from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
}

void Arguments::refuse(std::string_view name, const std::string& detail) {
    if (!fault_) fault_ = problem(400, std::string(name) + "-invalid", std::string(name) + ": " + detail);
}

std::optional<Response> Arguments::fault() const {
    if (fault_ || left_.empty()) return fault_;
    return problem(400, "parameter-unknown", "there is no parameter \"" + left_.begin()->first + "\" here");
}

}  // namespace causeway::admin
