#include "broker/app/json_text.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "broker/base/utf8.hpp"

namespace causeway::app {

namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kHighs = 0x8080808080808080U;

constexpr std::uint64_t zero_octets(std::uint64_t word) { return (word - kOnes) & ~word & kHighs; }

// True if one of eight octets may need more than copying: control, quote, backslash, not ASCII.
bool needs_care(const char* p) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, 8);
    const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
    return (control | zero_octets(word ^ (kOnes * '"')) | zero_octets(word ^ (kOnes * '\\')) |
            (word & kHighs)) != 0;
}

// Octets that are copied as they are.
std::size_t plain_prefix(const char* p, std::size_t left) {
    std::size_t n = 0;
    while (n + 8 <= left && !needs_care(p + n)) n += 8;
    while (n < left) {
        const auto c = static_cast<unsigned char>(p[n]);
        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') break;
        ++n;
    }
    return n;
}

void append_escape(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        default:
            break;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto octet = static_cast<unsigned char>(c);
    out += "\\u00";
    out += kDigits[octet >> 4];
    out += kDigits[octet & 15];
}

// Appends the character at `p`, which is not ASCII; returns how many octets it took.
std::size_t append_character(std::string& out, const char* p, std::size_t left) {
    const auto first = static_cast<unsigned char>(*p);
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (length <= left && is_valid_utf8({p, length})) {
        out.append(p, length);
        return length;
    }
    out += "\xef\xbf\xbd";
    return 1;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    const char* p = text.data();
    std::size_t left = text.size();
    while (left > 0) {
        std::size_t taken = plain_prefix(p, left);
        out.append(p, taken);
        if (taken < left) {
            const char c = p[taken];
            if (static_cast<unsigned char>(c) >= 0x80) {
                taken += append_character(out, p + taken, left - taken);
            } else {
                append_escape(out, c);
                ++taken;
            }
        }
        p += taken;
        left -= taken;
    }
    out += '"';
}

void append_json_number(std::string& out, std::int64_t number) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

std::size_t json_depth(std::string_view text, std::size_t limit) {
    std::size_t depth = 0;
    std::size_t deepest = 0;
    for (std::size_t i = 0; i < text.size() && deepest <= limit; ++i) {
        const char c = text[i];
        if (c == '"') {
            for (++i; i < text.size() && text[i] != '"'; ++i)
                if (text[i] == '\\') ++i;
        } else if (c == '{' || c == '[') {
            if (++depth > deepest) deepest = depth;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return deepest;
}

std::string iso_time(std::int64_t ms_since_1970) {
    const std::time_t seconds = ms_since_1970 / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> text;
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 8> fraction;
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(ms_since_1970 % 1000));
    return std::string(text.data(), length) + fraction.data();
}

}  // namespace causeway::app
