// A WebSocket of a client, message by message: blocking, every wait with a deadline, and able to send what no
// library would. One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tools/bench/target.hpp"
#include "tools/bench/websocket_text.hpp"

namespace causeway::conformance {

using Time = std::chrono::steady_clock::time_point;

// What the opening handshake says besides what it must.
struct Opening {
    std::string path;  // empty: the target's
    std::string subprotocols = "v12.stomp";
    std::string headers;  // whole lines
};

struct WireMessage {
    std::string payload;
    bool binary = false;
};

struct Ended {
    int code = 1006;  // 1006: the connection broke without a Close frame
    std::string reason;
};

class Wire {
public:
    // Connects and upgrades. Throws Wrong when the answer is not 101 with the right key, NotApplicable when
    // nobody listens there.
    Wire(const bench::Target& target, const Opening& opening, Time deadline);
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    // A peer that has gone is no error here: reading tells.
    void send(bench::Opcode opcode, std::string_view payload);
    // A frame with any first octet (FIN, reserved bits, opcode).
    void send_frame(unsigned first, std::string_view payload);
    void send_bytes(std::string_view bytes);
    // The next text or binary message; nothing at `until` or at the end. Pings are answered.
    [[nodiscard]] std::optional<WireMessage> receive(Time until);
    // The connection is gone without a word.
    void drop();

    [[nodiscard]] const std::optional<Ended>& ended() const { return ended_; }
    // Of the answer; empty when it is not there.
    [[nodiscard]] std::string answer(std::string_view header) const;
    [[nodiscard]] int pongs() const { return pongs_; }

private:
    void connect(const bench::Target& target, Time deadline);
    void upgrade(const bench::Target& target, const Opening& opening, Time deadline);
    [[nodiscard]] bool read_some(Time until);
    [[nodiscard]] bool take_frame(std::optional<WireMessage>& whole);

    int socket_ = -1;
    std::string head_;  // of the answer
    std::string in_;
    WireMessage partial_;
    std::optional<Ended> ended_;
    int pongs_ = 0;
};

// The body of a GET on a connection of its own; nothing when it is not answered with 200.
[[nodiscard]] std::optional<std::string> http_get(const bench::Target& target, const std::string& path,
                                                  Time deadline);

}  // namespace causeway::conformance
