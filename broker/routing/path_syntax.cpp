#include "broker/routing/path_syntax.hpp"

#include <array>

#include "broker/base/utf8.hpp"

namespace causeway::routing {

namespace {

enum Octet : std::uint8_t { kPlain, kSeparator, kWildcard, kControl, kHigh };

constexpr std::array<Octet, 256> octets() {
    std::array<Octet, 256> table{};
    for (std::size_t i = 0; i < 0x20; ++i) table[i] = kControl;
    table[0x7f] = kControl;
    for (std::size_t i = 0x80; i < 0x100; ++i) table[i] = kHigh;
    table['/'] = table['.'] = kSeparator;
    table['*'] = table['>'] = table['#'] = kWildcard;
    return table;
}
constexpr std::array<Octet, 256> kOctets = octets();

Octet octet(char c) { return kOctets[static_cast<unsigned char>(c)]; }

std::string too_much(std::string_view what, std::size_t size, std::size_t limit, std::string_view key) {
    return std::string("has ") + std::to_string(size) + " " + std::string(what) + ", more than " +
           std::string(key) + " = " + std::to_string(limit);
}

// A wildcard is a whole segment: `*` anywhere, the others at the end.
std::optional<std::string> fault_of_wildcards(std::string_view text) {
    std::size_t seen = 0;
    for (const std::string_view segment : Segments(text)) {
        seen += segment.size();
        const std::string_view name = segment.substr(1);
        if (name.find_first_of("*>#") == std::string_view::npos || name == "*") continue;
        if (!is_rest_wildcard(name)) return "has a wildcard that is not a whole segment";
        if (seen != text.size())
            return "has '" + std::string(name) + "' before its end, where only '*' may be";
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> fault_of_path(std::string_view text, const DestinationLimits& limits,
                                         Wildcards wildcards) {
    if (text.empty() || text[0] != '/') return "does not begin with '/'";
    if (text.size() > limits.bytes)
        return too_much("bytes", text.size(), limits.bytes, "limits.destination_bytes");
    std::size_t segments = 0;
    bool after_separator = false;
    bool high = false;
    bool wild = false;
    for (const char c : text) {
        const Octet kind = octet(c);
        if (kind == kControl) return "contains a control character";
        if (kind == kSeparator) {
            if (after_separator) return "has an empty segment";
            ++segments;
        }
        after_separator = kind == kSeparator;
        high |= kind == kHigh;
        wild |= kind == kWildcard;
    }
    if (after_separator) return "ends with a separator";
    if (segments > limits.segments)
        return too_much("segments", segments, limits.segments, "limits.destination_segments");
    if (high && !is_valid_utf8(text)) return "is not valid UTF-8";
    if (!wild) return std::nullopt;
    if (wildcards == Wildcards::kRefused) return "has a wildcard, which only SUBSCRIBE may use";
    return fault_of_wildcards(text);
}

}  // namespace causeway::routing
