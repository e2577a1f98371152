#include "stomp/version.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace causeway::stomp {

namespace {

constexpr std::array kVersions{Version::k12, Version::k11, Version::k10};

std::string_view without_blanks(std::string_view text) {
    constexpr std::string_view kBlanks = " \t";
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool read_number(const char*& at, const char* end, unsigned& number) {
    const auto [after, error] = std::from_chars(at, end, number);
    at = after;
    return error == std::errc{};
}

std::optional<Version> parse(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    unsigned major = 0;
    unsigned minor = 0;
    if (!read_number(at, end, major) || at == end || *at != '.') return std::nullopt;
    if (!read_number(++at, end, minor) || at != end) return std::nullopt;
    if (major != 1 || minor > 2) return std::nullopt;
    return static_cast<Version>(minor);
}

std::string_view sub_protocol(Version version) {
    switch (version) {
        case Version::k10:
            return "v10.stomp";
        case Version::k11:
            return "v11.stomp";
        case Version::k12:
            return "v12.stomp";
    }
    return {};
}

}  // namespace

std::string_view to_string(Version version) {
    switch (version) {
        case Version::k10:
            return "1.0";
        case Version::k11:
            return "1.1";
        case Version::k12:
            return "1.2";
    }
    return {};
}

std::optional<Version> negotiate(std::optional<std::string_view> accept_version) {
    if (!accept_version) return Version::k10;
    std::optional<Version> best;
    std::string_view rest = *accept_version;
    while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        const auto version = parse(without_blanks(rest.substr(0, comma)));
        if (version && (!best || *version > *best)) best = version;
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return best;
}

std::optional<std::string_view> pick_sub_protocol(std::span<const std::string> offered) {
    for (const Version version : kVersions) {
        const auto name = sub_protocol(version);
        if (std::find(offered.begin(), offered.end(), name) != offered.end()) return name;
    }
    return std::nullopt;
}

}  // namespace causeway::stomp
