#include "broker/net/websocket_text.hpp"

#include "broker/base/utf8.hpp"

namespace causeway::net {

namespace {

constexpr std::size_t kMaxReason = 123;

}  // namespace

bool ends_within_character(std::string_view text) {
    for (std::size_t tail = 1; tail <= 3 && tail <= text.size(); ++tail) {
        const auto octet = static_cast<unsigned char>(text[text.size() - tail]);
        if ((octet & 0xc0U) == 0x80U) continue;
        return octet >= 0xc0U && tail < (octet < 0xe0U ? 2U : octet < 0xf0U ? 3U : 4U);
    }
    return false;
}

std::string fitting_reason(std::string_view reason) {
    if (!is_valid_utf8(reason)) return {};
    if (reason.size() <= kMaxReason) return std::string(reason);
    std::size_t end = kMaxReason;
    while ((static_cast<unsigned char>(reason[end]) & 0xc0U) == 0x80U) --end;
    return std::string(reason.substr(0, end));
}

}  // namespace causeway::net
