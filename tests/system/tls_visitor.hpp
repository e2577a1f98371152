// A client's end of one encrypted connection: blocking, reads only when asked.
#pragma once

#include <string>
#include <string_view>

#include "tests/support/socket.hpp"
#include "tests/support/tls_peer.hpp"

namespace causeway::test {

class TlsVisitor {
public:
    // The handshake is over, or has failed: established() tells.
    explicit TlsVisitor(std::uint16_t port, const TlsPeer::Options& options = {},
                        int receive_buffer_bytes = 0);

    [[nodiscard]] bool established() const { return tls_.established(); }
    [[nodiscard]] TlsPeer& tls() { return tls_; }
    [[nodiscard]] Socket& socket() { return socket_; }

    // Throws SocketError where the broker takes no more.
    void says(std::string_view octets);
    // What comes back, until it holds `end`, the connection is over or nothing more comes.
    [[nodiscard]] std::string hears(std::string_view end, std::chrono::milliseconds patience = kPatience);
    // At most so many octets of the socket, as they come: none at its end or at the deadline.
    [[nodiscard]] std::string reads(std::size_t octets);
    // Whether the connection ends, throwing away what still comes.
    [[nodiscard]] bool sees_end();
    // A WebSocket on which `user` has logged in.
    void logs_in(const std::string& user);
    // A frame of STOMP.
    void says_stomp(const std::string& head, std::string_view body = {});

private:
    Socket socket_;
    TlsPeer tls_;
};

}  // namespace causeway::test
