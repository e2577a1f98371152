// What a client must say to be given a WebSocket (RFC 6455, 4.2.1), checked before websocketpp hears of it.
// Origins are not checked here: they are the listener's policy. Valid C++17. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace causeway::net {

struct HttpHead;
struct HttpRefusal;

struct UpgradeRequest {
    std::string key;                        // 16 octets in base64, checked
    std::vector<std::string> subprotocols;  // as offered, in order, each a token
    bool deflate = false;                   // permessage-deflate is offered, in a way that suits us
    std::string strict_transport{};         // what the 101 says as Strict-Transport-Security; empty: nothing
};

// The head asks for a WebSocket, well or badly.
[[nodiscard]] bool wants_websocket(const HttpHead& head);

// 426 for another version than 13, 400 for anything else that is wrong. With 426 goes `Sec-WebSocket-Version:
// 13`.
[[nodiscard]] std::variant<UpgradeRequest, HttpRefusal> read_upgrade(const HttpHead& head);

// The 101 (RFC 6455, 4.2.2). `subprotocol` is one of the offers, or "" for none; `deflate` agrees to what was
// offered.
[[nodiscard]] std::string accept_upgrade(const UpgradeRequest& request, std::string_view subprotocol,
                                         bool deflate);

// 24 characters of base64 that stand for 16 octets.
[[nodiscard]] bool is_websocket_key(std::string_view key);

}  // namespace causeway::net
