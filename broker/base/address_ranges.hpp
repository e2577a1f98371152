// Ranges of internet addresses as operators write them: `10.0.0.0/8`, `2001:db8::/32`, or one address alone.
// An IPv4 address in IPv6 clothes (::ffff:1.2.3.4) is the IPv4 address. Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace causeway {

class AddressRanges {
public:
    AddressRanges() = default;
    // Bits behind the prefix do not count. Throws std::invalid_argument naming what is neither address nor
    // range.
    explicit AddressRanges(const std::vector<std::string>& ranges);

    // `address` as text, without a port. False for what is no address.
    [[nodiscard]] bool contains(std::string_view address) const;
    [[nodiscard]] bool empty() const { return ranges_.empty(); }

private:
    struct Range {
        std::array<std::uint8_t, 16> first;
        unsigned bits;  // that must be the same
    };
    std::vector<Range> ranges_;
};

// The one way in which an address is written everywhere here; nothing if the text is no address.
[[nodiscard]] std::optional<std::string> written_address(std::string_view text);
// The same of the octets of one: 4 or 16, in network order.
[[nodiscard]] std::string address_of_octets(std::string_view octets);

}  // namespace causeway
