// A client on a bare TCP connection (or TLS): its octets are STOMP's, with nothing around them. The Protocol
// of its connection on one side, the Transport of its session on the other. It has no pings, so nothing
// proves what the client received.
#pragma once

#include <memory>
#include <string_view>

#include "broker/net/connection.hpp"
#include "broker/net/transport.hpp"

namespace causeway::net {

class TcpTransport final : public Protocol, public Transport {
public:
    // How long a client may take to read what is left and to close its side (STOMP 1.2, "Connection
    // Lingering").
    static constexpr Milliseconds kLinger{2000};

    // `connection` outlives the transport. `first_bytes`: what may come before allow(), in octets.
    TcpTransport(Connection& connection, std::size_t first_bytes);
    // Once, before anything is read.
    void attach(std::unique_ptr<TransportUser> user) { user_ = std::move(user); }

    void send(const FrameRef& frame) override { connection_.send(frame); }
    void ping(std::uint32_t /*token*/) override {}
    [[nodiscard]] bool answers_pings() const override { return false; }
    void close(const FrameRef& last, const Farewell& farewell) override;
    void set_deadline(Monotonic due) override { connection_.set_deadline(due); }
    void tell_drained() override { connection_.tell_drained(); }
    void read_on(bool on) override { connection_.read_on(on); }
    void allow(std::size_t message_bytes) override;
    [[nodiscard]] std::size_t queued() const override { return connection_.queued(); }
    [[nodiscard]] std::uint64_t written() const override { return connection_.written(); }
    [[nodiscard]] const Opening& opening() const override { return opening_; }

private:
    // Protocol
    void on_bytes(std::string_view bytes) override;
    void on_deadline(Monotonic now) override { user_->on_deadline(now); }
    void on_drained() override { user_->on_drained(); }
    void on_slow() override { user_->on_slow(); }
    void on_gone(Gone how) override;

    Connection& connection_;
    Opening opening_;
    std::unique_ptr<TransportUser> user_;
    const std::size_t first_bytes_;
    std::size_t received_ = 0;  // until allow()
    bool allowed_ = false;
    bool gone_ = false;
};

}  // namespace causeway::net
