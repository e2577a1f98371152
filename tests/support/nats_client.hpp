// A NATS client that shows the wire: the text protocol on a plain socket, nothing checked, nothing hidden.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/socket.hpp"

namespace causeway::test {

struct NatsWireMessage {
    std::string subject;
    std::string reply_to;
    std::string headers;  // as on the wire: "NATS/1.0\r\nName: value\r\n\r\n"; empty without headers
    std::string payload;

    // The value of the first header of that name; nothing if there is none.
    [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

class NatsClient {
public:
    // Connected; the server has answered a PING.
    explicit NatsClient(std::uint16_t port);

    // The subscription is in place when this returns.
    void subscribes(std::string_view pattern);
    // `headers` is lines "Name: value\r\n", or nothing. On the server when this returns.
    void publishes(std::string_view subject, std::string_view payload, std::string_view headers = {});
    // The next message; nothing at the deadline.
    [[nodiscard]] std::optional<NatsWireMessage> sees(std::chrono::milliseconds patience = kPatience);
    // Messages that have come to us before the answer to a PING sent now: all that were published before.
    [[nodiscard]] std::vector<NatsWireMessage> everything_so_far();
    void raw(std::string_view bytes) { socket_.send(bytes); }

private:
    // What arrived first of what has not been looked at: false at the deadline.
    [[nodiscard]] bool fill(std::chrono::steady_clock::time_point deadline);
    [[nodiscard]] std::optional<std::string> line(std::chrono::steady_clock::time_point deadline);
    [[nodiscard]] NatsWireMessage message(std::string_view line);
    void flush();

    Socket socket_;
    std::string buffer_;
    std::vector<NatsWireMessage> seen_;  // arrived while we waited for a PONG
    int subscriptions_ = 0;
};

}  // namespace causeway::test
