// websocketpp behind a small class: octets of one client in, messages and control frames out. The only door
// to that library. Has no socket, no timer and no data frames to send: those are built with FrameHeader and
// go straight to the send queue. Valid C++17, because its .cpp is compiled as that. One thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/net/frame.hpp"
#include "broker/net/websocket_handshake.hpp"

namespace causeway::net {

struct CodecState;

// Whether permessage-deflate is agreed to when a client offers it.
enum class Compression { kOff, kOn };

// One per shard; outlives its codecs.
class WebSocketEndpoint {
public:
    // One of the offers, or "" for none. What was not offered counts as none.
    using ChooseSubprotocol = std::function<std::string(const std::vector<std::string>& offers)>;

    explicit WebSocketEndpoint(ChooseSubprotocol choose, Compression compression = Compression::kOff);
    WebSocketEndpoint(const WebSocketEndpoint&) = delete;
    WebSocketEndpoint& operator=(const WebSocketEndpoint&) = delete;
    ~WebSocketEndpoint();

private:
    friend class WebSocketCodec;
    struct Server;
    std::unique_ptr<Server> server_;
};

// One per connection. Every call may call back before it returns, and every callback may call close(), ping()
// or set_max_message(), or destroy the codec: no callback follows the destructor, not even for octets given
// before.
class WebSocketCodec {
public:
    class Events {
    public:
        Events() = default;
        Events(const Events&) = delete;
        Events& operator=(const Events&) = delete;
        virtual ~Events() = default;
        virtual void on_open(std::string_view subprotocol) = 0;
        // A whole message, inflated: text is valid UTF-8. The view holds during the call. Never after a
        // close().
        virtual void on_message(std::string_view payload, bool binary) = 0;
        virtual void on_pong(std::string_view payload) = 0;
        // The peer broke a rule, or a limit; `size` is that of a message above it, 0 if not known. The Close
        // frame with this code follows, if the callback does not close() first; what is queued now goes
        // before it.
        virtual void on_violation(int /*close_code*/, std::string_view /*text*/, std::uint64_t /*size*/) {}
        // The response 101 or a control frame: to be queued behind what is queued.
        virtual void on_output(std::string_view bytes) = 0;
        // Both sides have sent a Close frame, or the framing is broken and ours has gone out: flush and
        // finish. The code is that of the side that began; 1005 when it gave none. Last call, once. An
        // unanswered close() does not lead here: the deadline is the connection's.
        virtual void on_closed(int code) = 0;
    };

    // `max_message` in octets of one message, over all its fragments, compressed and inflated.
    WebSocketCodec(WebSocketEndpoint& endpoint, Events& events, std::size_t max_message);
    WebSocketCodec(const WebSocketCodec&) = delete;
    WebSocketCodec& operator=(const WebSocketCodec&) = delete;
    ~WebSocketCodec();

    // Once, first: writes the 101 and opens. False if a callback closed or destroyed it meanwhile.
    bool open(const UpgradeRequest& request);

    // What follows the request's head on the socket, cut anywhere. A peer's fault ends in on_output() of a
    // Close frame: 1002, 1007, 1008 (floods) or 1009. After any close of ours data is skipped unread.
    void receive(std::string_view bytes, Monotonic now);

    // The payload is cut to 125 octets. Nothing happens unless open.
    void ping(std::string_view payload);
    // Sends a Close frame. A code that may not be sent becomes 1011; the reason is cut to 123 octets between
    // characters. Nothing happens unless open.
    void close(int code, std::string_view reason);
    void set_max_message(std::size_t octets);

    [[nodiscard]] bool is_open() const;
    // Compression was agreed to.
    [[nodiscard]] bool compresses() const { return deflate_; }
    // A data frame of ours as this client may be sent it: compressed, once for all who agreed to that, where
    // it pays; see Deflater::deflated().
    [[nodiscard]] FrameRef as_agreed(const FrameRef& frame, std::optional<Monotonic> turn = std::nullopt);

private:
    WebSocketEndpoint& endpoint_;
    std::shared_ptr<CodecState> state_;
    bool deflate_ = false;  // set by open()
};

}  // namespace causeway::net
