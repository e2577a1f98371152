#include "stomp/escaping.hpp"

#include "stomp/octets.hpp"

namespace causeway::stomp {

namespace {

constexpr char kUndefined = '\0';

char meaning_of(char letter, Version version) {
    switch (letter) {
        case 'n':
            return '\n';
        case 'c':
            return ':';
        case '\\':
            return '\\';
        case 'r':
            return version == Version::k12 ? '\r' : kUndefined;
        default:
            return kUndefined;
    }
}

// The letter that follows the backslash, or kUndefined if the octet goes as it is.
char letter_of(char octet) {
    switch (octet) {
        case '\n':
            return 'n';
        case ':':
            return 'c';
        case '\\':
            return '\\';
        case '\r':
            return 'r';
        default:
            return kUndefined;
    }
}

}  // namespace

std::optional<std::size_t> unescape(std::string_view text, Version version, std::string& out) {
    std::size_t at = 0;
    for (;;) {
        const auto backslash = text.find('\\', at);
        out.append(text, at, backslash - at);
        if (backslash == std::string_view::npos) return std::nullopt;
        const char letter = backslash + 1 < text.size() ? text[backslash + 1] : kUndefined;
        const char octet = meaning_of(letter, version);
        if (octet == kUndefined) return backslash;
        out.push_back(octet);
        at = backslash + 2;
    }
}

bool escape(std::string_view value, Version version, std::string& out) {
    if (needs_no_escape(value)) {
        out.append(value);
        return true;
    }
    using namespace std::string_view_literals;
    constexpr std::string_view kToEscape = "\\:\n\r";
    const auto never = version == Version::k12 ? "\0"sv : version == Version::k11 ? "\0\r"sv : "\0\r\n"sv;
    if (value.find_first_of(never) != std::string_view::npos) return false;
    if (version == Version::k10) {
        out.append(value);
        return true;
    }
    std::size_t at = 0;
    for (;;) {
        const auto special = value.find_first_of(kToEscape, at);
        out.append(value, at, special - at);
        if (special == std::string_view::npos) return true;
        out.push_back('\\');
        out.push_back(letter_of(value[special]));
        at = special + 1;
    }
}

bool is_plain_name(std::string_view name) { return !name.empty() && needs_no_escape(name); }

}  // namespace causeway::stomp
