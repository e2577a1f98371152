// The client's half of RFC 6455 for tests: masked frames as strings, and a server's frames read back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/net/websocket_codec.hpp"

namespace websocket_client {

inline constexpr unsigned kText = 1;
inline constexpr unsigned kBinary = 2;
inline constexpr unsigned kContinuation = 0;
inline constexpr unsigned kClose = 8;
inline constexpr unsigned kPing = 9;
inline constexpr unsigned kPong = 10;
inline constexpr unsigned kFinal = 0x80;

inline std::string big_endian(std::uint64_t number, std::size_t octets) {
    std::string out;
    for (std::size_t i = octets; i-- > 0;) out.push_back(static_cast<char>((number >> (8 * i)) & 0xff));
    return out;
}

// Only the header, with whatever length it is told to declare.
inline std::string header(unsigned first, std::uint64_t length) {
    std::string out(1, static_cast<char>(first));
    if (length < 126)
        out += static_cast<char>(0x80U | length);
    else if (length <= 0xffff)
        out += static_cast<char>(0x80U | 126U) + big_endian(length, 2);
    else
        out += static_cast<char>(0x80U | 127U) + big_endian(length, 8);
    return out + "\x11\x22\x33\x44";
}

inline std::string masked(std::string_view payload) {
    std::string out(payload);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<char>(out[i] ^ "\x11\x22\x33\x44"[i % 4]);
    return out;
}

inline std::string frame(unsigned first, std::string_view payload) {
    return header(first, payload.size()) + masked(payload);
}
inline std::string text(std::string_view payload) { return frame(kFinal | kText, payload); }
inline std::string close(int code, std::string_view reason = {}) {
    return frame(kFinal | kClose, big_endian(static_cast<std::uint64_t>(code), 2) + std::string(reason));
}

// RFC 6455, 1.3
inline causeway::net::UpgradeRequest upgrade(std::vector<std::string> offers = {}) {
    return {"dGhlIHNhbXBsZSBub25jZQ==", std::move(offers), false};
}

}  // namespace websocket_client
