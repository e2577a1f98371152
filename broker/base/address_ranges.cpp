#include "broker/base/address_ranges.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace causeway {

namespace {

using Octets = std::array<std::uint8_t, 16>;

constexpr Octets kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedBits = 96;

bool is_ipv4(const Octets& octets) {
    return std::equal(kMapped.begin(), kMapped.begin() + 12, octets.begin());
}

std::optional<Octets> octets_of(std::string_view text) {
    char terminated[INET6_ADDRSTRLEN] = "";
    if (text.empty() || text.size() >= sizeof terminated || text.find('\0') != text.npos) return std::nullopt;
    std::copy(text.begin(), text.end(), terminated);
    Octets octets = kMapped;
    if (::inet_pton(AF_INET, terminated, octets.data() + 12) == 1) return octets;
    if (::inet_pton(AF_INET6, terminated, octets.data()) == 1) return octets;
    return std::nullopt;
}

std::string text_of(const Octets& octets) {
    char text[INET6_ADDRSTRLEN] = "";
    if (is_ipv4(octets))
        ::inet_ntop(AF_INET, octets.data() + 12, text, sizeof text);
    else
        ::inet_ntop(AF_INET6, octets.data(), text, sizeof text);
    return text;
}

bool same_bits(const Octets& a, const Octets& b, unsigned bits) {
    const unsigned whole = bits / 8;
    if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
    const unsigned rest = bits % 8;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

}  // namespace

AddressRanges::AddressRanges(const std::vector<std::string>& ranges) {
    for (const std::string& range : ranges) {
        const std::size_t slash = std::min(range.find('/'), range.size());
        const auto first = octets_of(std::string_view(range).substr(0, slash));
        const bool ipv4 = first && is_ipv4(*first) && range.find(':') == range.npos;
        const unsigned longest = ipv4 ? 32 : 128;
        unsigned bits = longest;
        if (slash < range.size()) {
            const char* const end = range.data() + range.size();
            const auto [parsed, error] = std::from_chars(range.data() + slash + 1, end, bits);
            if (error != std::errc() || parsed != end) bits = longest + 1;
        }
        if (!first || bits > longest)
            throw std::invalid_argument("\"" + range +
                                        "\" is not an address or a range such as \"10.0.0.0/8\"");
        ranges_.push_back({*first, bits + (ipv4 ? kMappedBits : 0)});
    }
}

bool AddressRanges::contains(std::string_view address) const {
    if (ranges_.empty()) return false;
    const auto octets = octets_of(address);
    return octets && std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
               return same_bits(range.first, *octets, range.bits);
           });
}

std::optional<std::string> written_address(std::string_view text) {
    const auto octets = octets_of(text);
    return octets ? std::optional(text_of(*octets)) : std::nullopt;
}

std::string address_of_octets(std::string_view octets) {
    assert(octets.size() == 4 || octets.size() == 16);
    Octets all = kMapped;
    std::memcpy(all.data() + (all.size() - octets.size()), octets.data(), octets.size());
    return text_of(all);
}

}  // namespace causeway
