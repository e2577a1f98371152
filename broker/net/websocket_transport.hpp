// A client on a WebSocket, raw or with SockJS framing: the Protocol of its connection on one side, the
// Transport of its session on the other. Data frames go straight to the send queue; websocketpp only
// reads, and writes what controls the connection.
#pragma once

#include <memory>
#include <string>

#include "broker/net/connection.hpp"
#include "broker/net/sockjs.hpp"
#include "broker/net/transport.hpp"
#include "broker/net/websocket_codec.hpp"

namespace causeway::net {

class WebSocketTransport final : public Protocol, public Transport, private WebSocketCodec::Events {
public:
    // How long a close handshake and the flushing before it may take.
    static constexpr Milliseconds kCloseTimeout{2000};

    // `connection` and `endpoint` outlive the transport. `max_message` in octets.
    WebSocketTransport(Connection& connection, WebSocketEndpoint& endpoint, Wire wire, Opening opening,
                       std::size_t max_message);

    // Once, before open(): the session that the bytes go to.
    void attach(std::unique_ptr<TransportUser> user) { user_ = std::move(user); }
    // Answers the upgrade, then reads what came behind its head.
    void open(const UpgradeRequest& request, std::string_view following);

    void send(const FrameRef& frame) override {
        if (!codec_.compresses()) return connection_.send(frame);
        connection_.send(codec_.as_agreed(frame, connection_.loop().now()));
    }
    void ping(std::uint32_t token) override;
    void close(const FrameRef& last, const Farewell& farewell) override;
    void set_deadline(Monotonic due) override;
    void tell_drained() override { connection_.tell_drained(); }
    void read_on(bool on) override { connection_.read_on(on); }
    void allow(std::size_t message_bytes) override;
    [[nodiscard]] std::size_t queued() const override { return connection_.queued(); }
    [[nodiscard]] std::uint64_t written() const override { return connection_.written(); }
    [[nodiscard]] const Opening& opening() const override { return opening_; }

private:
    // Protocol
    void on_bytes(std::string_view bytes) override;
    void on_deadline(Monotonic now) override;
    void on_drained() override;
    void on_slow() override;
    void on_gone(Gone how) override;
    // WebSocketCodec::Events
    void on_open(std::string_view subprotocol) override;
    void on_message(std::string_view payload, bool binary) override;
    void on_sockjs_message(std::string_view payload);
    void on_pong(std::string_view payload) override;
    void on_violation(int close_code, std::string_view text, std::uint64_t size) override;
    void on_output(std::string_view bytes) override;
    void on_closed(int code) override;

    Connection& connection_;
    Opening opening_;
    std::unique_ptr<TransportUser> user_;
    WebSocketCodec codec_;
    sockjs::Decoder sockjs_;
    std::unique_ptr<const Farewell> violation_;  // what the Close frame says, whatever the session would
    bool closing_ = false;  // we have said goodbye: the session hears nothing but on_gone()
};

}  // namespace causeway::net
