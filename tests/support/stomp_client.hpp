// A STOMP client in verbs, over a plain WebSocket or SockJS's. Blocking, every wait with a deadline; reads
// only when asked. Offers no heart-beats unless told to, and can say what no library would.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stomp/decoder.hpp"
#include "tests/support/websocket_client.hpp"

namespace causeway::test {

using StompHeaders = std::vector<std::pair<std::string, std::string>>;

struct StompFrame {
    std::string command;
    StompHeaders headers;
    std::string body;
    bool binary = false;  // came in a binary WebSocket message

    [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

class StompClient {
public:
    enum class Wire : std::uint8_t { kWebSocket, kSockJs };
    struct Options {
        Wire wire = Wire::kWebSocket;
        std::string prefix = "/ws";
        std::string query;                // "token=…"
        WebSocketClient::Options socket;  // but for its path
    };

    explicit StompClient(std::uint16_t port) : StompClient(port, Options{}) {}
    StompClient(std::uint16_t port, Options options);

    // CONNECT with accept-version 1.2 and host, unless `headers` say otherwise; the answer: CONNECTED, or
    // ERROR. Throws when there is none.
    StompFrame connects(const StompHeaders& headers = {});
    // The same with `token` as its passcode; throws unless it is CONNECTED.
    StompFrame logs_in(const std::string& token, StompHeaders headers = {});
    // SEND, nothing awaited.
    void sends(std::string_view destination, std::string_view body, StompHeaders headers = {});
    // SEND with a receipt: the RECEIPT, or whatever ERROR or refusal names it. Throws when there is none.
    StompFrame sends_and_waits(std::string_view destination, std::string_view body,
                               StompHeaders headers = {});
    // SUBSCRIBE with an id (made unless given) and a receipt: the RECEIPT, or the refusal, as above. From
    // then on nothing is missed.
    StompFrame subscribes(std::string_view destination, StompHeaders headers = {});
    void unsubscribes(std::string_view id);
    // Any frame; header names and values escaped except in CONNECT, content-length added to a body.
    void says(std::string_view command, const StompHeaders& headers, std::string_view body = {});
    // What makes a whole message on the wire: octets of STOMP in one WebSocket message.
    void raw_text(std::string_view octets);
    void raw_bytes(std::string_view bytes) { socket_->raw_bytes(bytes); }  // below WebSocket
    void closes(int code = 1000) { socket_->closes(code); }
    // The connection is gone, without a word.
    void vanishes() { socket_->socket().reset(); }

    // The next frame that was not looked at; nothing at the deadline or the end of the connection.
    [[nodiscard]] std::optional<StompFrame> sees(std::chrono::milliseconds patience = kPatience);
    // The body of the next MESSAGE; throws, with what came instead, if there is none.
    [[nodiscard]] std::string sees_body(std::chrono::milliseconds patience = kPatience);
    // All frames up to the first that `last` accepts, that one included; throws if there is none.
    [[nodiscard]] std::vector<StompFrame> sees_until(const std::function<bool(const StompFrame&)>& last,
                                                     std::chrono::milliseconds patience = kPatience);
    // What has come, and what any shard had posted to this client's shard when this is called: all that was
    // sent by who has his RECEIPT. Subscribes to a log that nobody knows, and returns what came before the
    // RECEIPT: the log is read on another thread, whose answer comes by the same mail as messages of other
    // shards, behind them. Queues are no part of it: their messages come by way of their owner's shard.
    [[nodiscard]] std::vector<StompFrame> everything_so_far();
    // How the connection ended; frames before that are kept. Nothing at the deadline.
    [[nodiscard]] std::optional<WebSocketClose> sees_close(std::chrono::milliseconds patience = kPatience);

    [[nodiscard]] WebSocketClient& socket() { return *socket_; }
    [[nodiscard]] int beats_seen() const { return beats_; }

private:
    // Reads one message and decodes it: false at the deadline or the end.
    [[nodiscard]] bool read(std::chrono::steady_clock::time_point deadline);
    void decode(const std::string& octets, bool binary);
    void decode_sockjs(const std::string& frame);
    [[nodiscard]] StompFrame wait_for_receipt(const std::string& receipt);

    Wire wire_;
    std::unique_ptr<WebSocketClient> socket_;
    std::unique_ptr<stomp::Decoder> decoder_;  // does not move, and a client does
    std::deque<StompFrame> frames_;
    std::optional<WebSocketClose> sockjs_close_;
    int receipts_ = 0;
    int subscriptions_ = 0;
    int beats_ = 0;
};

}  // namespace causeway::test
