#include "broker/net/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "broker/base/address_ranges.hpp"

namespace causeway::net {

namespace {

using State = ProxyHeader::State;

constexpr std::string_view kWord = "PROXY";
constexpr std::size_t kLongestLine = 107;  // 2.1, CR LF included
constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kFixedPart = 16;

ProxyHeader broken() { return {State::kBroken, 0, {}}; }

bool begins_as(std::string_view octets, std::string_view expected) {
    const std::size_t size = std::min(octets.size(), expected.size());
    return octets.substr(0, size) == expected.substr(0, size);
}

// ---- version 1 ----

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool padded = text.size() > 1 && text.front() == '0';
    return error == std::errc() && end == text.data() + text.size() && !padded && port <= 65535;
}

// "TCP4 192.0.2.1 198.51.100.1 56324 443"; each part once, one blank between them.
ProxyHeader read_words(std::string_view line, std::size_t size) {
    std::array<std::string_view, 5> words;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::size_t blank = i + 1 < words.size() ? line.find(' ') : line.size();
        if (blank == line.npos) return broken();
        words[i] = line.substr(0, blank);
        line.remove_prefix(std::min(blank + 1, line.size()));
    }
    const auto& [family, source, destination, source_port, destination_port] = words;
    if ((family != "TCP4" && family != "TCP6") || !is_port(source_port) || !is_port(destination_port))
        return broken();
    const bool colons = family == "TCP6";
    for (const std::string_view address : {source, destination})
        if (!written_address(address) || (address.find(':') != address.npos) != colons) return broken();
    return {State::kWhole, size, *written_address(source)};
}

ProxyHeader read_line(std::string_view octets) {
    const std::size_t end = octets.substr(0, kLongestLine).find("\r\n");
    if (end == octets.npos) return octets.size() < kLongestLine ? ProxyHeader{} : broken();
    std::string_view line = octets.substr(0, end);
    if (!line.starts_with("PROXY ")) return broken();
    line.remove_prefix(kWord.size() + 1);
    // 2.1: what follows UNKNOWN is to be ignored.
    if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) return {State::kWhole, end + 2, {}};
    return read_words(line, end + 2);
}

// ---- version 2 ----

unsigned octet(std::string_view octets, std::size_t at) { return static_cast<unsigned char>(octets[at]); }

// Octets of two addresses and ports of that family (2.2); others have none that we could use.
std::size_t addresses_size(unsigned family) {
    constexpr std::array<std::size_t, 4> kSizes{0, 12, 36, 216};  // unspecified, IPv4, IPv6, UNIX
    return kSizes[family];
}

ProxyHeader read_block(std::string_view octets) {
    if (octets.size() < kFixedPart) return {};
    const unsigned version = octet(octets, 12) >> 4U;
    const unsigned command = octet(octets, 12) & 15U;
    const unsigned family = octet(octets, 13) >> 4U;
    const unsigned transport = octet(octets, 13) & 15U;
    const std::size_t rest = octet(octets, 14) << 8U | octet(octets, 15);
    const std::size_t size = kFixedPart + rest;
    if (version != 2 || command > 1 || family > 3 || transport > 2 || size > ProxyHeader::kMaxSize)
        return broken();
    const bool local = command == 0;
    if (!local && rest < addresses_size(family)) return broken();
    if (octets.size() < size) return {};
    const bool internet_stream = (family == 1 || family == 2) && transport == 1;
    if (local || !internet_stream) return {State::kWhole, size, {}};
    return {State::kWhole, size, address_of_octets(octets.substr(kFixedPart, family == 1 ? 4 : 16))};
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view octets) {
    if (begins_as(octets, kSignature))
        return octets.size() < kSignature.size() ? ProxyHeader{} : read_block(octets);
    if (begins_as(octets, kWord)) return read_line(octets);
    return broken();
}

}  // namespace causeway::net
