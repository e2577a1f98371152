#include "tools/bench/websocket_text.hpp"

#include <openssl/sha.h>

#include <cstring>

#include "broker/base/base64.hpp"

namespace causeway::bench {

namespace {

constexpr std::uint64_t kMaxPayload = 64 * 1024 * 1024;

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t n = 0;
    for (const char c : bytes) n = n << 8 | static_cast<unsigned char>(c);
    return n;
}

}  // namespace

void append_masked(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask) {
    out += static_cast<char>(0x80 | static_cast<unsigned>(opcode));
    const std::size_t size = payload.size();
    if (size < 126) {
        out += static_cast<char>(0x80 | size);
    } else if (size < 65536) {
        out += static_cast<char>(0x80 | 126);
        for (int shift = 8; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xff);
    } else {
        out += static_cast<char>(0x80 | 127);
        for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xff);
    }
    char key[4];
    std::memcpy(key, &mask, 4);
    out.append(key, 4);
    const std::size_t start = out.size();
    out += payload;
    const std::uint64_t wide = std::uint64_t{mask} << 32 | mask;
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        std::uint64_t block = 0;
        std::memcpy(&block, out.data() + start + i, 8);
        block ^= wide;
        std::memcpy(out.data() + start + i, &block, 8);
    }
    for (; i < size; ++i) out[start + i] = static_cast<char>(out[start + i] ^ key[i % 4]);
}

WebsocketState read_websocket(std::string_view& bytes, WebsocketFrame& into, Packing agreed) {
    if (bytes.size() < 2) return WebsocketState::kNeedMore;
    const auto first = static_cast<unsigned char>(bytes[0]);
    const auto second = static_cast<unsigned char>(bytes[1]);
    const bool packed = (first & 0x40) != 0;
    if ((first & 0x30) != 0 || (second & 0x80) != 0) return WebsocketState::kBroken;
    if (packed && (agreed == Packing::kNone || (first & 0x0f) == 0 || (first & 0x08) != 0))
        return WebsocketState::kBroken;
    std::uint64_t size = second;
    std::size_t head = 2;
    if (size >= 126) {
        const std::size_t extra = size == 126 ? 2 : 8;
        head += extra;
        if (bytes.size() < head) return WebsocketState::kNeedMore;
        size = big_endian(bytes.substr(2, extra));
    }
    if (size > kMaxPayload) return WebsocketState::kBroken;
    if (bytes.size() - head < size) return WebsocketState::kNeedMore;
    into.opcode = static_cast<Opcode>(first & 0x0f);
    into.final = (first & 0x80) != 0;
    into.packed = packed;
    into.payload = bytes.substr(head, size);
    bytes.remove_prefix(head + size);
    return WebsocketState::kFrame;
}

std::string upgrade_request(std::string_view host, std::string_view path, std::string_view key,
                            std::string_view subprotocol, std::string_view headers) {
    std::string out = "GET ";
    ((out += path) += " HTTP/1.1\r\nHost: ") += host;
    out +=
        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ";
    (out += key) += "\r\n";
    if (!subprotocol.empty()) ((out += "Sec-WebSocket-Protocol: ") += subprotocol) += "\r\n";
    return (out += headers) += "\r\n";
}

std::string accept_for(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    return base64_encode({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace causeway::bench
