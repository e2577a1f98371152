// How a frame of SockJS 0.3.3 travels in the answers of the HTTP transports: what comes first, what is
// around each frame, and the pages that old browsers need. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "broker/net/sockjs.hpp"

namespace causeway::net::sockjs {

// The client waits for frames with this request; otherwise it sends.
[[nodiscard]] constexpr bool is_receiving(Transport transport) {
    return transport != Transport::kXhrSend && transport != Transport::kJsonpSend &&
           transport != Transport::kWebSocket;
}
// One request gets many frames.
[[nodiscard]] constexpr bool is_streaming(Transport transport) {
    return transport == Transport::kXhrStreaming || transport == Transport::kEventSource ||
           transport == Transport::kHtmlFile;
}
[[nodiscard]] constexpr bool needs_callback(Transport transport) {
    return transport == Transport::kHtmlFile || transport == Transport::kJsonp;
}
// "GET" or "POST"
[[nodiscard]] std::string_view method_of(Transport transport);
// Of the answer to a request that receives.
[[nodiscard]] std::string_view content_type_of(Transport transport);

// Letters, digits, `-`, `_` and `.` only: what may be put into a script. At most 128 octets.
[[nodiscard]] bool is_callback(std::string_view name);

// What a streamed answer begins with, so that no browser and no proxy keeps the first frames back.
[[nodiscard]] std::string prelude(Transport transport, std::string_view callback);
// `frame` as the transport carries it.
[[nodiscard]] std::string enveloped(Transport transport, std::string_view callback, std::string_view frame);

// The page for clients in an iframe; `client_url` is where sockjs-client lies.
[[nodiscard]] std::string iframe_page(std::string_view client_url);

}  // namespace causeway::net::sockjs
