#include "broker/base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace causeway {

namespace {

// Octets of the sequence that starts at `p`, 0 if it is not one.
std::size_t sequence_length(const unsigned char* p, std::size_t left) {
    const auto continues = [&](std::size_t i) { return i < left && (p[i] & 0xc0) == 0x80; };
    if (p[0] >= 0xc2 && p[0] <= 0xdf) return continues(1) ? 2 : 0;
    if ((p[0] & 0xf0) == 0xe0) {
        if (!continues(1) || !continues(2)) return 0;
        if (p[0] == 0xe0 && p[1] < 0xa0) return 0;   // overlong
        if (p[0] == 0xed && p[1] >= 0xa0) return 0;  // surrogate
        return 3;
    }
    if (p[0] >= 0xf0 && p[0] <= 0xf4) {
        if (!continues(1) || !continues(2) || !continues(3)) return 0;
        if (p[0] == 0xf0 && p[1] < 0x90) return 0;   // overlong
        if (p[0] == 0xf4 && p[1] >= 0x90) return 0;  // above U+10FFFF
        return 4;
    }
    return 0;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
    const auto* p = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t left = text.size();
    while (left > 0) {
        if (left >= 8) {  // eight ASCII octets at a time: nearly all traffic
            std::uint64_t word = 0;
            std::memcpy(&word, p, 8);
            if ((word & 0x8080808080808080U) == 0) {
                p += 8;
                left -= 8;
                continue;
            }
        }
        if (*p < 0x80) {
            ++p;
            --left;
            continue;
        }
        const std::size_t length = sequence_length(p, left);
        if (length == 0) return false;
        p += length;
        left -= length;
    }
    return true;
}

}  // namespace causeway
