// PROXY headers: the same whole and dripped, never more asked for than is allowed, and whoever is named is an
// address as it is written everywhere.
#include <cstdint>
#include <string_view>

#include "broker/base/address_ranges.hpp"
#include "broker/net/proxy_header.hpp"
#include "tests/fuzz/check.hpp"

using namespace causeway;
using namespace causeway::net;
using State = ProxyHeader::State;

namespace {

ProxyHeader dripped(std::string_view octets) {
    for (std::size_t size = 0; size < octets.size(); ++size) {
        ProxyHeader header = parse_proxy_header(octets.substr(0, size));
        if (header.state != State::kNeedMore) return header;
    }
    return parse_proxy_header(octets);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const ProxyHeader header = parse_proxy_header(octets);
    const ProxyHeader slowly = dripped(octets);
    FUZZ_CHECK(header.state == slowly.state && header.size == slowly.size && header.source == slowly.source);
    FUZZ_CHECK(header.state != State::kNeedMore || size < ProxyHeader::kMaxSize);
    FUZZ_CHECK((header.size > 0) == (header.state == State::kWhole) && header.size <= size);
    FUZZ_CHECK(header.size <= ProxyHeader::kMaxSize);
    if (!header.source.empty()) FUZZ_CHECK(written_address(header.source) == header.source);
    return 0;
}
