#include "broker/net/tcp_transport.hpp"

namespace causeway::net {

TcpTransport::TcpTransport(Connection& connection, std::size_t first_bytes)
    : Transport(Wire::kTcp),
      connection_(connection),
      opening_{Carrier::kTcp, connection.peer(), {}, {}, {}},
      first_bytes_(first_bytes) {}

void TcpTransport::on_bytes(std::string_view bytes) {
    if (gone_) return;
    if (allowed_) return user_->on_bytes(bytes);
    opening_.peer = connection_.peer();  // known once the first octets are the client's
    received_ += bytes.size();
    user_->on_bytes(bytes);
    // What came behind a CONNECT that was accepted is not held against the client.
    if (!allowed_ && !gone_ && received_ > first_bytes_)
        user_->on_violation({1009, "too much before CONNECTED", received_});
}

void TcpTransport::close(const FrameRef& last, const Farewell& /*farewell*/) {
    if (gone_) return;
    if (last) connection_.send_last(last);
    connection_.finish(kLinger);
}

void TcpTransport::on_gone(Gone how) {
    gone_ = true;
    switch (how) {
        case Gone::kPeer:
            return user_->on_gone(TransportUser::Gone::kClient);
        case Gone::kBroken:
            return user_->on_gone(TransportUser::Gone::kBroken);
        case Gone::kOurs:
            return user_->on_gone(TransportUser::Gone::kOurs);
    }
}

void TcpTransport::allow(std::size_t /*message_bytes*/) {
    allowed_ = true;
    connection_.acquaint();
}

}  // namespace causeway::net
