// permessage-deflate as it is negotiated (RFC 7692, 7; grammar: RFC 6455, 9.1). Pure functions, any thread.
// Valid C++17.
#pragma once

#include <optional>
#include <string_view>

namespace causeway::net {

// What we answer to an offer that suits us: neither side keeps anything between messages.
inline constexpr std::string_view kDeflateAgreed =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

// Whether one of the offers in a Sec-WebSocket-Extensions header may be answered with kDeflateAgreed: it
// names no parameter twice, none that is unknown, none with a value that it cannot have, and no smaller
// window for us, for what is compressed once goes to everyone (7.1.2.1 lets us decline). Other extensions
// are passed over. Nothing when the header is against the grammar.
[[nodiscard]] std::optional<bool> offers_deflate(std::string_view header);

}  // namespace causeway::net
