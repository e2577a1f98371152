#include "broker/net/websocket_handshake.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "broker/base/base64.hpp"
#include "broker/net/http_head.hpp"
#include "broker/net/websocket_extensions.hpp"

namespace causeway::net {

namespace {

constexpr std::size_t kMaxSubprotocols = 16;

HttpRefusal bad(std::string text) { return {400, std::move(text)}; }

// Appends what the headers offer; otherwise what is wrong with them.
std::optional<HttpRefusal> read_subprotocols(const HttpHead& head, std::vector<std::string>& offers) {
    for (const auto& [name, value] : head.headers) {
        if (!same_ignoring_case(name, "Sec-WebSocket-Protocol")) continue;
        for (const std::string_view offer : comma_separated(value)) {
            if (!is_http_token(offer)) return bad("a sub-protocol is not a token");
            if (offers.size() == kMaxSubprotocols) return bad("too many sub-protocols");
            offers.emplace_back(offer);
        }
    }
    return std::nullopt;
}

// RFC 6455, 9.1: the header may be given several times, and what is against its grammar fails the handshake.
std::optional<HttpRefusal> read_extensions(const HttpHead& head, bool& deflate) {
    for (const auto& [name, value] : head.headers) {
        if (!same_ignoring_case(name, "Sec-WebSocket-Extensions")) continue;
        const std::optional<bool> offered = offers_deflate(value);
        if (!offered) return bad("Sec-WebSocket-Extensions is not well-formed");
        deflate = deflate || *offered;
    }
    return std::nullopt;
}

// RFC 6455, 4.2.2, 5.4: proves that we speak WebSocket and have read the key.
std::string accept_value(std::string key) {
    key.append("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    std::array<unsigned char, 20> digest{};
    if (EVP_Digest(key.data(), key.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1)
        throw std::runtime_error("SHA-1 is not to be had from OpenSSL");
    return base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

bool wants_websocket(const HttpHead& head) { return head.lists("Upgrade", "websocket"); }

bool is_websocket_key(std::string_view key) {
    if (key.size() != 24) return false;
    const std::optional<std::string> octets = base64_decode(key);
    return octets && octets->size() == 16;
}

std::variant<UpgradeRequest, HttpRefusal> read_upgrade(const HttpHead& head) {
    if (head.method != "GET") return bad("a WebSocket is opened with GET");
    if (head.minor_version != 1) return bad("a WebSocket needs HTTP/1.1");
    if (!wants_websocket(head)) return bad("Upgrade is not websocket");
    if (!head.lists("Connection", "Upgrade")) return bad("Connection does not name Upgrade");
    if (head.chunked || head.content_length.value_or(0) > 0) return bad("an upgrade has no body");
    for (const char* single : {"Sec-WebSocket-Key", "Sec-WebSocket-Version"})
        if (head.count(single) > 1) return bad(std::string(single) + " is given twice");
    if (head.get("Sec-WebSocket-Version") != "13")
        return HttpRefusal{426, "the WebSocket version here is 13"};
    if (!is_websocket_key(head.get("Sec-WebSocket-Key")))
        return bad("Sec-WebSocket-Key is not 16 octets in base64");
    UpgradeRequest request{std::string(head.get("Sec-WebSocket-Key")), {}};
    if (auto refusal = read_subprotocols(head, request.subprotocols)) return *std::move(refusal);
    if (auto refusal = read_extensions(head, request.deflate)) return *std::move(refusal);
    return request;
}

std::string accept_upgrade(const UpgradeRequest& request, std::string_view subprotocol, bool deflate) {
    std::string head =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Accept: ";
    head.append(accept_value(request.key)).append("\r\n");
    if (!subprotocol.empty()) head.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
    if (deflate) head.append("Sec-WebSocket-Extensions: ").append(kDeflateAgreed).append("\r\n");
    if (!request.strict_transport.empty())
        head.append("Strict-Transport-Security: ").append(request.strict_transport).append("\r\n");
    return head.append("\r\n");
}

}  // namespace causeway::net
