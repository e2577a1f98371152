#include "broker/net/client_behind.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace causeway::net {

namespace {

// Some write `192.0.2.1:4711`, `[2001:db8::1]` or `[2001:db8::1]:4711`.
std::optional<std::string> address_in(std::string_view entry) {
    if (entry.starts_with('[')) {
        const std::size_t end = entry.find(']');
        return end == entry.npos ? std::nullopt : written_address(entry.substr(1, end - 1));
    }
    if (std::count(entry.begin(), entry.end(), ':') == 1) entry = entry.substr(0, entry.find(':'));
    return written_address(entry);
}

}  // namespace

std::string client_behind(const HttpHead& head, std::string_view header, std::string_view peer,
                          const AddressRanges& trusted) {
    std::string client(peer);
    if (header.empty() || !trusted.contains(peer)) return client;
    for (auto one = head.headers.rbegin(); one != head.headers.rend(); ++one) {
        if (!same_ignoring_case(one->first, header)) continue;
        const std::vector<std::string_view> entries = comma_separated(one->second);
        for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
            const auto address = address_in(*entry);
            if (!address) return client;
            client = *address;
            if (!trusted.contains(client)) return client;
        }
    }
    return client;
}

}  // namespace causeway::net
