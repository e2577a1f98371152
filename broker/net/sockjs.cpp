#include "broker/net/sockjs.hpp"

#include <array>
#include <cstring>

#include "broker/base/utf8.hpp"

namespace causeway::net::sockjs {

namespace {

constexpr std::uint32_t kReplacement = 0xfffd;
constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kTops = 0x8080808080808080U;

// Octets at the front that need no escape: ASCII without controls, `"` and `\`. Eight at a time.
std::size_t plain_run(std::string_view text) {
    const auto holds_zero = [](std::uint64_t word) { return (word - kOnes) & ~word & kTops; };
    std::size_t at = 0;
    for (; text.size() - at >= 8; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        const std::uint64_t below_blank = (word - kOnes * 0x20) & ~word & kTops;
        if (((word & kTops) | below_blank | holds_zero(word ^ (kOnes * '"')) |
             holds_zero(word ^ (kOnes * '\\'))) != 0)
            break;
    }
    const auto plain = [](unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; };
    while (at < text.size() && plain(static_cast<unsigned char>(text[at]))) ++at;
    return at;
}

void append_unit(std::string& out, std::uint32_t unit) {
    static constexpr char kDigits[] = "0123456789abcdef";
    const char escape[] = {'\\',
                           'u',
                           kDigits[(unit >> 12U) & 15U],
                           kDigits[(unit >> 8U) & 15U],
                           kDigits[(unit >> 4U) & 15U],
                           kDigits[unit & 15U]};
    out.append(escape, sizeof escape);
}

void append_ascii_escape(std::string& out, char c) {
    switch (c) {
        case '"':
            out.append("\\\"");
            return;
        case '\\':
            out.append("\\\\");
            return;
        case '\n':
            out.append("\\n");
            return;
        case '\r':
            out.append("\\r");
            return;
        case '\t':
            out.append("\\t");
            return;
        default:
            append_unit(out, static_cast<unsigned char>(c));
    }
}

bool is_escapable(std::uint32_t point) {
    return (point >= 0x200c && point <= 0x200f) || (point >= 0x2028 && point <= 0x202f) ||
           (point >= 0x2060 && point <= 0x206f) || point >= 0xfff0;
}

std::size_t octets_announced(unsigned char first) {
    return first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

// Writes the character above ASCII at the front and says how many octets it has.
std::size_t append_wide(std::string& out, std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t size = octets_announced(first);
    const std::string_view octets = text.substr(0, size);
    if (size == 0 || octets.size() < size || !is_valid_utf8(octets)) {
        append_unit(out, kReplacement);
        return 1;
    }
    std::uint32_t point = first & (0xffU >> (size + 1));
    for (const char c : octets.substr(1)) point = (point << 6U) | (static_cast<unsigned char>(c) & 0x3fU);
    if (!is_escapable(point)) {
        out.append(octets);
    } else if (point <= 0xffff) {
        append_unit(out, point);
    } else {
        append_unit(out, 0xd800 + ((point - 0x10000) >> 10U));
        append_unit(out, 0xdc00 + ((point - 0x10000) & 0x3ffU));
    }
    return size;
}

void append_quoted(std::string& out, std::string_view text) {
    out.push_back('"');
    while (!text.empty()) {
        const std::size_t plain = plain_run(text);
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;
        if (static_cast<unsigned char>(text.front()) < 0x80) {
            append_ascii_escape(out, text.front());
            text.remove_prefix(1);
        } else {
            text.remove_prefix(append_wide(out, text));
        }
    }
    out.push_back('"');
}

}  // namespace

void append_message_frame(std::string& out, std::string_view message) {
    out.reserve(out.size() + message.size() + message.size() / 8 + 16);
    out.append("a[");
    append_quoted(out, message);
    out.push_back(']');
}

void append_close_frame(std::string& out, int code, std::string_view reason) {
    out.append("c[").append(std::to_string(code)).push_back(',');
    append_quoted(out, reason);
    out.push_back(']');
}

std::string info(Random& random, bool websocket, bool cookie_needed) {
    std::array<unsigned char, 4> octets{};
    random.fill(octets.data(), octets.size());
    std::uint32_t entropy = 0;
    std::memcpy(&entropy, octets.data(), octets.size());
    const auto word = [](bool is) { return is ? "true" : "false"; };
    return std::string(R"({"websocket":)") + word(websocket) + R"(,"origins":["*:*"],"cookie_needed":)" +
           word(cookie_needed) + R"(,"entropy":)" + std::to_string(entropy) + "}";
}

}  // namespace causeway::net::sockjs
