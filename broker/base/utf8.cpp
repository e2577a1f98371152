#include "broker/base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace causeway {

namespace {

struct Lead {
    std::size_t length;                    // of the sequence; 0: no octet to begin one with
    unsigned char second_from, second_to;  // keep out overlong forms, surrogates and what is above U+10FFFF
};

Lead lead_of(unsigned char octet) {
    if (octet < 0x80) return {1, 0, 0};
    if (octet >= 0xc2 && octet <= 0xdf) return {2, 0x80, 0xbf};
    if (octet == 0xe0) return {3, 0xa0, 0xbf};
    if (octet == 0xed) return {3, 0x80, 0x9f};
    if (octet >= 0xe1 && octet <= 0xef) return {3, 0x80, 0xbf};
    if (octet == 0xf0) return {4, 0x90, 0xbf};
    if (octet >= 0xf1 && octet <= 0xf3) return {4, 0x80, 0xbf};
    if (octet == 0xf4) return {4, 0x80, 0x8f};
    return {0, 0, 0};
}

// Of the `left` octets from `p`, none is one that the sequence cannot have where it stands.
bool is_possible(const Lead& lead, const unsigned char* p, std::size_t left) {
    if (lead.length == 0) return false;
    if (lead.length > 1 && left > 1 && (p[1] < lead.second_from || p[1] > lead.second_to)) return false;
    for (std::size_t i = 2; i < lead.length && i < left; ++i)
        if ((p[i] & 0xc0) != 0x80) return false;
    return true;
}

}  // namespace

Utf8Beginning utf8_beginning(std::string_view text) {
    const auto* const begin = reinterpret_cast<const unsigned char*>(text.data());
    const auto* const end = begin + text.size();
    for (const unsigned char* p = begin; p < end;) {
        if (end - p >= 8) {  // eight ASCII octets at a time: nearly all traffic
            std::uint64_t word = 0;
            std::memcpy(&word, p, 8);
            if ((word & 0x8080808080808080U) == 0) {
                p += 8;
                continue;
            }
        }
        const Lead lead = lead_of(*p);
        const auto left = static_cast<std::size_t>(end - p);
        const bool possible = is_possible(lead, p, left);
        if (!possible || lead.length > left) return {static_cast<std::size_t>(p - begin), !possible};
        p += lead.length;
    }
    return {text.size(), false};
}

bool is_valid_utf8(std::string_view text) { return utf8_beginning(text).octets == text.size(); }

}  // namespace causeway
