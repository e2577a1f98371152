// The line or block by which a balancer says for whom it connects, before anything else, TLS included: the
// PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt). Octets in, value out; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace causeway::net {

struct ProxyHeader {
    enum class State : std::uint8_t {
        kNeedMore,
        kWhole,
        kBroken,  // no PROXY header, or one that means nothing
    };
    // Of version 2, with all that a balancer may add (TLVs, which are skipped).
    static constexpr std::size_t kMaxSize = 4096;

    State state = State::kNeedMore;
    std::size_t size = 0;  // octets of the header, when it is whole
    // Of the client. Empty: the balancer speaks for itself (LOCAL, UNKNOWN), or for one without an internet
    // address.
    std::string source;
};

// All octets received so far. Never asks for more than kMaxSize; broken as soon as it is known.
[[nodiscard]] ProxyHeader parse_proxy_header(std::string_view octets);

}  // namespace causeway::net
