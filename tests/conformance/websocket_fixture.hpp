// The echo server, and a client that shows the wire as lines: "text:…", "binary:…", "pong:…", "close:1000:…",
// "end" for the end of the stream.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/conformance/websocket_server.hpp"
#include "tests/net/deflate_client.hpp"
#include "tests/net/websocket_client.hpp"
#include "tests/support/socket.hpp"

namespace causeway::test {

namespace client = websocket_client;

class WebSocketPeer {
public:
    // `extensions` is what the client offers; empty: none.
    explicit WebSocketPeer(std::uint16_t port, const std::string& extensions = {})
        : socket_(Socket::connect(port)) {
        const std::string offer =
            extensions.empty() ? "" : "Sec-WebSocket-Extensions: " + extensions + "\r\n";
        socket_.send(
            "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
            offer + "\r\n");
        while (received_.find("\r\n\r\n") == std::string::npos)
            if (!fill(received_.size() + 1)) break;
        const std::size_t end = std::min(received_.find("\r\n\r\n"), received_.size() - 4) + 4;
        answer_ = received_.substr(0, end);
        received_.erase(0, end);
    }

    // Of the upgrade.
    [[nodiscard]] const std::string& answer() const { return answer_; }
    void says(std::string_view bytes) { socket_.send(bytes); }
    // In pieces of so many octets, each with a call of its own.
    void says(std::string_view bytes, std::size_t step) {
        for (std::size_t at = 0; at < bytes.size(); at += step) socket_.send(bytes.substr(at, step));
    }
    // The next message or control frame.
    [[nodiscard]] std::string hears() {
        if (!fill(2)) return "end";
        const auto first = static_cast<unsigned char>(received_[0]);
        const auto second = static_cast<unsigned char>(received_[1]);
        const std::size_t header = 2U + (second == 126 ? 2U : second == 127 ? 8U : 0U);
        if (!fill(header)) return "end";
        std::size_t size = second;
        if (header > 2) size = 0;
        for (std::size_t i = 2; i < header; ++i) size = size << 8U | static_cast<unsigned char>(received_[i]);
        if (!fill(header + size)) return "end";
        std::string payload = received_.substr(header, size);
        received_.erase(0, header + size);
        return line(first, payload);
    }
    // Whether the last message came compressed.
    [[nodiscard]] bool was_compressed() const { return compressed_; }

private:
    std::string line(unsigned first, const std::string& payload) {
        if ((first & 0x80U) == 0 || (first & 0x30U) != 0) return "unlawful";
        compressed_ = (first & 0x40U) != 0;
        const std::string message = compressed_ ? deflate_client::inflated(payload) : payload;
        switch (first & 0x0fU) {
            case client::kText:
                return "text:" + message;
            case client::kBinary:
                return "binary:" + message;
            case client::kPing:
                return "ping:" + payload;
            case client::kPong:
                return "pong:" + payload;
            case client::kClose:
                break;
            default:
                return "unlawful";
        }
        if (payload.size() < 2) return "close";
        const int code =
            static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]);
        return "close:" + std::to_string(code) + ":" + payload.substr(2);
    }
    bool fill(std::size_t octets) {
        while (received_.size() < octets) {
            const auto more = socket_.receive();
            REQUIRE_MESSAGE(more.has_value(), "nothing was heard in time");
            if (more->empty()) return false;
            received_ += *more;
        }
        return true;
    }

    Socket socket_;
    std::string answer_;
    std::string received_;
    bool compressed_ = false;
};

struct WebSocketFixture {
    WebSocketServer server;

    // What the server closes with after these octets; "" when it says something else first.
    [[nodiscard]] int close_code_after(std::string_view bytes, std::size_t step = 1 << 20) {
        WebSocketPeer peer(server.port());
        peer.says(bytes, step);
        const std::string heard = peer.hears();
        return heard.starts_with("close:") ? std::stoi(heard.substr(6)) : 0;
    }
};

}  // namespace causeway::test
