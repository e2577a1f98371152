// Who asks when a proxy stands between: the header in which proxies name those they speak for, believed only
// from proxies that are trusted. Values in, value out; any thread.
#pragma once

#include <string>
#include <string_view>

#include "broker/base/address_ranges.hpp"
#include "broker/net/http_head.hpp"

namespace causeway::net {

// Each proxy appends the address it was asked from, so the list is read from its right end, and only as far
// as those who wrote it are trusted: the first address of another is the client, for what stands left of it
// may be anybody's invention. `peer` where there is no such header, or `peer` itself is not trusted. An entry
// may have a port; at one that is no address reading ends. `header` is a name in any case; "" reads none.
[[nodiscard]] std::string client_behind(const HttpHead& head, std::string_view header, std::string_view peer,
                                        const AddressRanges& trusted);

}  // namespace causeway::net
