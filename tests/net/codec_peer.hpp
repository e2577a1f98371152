// A codec with a client at its end, and a log of all that it tells.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/net/websocket_codec.hpp"
#include "tests/net/websocket_client.hpp"

namespace causeway::net {

using Lines = std::vector<std::string>;

inline const Monotonic kNow{std::chrono::hours(1)};

inline std::string first_v12(const std::vector<std::string>& offers) {
    for (const std::string& offer : offers)
        if (offer == "v12.stomp") return offer;
    return {};
}

// Writes down what happens, one line each, and may do something when it does.
class Log final : public WebSocketCodec::Events {
public:
    void on_open(std::string_view subprotocol) override { note("open:" + std::string(subprotocol)); }
    void on_message(std::string_view payload, bool binary) override {
        note((binary ? "binary:" : "text:") + std::string(payload));
    }
    void on_pong(std::string_view payload) override { note("pong:" + std::string(payload)); }
    void on_output(std::string_view bytes) override {
        output += bytes;
        note("output");
    }
    void on_closed(int code) override { note("closed:" + std::to_string(code)); }

    void note(const std::string& line) {
        lines.push_back(line);
        if (then) then(line);
    }
    [[nodiscard]] std::size_t count(std::string_view line) const {
        return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), line));
    }
    // Of the Close frame at the end of the output; 0 when the output ends with none.
    [[nodiscard]] int close_code() const {
        const std::size_t at = output.rfind('\x88');
        if (at == std::string::npos || at + 4 > output.size()) return 0;
        if (output.size() - at != 2U + static_cast<unsigned char>(output[at + 1])) return 0;
        return static_cast<unsigned char>(output[at + 2]) * 256 + static_cast<unsigned char>(output[at + 3]);
    }

    std::vector<std::string> lines;
    std::string output;
    std::function<void(const std::string&)> then;
};

struct Peer {
    explicit Peer(std::size_t limit = 16 * 1024, Compression compression = Compression::kOff)
        : endpoint(first_v12, compression), codec(std::make_unique<WebSocketCodec>(endpoint, log, limit)) {}
    Peer& opened() {
        CHECK(codec->open(websocket_client::upgrade()));
        log.lines.clear();
        log.output.clear();
        return *this;
    }
    void says(std::string_view bytes, Monotonic now = kNow) { codec->receive(bytes, now); }

    WebSocketEndpoint endpoint;
    Log log;
    std::unique_ptr<WebSocketCodec> codec;
};

}  // namespace causeway::net
