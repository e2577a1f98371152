#include "tools/bench/sockjs_text.hpp"

#include <charconv>
#include <cstring>
#include <optional>

#include "tools/bench/process_reading.hpp"

namespace causeway::bench {

namespace {

// Octets at the front that stand for themselves in a JSON string. Eight at a time, as most do.
std::size_t plain_run(std::string_view text) {
    constexpr std::uint64_t kOnes = 0x0101010101010101U;
    constexpr std::uint64_t kTops = 0x8080808080808080U;
    const auto holds_zero = [](std::uint64_t word) { return (word - kOnes) & ~word & kTops; };
    std::size_t at = 0;
    for (; text.size() - at >= 8; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        if ((holds_zero(word ^ (kOnes * '"')) | holds_zero(word ^ (kOnes * '\\')) |
             ((word - kOnes * 0x20) & ~word & kTops)) != 0)
            break;
    }
    while (at < text.size() && text[at] != '"' && text[at] != '\\' &&
           static_cast<unsigned char>(text[at]) >= 0x20)
        ++at;
    return at;
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | (point >> shift & 0x3fU)); };
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xc0U | point >> 6U);
        tail(0);
    } else if (point < 0x10000) {
        out += static_cast<char>(0xe0U | point >> 12U);
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xf0U | point >> 18U);
        tail(12);
        tail(6);
        tail(0);
    }
}

// The four digits of \uXXXX, taken off.
std::optional<std::uint32_t> take_unit(std::string_view& text) {
    if (text.size() < 4) return std::nullopt;
    std::uint32_t unit = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + 4, unit, 16);
    if (failed != std::errc() || end != text.data() + 4) return std::nullopt;
    text.remove_prefix(4);
    return unit;
}

bool take_unicode_escape(std::string_view& text, std::string& out) {
    const auto first = take_unit(text);
    if (!first) return false;
    if (*first < 0xd800 || *first > 0xdfff) return append_utf8(out, *first), true;
    if (*first > 0xdbff || text.substr(0, 2) != "\\u") return false;
    text.remove_prefix(2);
    const auto second = take_unit(text);
    if (!second || *second < 0xdc00 || *second > 0xdfff) return false;
    append_utf8(out, 0x10000 + ((*first - 0xd800) << 10U) + (*second - 0xdc00));
    return true;
}

// What follows a backslash.
bool take_escape(std::string_view& text, std::string& out) {
    constexpr std::string_view kNames = "nrtbf\"\\/";
    constexpr std::string_view kMeant = "\n\r\t\b\f\"\\/";
    if (text.empty()) return false;
    const char name = text.front();
    text.remove_prefix(1);
    if (name == 'u') return take_unicode_escape(text, out);
    const std::size_t place = kNames.find(name);
    if (place == std::string_view::npos) return false;
    out += kMeant[place];
    return true;
}

// A string behind its opening quote, with the closing one.
bool take_string(std::string_view& text, std::string& out) {
    while (true) {
        const std::size_t plain = plain_run(text);
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) return false;
        const char stop = text.front();
        text.remove_prefix(1);
        if (stop == '"') return true;
        if (stop != '\\' || !take_escape(text, out)) return false;
    }
}

// `["…","…"]`
bool take_messages(std::string_view list, std::string& text) {
    if (list.size() < 2 || list.front() != '[' || list.back() != ']') return false;
    do {
        list.remove_prefix(1);
        if (list.empty() || list.front() != '"') return false;
        list.remove_prefix(1);
        if (!take_string(list, text)) return false;
    } while (!list.empty() && list.front() == ',');
    return list == "]";
}

}  // namespace

SockJsFrame read_sockjs(std::string_view frame, std::string& text) {
    text.clear();
    if (frame == "o") return SockJsFrame::kOpen;
    if (frame.empty()) return SockJsFrame::kBroken;
    switch (frame.front()) {
        case 'h':  // one, or the 2 048 before a stream
            return frame.find_first_not_of('h') == std::string_view::npos ? SockJsFrame::kHeartbeat
                                                                          : SockJsFrame::kBroken;
        case 'a':
            return take_messages(frame.substr(1), text) ? SockJsFrame::kMessages : SockJsFrame::kBroken;
        case 'c':
            text = frame.substr(1);
            return SockJsFrame::kClose;
        default:
            return SockJsFrame::kBroken;
    }
}

std::string sockjs_path(std::string_view prefix, std::uint32_t random, std::string_view transport) {
    while (!prefix.empty() && prefix.back() == '/') prefix.remove_suffix(1);
    // /<server>/<session>/<transport>
    return std::string(prefix) + '/' + std::to_string(100 + random % 900) + '/' + std::to_string(random) +
           '-' + std::to_string(now_ns()) + '/' + std::string(transport);
}

void append_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += '"';
    while (true) {
        const std::size_t plain = plain_run(text);
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const auto c = static_cast<unsigned char>(text.front());
        text.remove_prefix(1);
        if (c == '\n')
            out += "\\n";
        else if (c >= 0x20)
            (out += '\\') += static_cast<char>(c);
        else
            ((out += "\\u00") += kDigits[c >> 4U]) += kDigits[c & 15U];
    }
    out += '"';
}

}  // namespace causeway::bench
