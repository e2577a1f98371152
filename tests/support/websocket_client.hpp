// The client's half of RFC 6455 on a blocking socket. Reads only when asked to, so that a client that is not
// asked is a slow one; can send what no library would.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/http.hpp"
#include "tests/support/socket.hpp"

namespace causeway::test {

enum class Opcode : std::uint8_t {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10
};

struct WebSocketMessage {
    Opcode opcode = Opcode::kText;
    std::string payload;
};

struct WebSocketClose {
    int code = 0;  // 1005: a close frame without a code; 1006: the connection ended without a close frame
    std::string reason;
};

class WebSocketClient {
public:
    struct Options {
        std::string path = "/ws";
        std::string protocol = "v12.stomp";  // offered; empty: none
        HttpHeaders headers;
        bool answers_pings = true;
        int receive_buffer_bytes = 0;
    };

    // Upgraded. Throws SocketError, with the answer, if the server will not.
    WebSocketClient(std::uint16_t port, const Options& options);

    [[nodiscard]] const std::string& upgrade_response() const { return response_; }

    void sends(std::string_view payload, Opcode opcode = Opcode::kText);
    // One frame, of which a client's library would make sure that it is lawful.
    void sends_frame(Opcode opcode, bool final, std::string_view payload);
    void raw_bytes(std::string_view bytes) { socket_.send(bytes); }
    void closes(int code = 1000, std::string_view reason = {});
    Socket& socket() { return socket_; }

    // The next message of text or binary, its fragments put together. Nothing at the deadline, or when the
    // connection is over: then close() says how.
    [[nodiscard]] std::optional<WebSocketMessage> sees(std::chrono::milliseconds patience = kPatience);
    // How it ended, as far as what was read goes.
    [[nodiscard]] const std::optional<WebSocketClose>& close() const { return close_; }
    [[nodiscard]] int pings_seen() const { return pings_; }

private:
    struct Frame {
        bool final;
        bool compressed;
        Opcode opcode;
        std::string payload;
    };
    [[nodiscard]] std::optional<Frame> frame(std::chrono::steady_clock::time_point deadline);
    [[nodiscard]] bool fill(std::size_t bytes, std::chrono::steady_clock::time_point deadline);
    void upgrade(std::uint16_t port, const Options& options);
    void on_control(const Frame& frame);

    Socket socket_;
    bool answers_pings_;
    std::string response_;
    std::string buffer_;
    std::optional<WebSocketMessage> partial_;
    std::optional<WebSocketClose> close_;
    int pings_ = 0;
};

}  // namespace causeway::test
