// The framing of SockJS 0.3.3: what goes into a frame, what comes out of one, and what a path below the
// prefix means. Knows no connection and no session. Pure but for the decoder's one remembered half of a
// character. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/random.hpp"

namespace causeway::net::sockjs {

enum class Transport : std::uint8_t {
    kWebSocket,
    kXhr,
    kXhrSend,
    kXhrStreaming,
    kEventSource,
    kHtmlFile,
    kJsonp,
    kJsonpSend,
};

inline constexpr std::string_view kOpenFrame = "o";
inline constexpr std::string_view kHeartbeatFrame = "h";
inline constexpr std::string_view kGreetingText = "Welcome to SockJS!\n";

// `a["…"]` with one message. Escapes what SockJS lists (controls, surrogate pairs, U+200C–200F, 2028–202F,
// 2060–206F, FFF0–FFFF); octets that are not UTF-8 become U+FFFD each.
void append_message_frame(std::string& out, std::string_view message);
// `c[code,"reason"]`
void append_close_frame(std::string& out, int code, std::string_view reason);

// Turns client payloads back into the octets that were sent, one message behind the other. A character above
// U+FFFF that the client cut in two between messages is put together again; a lone half becomes U+FFFD.
class Decoder {
public:
    enum class Result : std::uint8_t {
        kOk,
        kEmpty,   // no octets at all: ignored on WebSocket, an error in xhr_send
        kBroken,  // not a JSON string and not an array of JSON strings; `out` is as before
    };

    // Appends no more octets than the payload has, plus 3.
    [[nodiscard]] Result decode(std::string_view payload, std::string& out);

private:
    std::uint16_t high_half_ = 0;
};

enum class Endpoint : std::uint8_t { kGreeting, kInfo, kIframe, kRawWebSocket, kSession };

struct Route {
    Endpoint endpoint = Endpoint::kGreeting;
    // Of kSession only; views into the path: 1–128 printable ASCII characters without `.` and `/`.
    std::string_view server;
    std::string_view session;
    Transport transport = Transport::kWebSocket;
};

// Nothing when the path does not lie under the prefix (`/ws`, no slash at its end) or names nothing of
// SockJS: 404.
[[nodiscard]] std::optional<Route> route(std::string_view prefix, std::string_view path);

// The body of `/info`: application/json, never cached.
[[nodiscard]] std::string info(Random& random, bool websocket, bool cookie_needed);

}  // namespace causeway::net::sockjs
