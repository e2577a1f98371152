// A STOMP client on a bare TCP connection, that shows octets and can say anything.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "stomp/decoder.hpp"
#include "tests/support/broker_process.hpp"
#include "tests/support/socket.hpp"
#include "tests/support/stomp_client.hpp"

namespace causeway::test {

// The port of a listener, as the broker named it in its log: "stomp", "tls", …
[[nodiscard]] std::uint16_t port_of(BrokerProcess& broker, const std::string& listener);

// A frame as it stands on the wire; `head` has its lines, without the empty one.
[[nodiscard]] std::string stomp_octets(std::string_view head, std::string_view body = {});

class TcpClient {
public:
    explicit TcpClient(std::uint16_t port, int receive_buffer_bytes = 0)
        : socket_(Socket::connect(port, receive_buffer_bytes)), decoder_(stomp::Peer::kServer, no_limits()) {}

    void says(std::string_view octets) { socket_.send(octets); }
    // Each octet in a segment of its own, as far as it is ours to say.
    void drips(std::string_view octets);
    // CONNECT for `user`; what comes back.
    StompFrame logs_in(const std::string& user, const std::string& accept_version = "1.2");
    // The next frame; nothing at the end of the connection or at the deadline.
    [[nodiscard]] std::optional<StompFrame> sees();
    // "COMMAND body", or "end".
    [[nodiscard]] std::string sees_text();
    [[nodiscard]] Socket& socket() { return socket_; }

private:
    [[nodiscard]] static stomp::Limits no_limits();

    Socket socket_;
    stomp::Decoder decoder_;
    std::deque<StompFrame> frames_;
};

}  // namespace causeway::test
