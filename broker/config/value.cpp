#include "broker/config/value.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace causeway::config {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};
constexpr Unit kSizes[] = {{"", 1}, {"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
constexpr Unit kDurations[] = {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr std::uint64_t kMost =
    std::numeric_limits<std::int64_t>::max() / 1'000'000;  // a duration in nanoseconds

// Digits and one of the units.
template <std::size_t N>
std::optional<std::uint64_t> with_unit(std::string_view text, const Unit (&units)[N]) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    for (const Unit& one : units)
        if (one.name == unit)
            return number <= kMost / one.factor ? std::optional(number * one.factor) : std::nullopt;
    return std::nullopt;
}

std::optional<std::uint64_t> whole(const Raw& value) {
    const auto* const number = std::get_if<std::int64_t>(&value);
    return number != nullptr && *number >= 0 ? std::optional(static_cast<std::uint64_t>(*number))
                                             : std::nullopt;
}

std::string quoted(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || octet == 0x7f) {
            out += "\\u00";
            out += kHex[octet >> 4];
            out += kHex[octet & 15];
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string quoted(const std::vector<std::string>& list) {
    std::string out = "[";
    for (const auto& one : list) out += (out.size() > 1 ? ", " : "") + quoted(one);
    return out + "]";
}

std::string number_text(double number) {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, number);
    return {text, error == std::errc() ? end : text};
}

template <std::size_t N>
std::string in_largest_unit(std::uint64_t number, const Unit (&units)[N]) {
    const Unit* best = &units[0];
    for (const Unit& one : units)
        if (number != 0 && number % one.factor == 0) best = &one;
    return std::to_string(number / best->factor) + std::string(best->name);
}

bool is_one_of(std::string_view text, std::string_view allowed) {
    while (true) {
        const std::size_t end = allowed.find('|');
        if (text == allowed.substr(0, end)) return true;
        if (end == std::string_view::npos) return false;
        allowed.remove_prefix(end + 1);
    }
}

void store_number(const Target& target, double number) {
    if (auto* const* count = std::get_if<std::size_t*>(&target)) **count = static_cast<std::size_t>(number);
    if (auto* const* real = std::get_if<double*>(&target)) **real = number;
    if (auto* const* time = std::get_if<Milliseconds*>(&target))
        **time = Milliseconds(static_cast<std::int64_t>(number));
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> list;
    while (!text.empty()) {
        const std::size_t end = text.find(',');
        std::string_view one = text.substr(0, end);
        while (one.starts_with(' ')) one.remove_prefix(1);
        while (one.ends_with(' ')) one.remove_suffix(1);
        if (!one.empty()) list.emplace_back(one);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return list;
}

Raw raw_of(const Key& key, std::string_view text) {
    if (key.type == Type::kList) return split(text);
    if (key.type == Type::kBool && (text == "true" || text == "false")) return text == "true";
    if (key.type == Type::kCount || key.type == Type::kNumber) {
        std::int64_t integer = 0;
        const char* const end = text.data() + text.size();
        if (const auto result = std::from_chars(text.data(), end, integer);
            result.ec == std::errc() && result.ptr == end)
            return integer;
        double number = 0;
        if (const auto result = std::from_chars(text.data(), end, number);
            result.ec == std::errc() && result.ptr == end)
            return number;
    }
    return std::string(text);
}

}  // namespace

std::string shown(const Raw& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return quoted(*list);
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* number = std::get_if<double>(&value)) return number_text(*number);
    return "something else";
}

std::string_view expected(Type type) {
    switch (type) {
        case Type::kBool:
            return "which is neither true nor false";
        case Type::kCount:
            return "which is not a whole number";
        case Type::kNumber:
            return "which is not a number";
        case Type::kSize:
            return "which is not a size; write for example 65536 or \"64KiB\"";
        case Type::kDuration:
            return "which is not a duration; write for example \"10s\" or \"500ms\"";
        case Type::kList:
            return "which is not a list of texts; write for example [\"a\", \"b\"]";
        case Type::kText:
        case Type::kSecret:
            return "which is not a text";
    }
    return "which is of the wrong type";
}

std::optional<double> number_of(Type type, const Raw& value) {
    std::optional<std::uint64_t> integer = whole(value);
    if (type == Type::kNumber) {
        if (const auto* number = std::get_if<double>(&value);
            number != nullptr && std::isfinite(*number) && *number >= 0)
            return *number;
    } else if (type == Type::kDuration) {
        const auto* const text = std::get_if<std::string>(&value);
        integer = text != nullptr ? with_unit(*text, kDurations) : std::nullopt;
    } else if (const auto* text = std::get_if<std::string>(&value); text != nullptr && type == Type::kSize) {
        integer = with_unit(*text, kSizes);
    }
    if (!integer || *integer > kMost) return std::nullopt;
    return static_cast<double>(*integer);
}

std::string written_size(std::size_t bytes) {
    return bytes < 1024 ? std::to_string(bytes) : quoted(in_largest_unit(bytes, kSizes));
}
std::string written_duration(Milliseconds time) {
    return quoted(in_largest_unit(static_cast<std::uint64_t>(time.count()), kDurations));
}

std::optional<std::string> assign(Config& config, const Key& key, const Raw& value) {
    const std::string seen =
        std::string(key.name) + " is " + (key.type == Type::kSecret ? "a value" : shown(value)) + ", ";
    const Target target = key.at(config);
    if (auto* const* flag = std::get_if<bool*>(&target)) {
        if (!std::holds_alternative<bool>(value)) return seen + std::string(expected(key.type));
        **flag = std::get<bool>(value);
    } else if (auto* const* text = std::get_if<std::string*>(&target)) {
        if (!std::holds_alternative<std::string>(value)) return seen + std::string(expected(key.type));
        if (!key.one_of.empty() && !is_one_of(std::get<std::string>(value), key.one_of))
            return seen + "which is none of " + std::string(key.one_of);
        **text = std::get<std::string>(value);
    } else if (auto* const* list = std::get_if<std::vector<std::string>*>(&target)) {
        if (!std::holds_alternative<std::vector<std::string>>(value))
            return seen + std::string(expected(key.type));
        **list = std::get<std::vector<std::string>>(value);
    } else {
        const auto number = number_of(key.type, value);
        if (!number) return seen + std::string(expected(key.type));
        if (*number == 0 && key.zero == Zero::kRefused) return seen + "but must be more than 0";
        store_number(target, *number);
    }
    return std::nullopt;
}

std::optional<std::string> assign_text(Config& config, const Key& key, std::string_view text) {
    return assign(config, key, raw_of(key, text));
}

std::string written(Config& config, const Key& key) {
    const Target target = key.at(config);
    if (auto* const* flag = std::get_if<bool*>(&target)) return **flag ? "true" : "false";
    if (auto* const* real = std::get_if<double*>(&target)) return number_text(**real);
    if (auto* const* list = std::get_if<std::vector<std::string>*>(&target)) return quoted(**list);
    if (auto* const* time = std::get_if<Milliseconds*>(&target)) return written_duration(**time);
    if (auto* const* count = std::get_if<std::size_t*>(&target))
        return key.type == Type::kSize ? written_size(**count) : std::to_string(**count);
    const std::string& text = **std::get_if<std::string*>(&target);
    return key.type == Type::kSecret && !text.empty() ? "\"********\"" : quoted(text);
}

}  // namespace causeway::config
