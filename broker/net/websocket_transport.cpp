#include "broker/net/websocket_transport.hpp"

#include <cstring>

namespace causeway::net {

WebSocketTransport::WebSocketTransport(Connection& connection, WebSocketEndpoint& endpoint, Wire wire,
                                       Opening opening, std::size_t max_message)
    : Transport(wire),
      connection_(connection),
      opening_(std::move(opening)),
      codec_(endpoint, *this, max_message) {}

void WebSocketTransport::open(const UpgradeRequest& request, std::string_view following) {
    if (!codec_.open(request)) return;
    if (!following.empty()) on_bytes(following);
}

void WebSocketTransport::on_bytes(std::string_view bytes) { codec_.receive(bytes, connection_.loop().now()); }

void WebSocketTransport::on_open(std::string_view subprotocol) {
    opening_.subprotocol = subprotocol;
    if (wire() == Wire::kSockJsWebSocket) connection_.send(wrap_sockjs_text(sockjs::kOpenFrame));
}

void WebSocketTransport::on_message(std::string_view payload, bool /*binary*/) {
    if (closing_) return;
    if (wire() == Wire::kWebSocket) return user_->on_bytes(payload);
    on_sockjs_message(payload);
}

void WebSocketTransport::on_sockjs_message(std::string_view payload) {
    std::string bytes;
    if (sockjs_.decode(payload, bytes) == sockjs::Decoder::Result::kBroken) {
        on_violation(1002, "Broken framing.", 0);
        return close({}, *violation_);
    }
    if (!bytes.empty()) user_->on_bytes(bytes);
}

void WebSocketTransport::ping(std::uint32_t token) {
    char payload[sizeof token];
    std::memcpy(payload, &token, sizeof token);
    codec_.ping({payload, sizeof payload});
}

void WebSocketTransport::on_pong(std::string_view payload) {
    std::uint32_t token = 0;
    if (closing_ || payload.size() != sizeof token) return;  // unsolicited: RFC 6455, 5.5.3
    std::memcpy(&token, payload.data(), sizeof token);
    user_->on_pong(token);
}

void WebSocketTransport::on_violation(int close_code, std::string_view text, std::uint64_t size) {
    if (closing_) return;
    violation_ = std::make_unique<const Farewell>(Farewell{close_code, std::string(text)});
    user_->on_violation({close_code, std::string(text), size});
}

void WebSocketTransport::on_output(std::string_view bytes) {
    connection_.send_last(FrameRef::make({}, bytes));
}

void WebSocketTransport::close(const FrameRef& last, const Farewell& farewell) {
    if (closing_) return;
    closing_ = true;
    const Farewell& said = violation_ ? *violation_ : farewell;
    if (last) connection_.send_last(last);
    if (wire() == Wire::kSockJsWebSocket) {
        std::string frame;
        sockjs::append_close_frame(frame, said.close_code, said.reason);
        connection_.send_last(wrap_sockjs_text(frame));
    }
    codec_.close(said.close_code, said.reason);
    connection_.read_on(true);
    connection_.set_deadline(connection_.loop().now() + kCloseTimeout);
}

// Both Close frames have passed, or the framing is lost and ours has gone out.
void WebSocketTransport::on_closed(int /*code*/) { connection_.finish(kCloseTimeout); }

void WebSocketTransport::on_deadline(Monotonic now) {
    if (closing_) return connection_.abort();
    user_->on_deadline(now);
}

void WebSocketTransport::on_drained() {
    if (!closing_) user_->on_drained();
}

void WebSocketTransport::on_slow() {
    if (!closing_) user_->on_slow();
}

void WebSocketTransport::on_gone(Gone how) {
    closing_ = true;
    if (!user_) return;
    switch (how) {
        case Gone::kPeer:
            return user_->on_gone(TransportUser::Gone::kClient);
        case Gone::kBroken:
            return user_->on_gone(TransportUser::Gone::kBroken);
        case Gone::kOurs:
            return user_->on_gone(TransportUser::Gone::kOurs);
    }
}

void WebSocketTransport::set_deadline(Monotonic due) {
    if (!closing_) connection_.set_deadline(due);
}

void WebSocketTransport::allow(std::size_t message_bytes) {
    connection_.acquaint();
    // A SockJS client escapes: six characters for an octet at worst.
    codec_.set_max_message(wire() == Wire::kSockJsWebSocket ? message_bytes * 6 + 16 : message_bytes);
}

}  // namespace causeway::net
