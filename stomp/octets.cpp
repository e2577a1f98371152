#include "stomp/octets.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace causeway::stomp {

namespace {

constexpr std::uint64_t each(std::uint64_t octet) { return octet * 0x0101010101010101U; }

std::uint64_t load(const char* p) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, sizeof word);
    return word;
}

// Adding 0x7f to an ASCII octet sets its top bit unless the octet is 0, and never carries into the next.
bool is_plain_word(const char* p) {
    const std::uint64_t word = load(p);
    const std::uint64_t no_nul = word + each(0x7f);
    const std::uint64_t no_cr = (word ^ each('\r')) + each(0x7f);
    const std::uint64_t no_backslash = (word ^ each('\\')) + each(0x7f);
    return ((word | ~(no_nul & no_cr & no_backslash)) & each(0x80)) == 0;
}

// Not zero if one of the octets is 0.
constexpr std::uint64_t zeros_in(std::uint64_t word) { return (word - each(1)) & ~word & each(0x80); }

bool needs_no_escape_word(const char* p) {
    const std::uint64_t word = load(p);
    return (zeros_in(word) | zeros_in(word ^ each('\r')) | zeros_in(word ^ each('\n')) |
            zeros_in(word ^ each(':')) | zeros_in(word ^ each('\\'))) == 0;
}

bool needs_no_escape_octet(char c) { return c != '\0' && c != '\r' && c != '\n' && c != ':' && c != '\\'; }

bool is_plain_octet(char c) {
    return static_cast<unsigned char>(c) < 0x80 && c != '\0' && c != '\r' && c != '\\';
}

// Of the last octets, some are looked at twice.
template <bool (*holds_for_word)(const char*), bool (*holds_for_octet)(char)>
bool all_of(std::string_view text) {
    if (text.size() < 8) return std::all_of(text.begin(), text.end(), holds_for_octet);
    const char* const last_word = text.data() + text.size() - 8;
    for (const char* p = text.data(); p < last_word; p += 8)
        if (!holds_for_word(p)) return false;
    return holds_for_word(last_word);
}

// The code point and the length of a lead octet; length 0 if it is none.
struct Lead {
    std::size_t length;
    std::uint32_t bits;
    std::uint32_t least;  // below it the form is overlong
};

Lead lead_of(unsigned char octet) {
    if (octet < 0x80) return {1, octet, 0};
    if ((octet & 0xe0) == 0xc0) return {2, octet & 0x1fU, 0x80};
    if ((octet & 0xf0) == 0xe0) return {3, octet & 0x0fU, 0x800};
    if ((octet & 0xf8) == 0xf0) return {4, octet & 0x07U, 0x10000};
    return {0, 0, 0};
}

}  // namespace

bool is_plain(std::string_view text) { return all_of<is_plain_word, is_plain_octet>(text); }

bool needs_no_escape(std::string_view text) {
    return all_of<needs_no_escape_word, needs_no_escape_octet>(text);
}

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Lead lead = lead_of(static_cast<unsigned char>(text[at]));
        if (lead.length == 0 || lead.length > text.size() - at) return false;
        std::uint32_t point = lead.bits;
        for (std::size_t i = 1; i < lead.length; ++i) {
            const auto octet = static_cast<unsigned char>(text[at + i]);
            if ((octet & 0xc0) != 0x80) return false;
            point = point << 6 | (octet & 0x3fU);
        }
        if (point < lead.least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
        at += lead.length;
    }
    return true;
}

}  // namespace causeway::stomp
