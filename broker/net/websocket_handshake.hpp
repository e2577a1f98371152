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
};

// The head asks for a WebSocket, well or badly.
[[nodiscard]] bool wants_websocket(const HttpHead& head);

// 426 for another version than 13, 400 for anything else that is wrong. With 426 goes `Sec-WebSocket-Version:
// 13`.
[[nodiscard]] std::variant<UpgradeRequest, HttpRefusal> read_upgrade(const HttpHead& head);

// A request of our own, made of checked values, for websocketpp to answer. The peer's own head is never shown
// to it: it parses leniently, keeps all of it for the life of the connection, and speaks versions 0, 7 and 8
// as well.
[[nodiscard]] std::string head_for_library(const UpgradeRequest& request, std::string_view subprotocol);

// 24 characters of base64 that stand for 16 octets.
[[nodiscard]] bool is_websocket_key(std::string_view key);

}  // namespace causeway::net
