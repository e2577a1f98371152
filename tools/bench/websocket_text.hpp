// RFC 6455 from the client's side: masked frames out, messages in. Sans-I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace causeway::bench {

enum class Opcode : std::uint8_t {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10
};

// One final frame, masked with `mask`.
void append_masked(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask);

struct WebsocketFrame {
    Opcode opcode = Opcode::kText;
    bool final = true;
    bool packed = false;  // RFC 7692: the first frame of a compressed message
    std::string_view payload;
};

enum class WebsocketState { kFrame, kNeedMore, kBroken };

enum class Packing : std::uint8_t { kNone, kDeflate };  // what was agreed to

// Takes the next frame off the front of `bytes`. Broken: masked, reserved bits, or over 64 MiB.
[[nodiscard]] WebsocketState read_websocket(std::string_view& bytes, WebsocketFrame& into,
                                            Packing agreed = Packing::kNone);

// The upgrade request; `headers` are whole lines.
[[nodiscard]] std::string upgrade_request(std::string_view host, std::string_view path, std::string_view key,
                                          std::string_view subprotocol, std::string_view headers);

// What Sec-WebSocket-Accept must say.
[[nodiscard]] std::string accept_for(std::string_view key);

}  // namespace causeway::bench
