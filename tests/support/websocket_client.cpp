#include "tests/support/websocket_client.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace causeway::test {

namespace {

using Clock = std::chrono::steady_clock;

// RFC 6455, 1.3: its sample key and the answer to it.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr std::string_view kMask = "\x11\x22\x33\x44";

std::string big_endian(std::uint64_t number, std::size_t octets) {
    std::string out;
    for (std::size_t i = octets; i-- > 0;) out.push_back(static_cast<char>((number >> (8 * i)) & 0xff));
    return out;
}

std::uint64_t read_big_endian(std::string_view octets) {
    std::uint64_t number = 0;
    for (const char c : octets) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

bool contains_any_case(std::string text, std::string what) {
    const auto lower = [](std::string& s) {
        std::transform(s.begin(), s.end(), s.begin(), [](unsigned char c) { return std::tolower(c); });
    };
    lower(text);
    lower(what);
    return text.find(what) != std::string::npos;
}

}  // namespace

WebSocketClient::WebSocketClient(std::uint16_t port, const Options& options)
    : socket_(Socket::connect(port, options.receive_buffer_bytes)), answers_pings_(options.answers_pings) {
    upgrade(port, options);
}

void WebSocketClient::upgrade(std::uint16_t port, const Options& options) {
    std::string request = "GET " + options.path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                          "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: " +
                          std::string(kKey) + "\r\n";
    if (!options.protocol.empty()) request += "Sec-WebSocket-Protocol: " + options.protocol + "\r\n";
    for (const auto& [name, value] : options.headers) request += name + ": " + value + "\r\n";
    socket_.send(request + "\r\n");
    const auto deadline = Clock::now() + kPatience;
    while (buffer_.find("\r\n\r\n") == std::string::npos)
        if (!fill(buffer_.size() + 1, deadline)) throw SocketError("no upgrade: " + buffer_);
    const auto end = buffer_.find("\r\n\r\n") + 4;
    response_ = buffer_.substr(0, end);
    buffer_.erase(0, end);
    if (!response_.starts_with("HTTP/1.1 101 ") ||
        !contains_any_case(response_, "sec-websocket-accept: " + std::string(kAccept)))
        throw SocketError("no upgrade: " + response_ + buffer_);
}

void WebSocketClient::sends(std::string_view payload, Opcode opcode) { sends_frame(opcode, true, payload); }

void WebSocketClient::sends_frame(Opcode opcode, bool final, std::string_view payload) {
    std::string out(1, static_cast<char>((final ? 0x80U : 0U) | static_cast<unsigned>(opcode)));
    if (payload.size() < 126)
        out += static_cast<char>(0x80U | payload.size());
    else if (payload.size() <= 0xffff)
        out += static_cast<char>(0x80U | 126U) + big_endian(payload.size(), 2);
    else
        out += static_cast<char>(0x80U | 127U) + big_endian(payload.size(), 8);
    out += kMask;
    const std::size_t head = out.size();
    out += payload;
    for (std::size_t i = head; i < out.size(); ++i)
        out[i] = static_cast<char>(out[i] ^ kMask[(i - head) % 4]);
    socket_.send(out);
}

void WebSocketClient::closes(int code, std::string_view reason) {
    sends_frame(Opcode::kClose, true, big_endian(static_cast<std::uint64_t>(code), 2) + std::string(reason));
}

std::optional<WebSocketMessage> WebSocketClient::sees(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    while (!close_) {
        auto next = frame(deadline);
        if (!next) return std::nullopt;
        if (next->compressed) throw SocketError("WebSocket: a compressed frame, which nobody asked for");
        if (next->opcode >= Opcode::kClose) {
            on_control(*next);
            continue;
        }
        if ((next->opcode == Opcode::kContinuation) != partial_.has_value())
            throw SocketError("WebSocket: fragments out of order");
        if (!partial_) partial_ = WebSocketMessage{next->opcode, ""};
        partial_->payload += next->payload;
        if (next->final) return std::exchange(partial_, std::nullopt);
    }
    return std::nullopt;
}

void WebSocketClient::on_control(const Frame& frame) {
    if (frame.opcode == Opcode::kPing) {
        ++pings_;
        if (answers_pings_) sends(frame.payload, Opcode::kPong);
    } else if (frame.opcode == Opcode::kClose) {
        close_ = WebSocketClose{1005, ""};
        if (frame.payload.size() < 2) return;
        close_->code = static_cast<int>(read_big_endian(frame.payload.substr(0, 2)));
        close_->reason = frame.payload.substr(2);
    }
}

std::optional<WebSocketClient::Frame> WebSocketClient::frame(Clock::time_point deadline) {
    if (!fill(2, deadline)) return std::nullopt;
    const auto first = static_cast<unsigned char>(buffer_[0]);
    const auto second = static_cast<unsigned char>(buffer_[1]);
    if (second & 0x80U || first & 0x30U)
        throw SocketError("WebSocket: a masked or reserved frame from the server");
    const std::size_t octets = second == 126 ? 2 : second == 127 ? 8 : 0;
    if (!fill(2 + octets, deadline)) return std::nullopt;
    const std::uint64_t size = octets ? read_big_endian(std::string_view(buffer_).substr(2, octets)) : second;
    if (size > 1U << 30U) throw SocketError("WebSocket: a frame of more than 1 GiB");
    if (!fill(2 + octets + size, deadline)) return std::nullopt;
    Frame made{(first & 0x80U) != 0, (first & 0x40U) != 0, static_cast<Opcode>(first & 0x0fU),
               buffer_.substr(2 + octets, size)};
    buffer_.erase(0, 2 + octets + size);
    return made;
}

// Whether the buffer holds so many bytes before the deadline. The end of the stream is a close.
bool WebSocketClient::fill(std::size_t bytes, Clock::time_point deadline) {
    while (buffer_.size() < bytes) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        const auto received = socket_.receive(std::max(left, std::chrono::milliseconds(0)));
        if (!received) return false;
        if (received->empty()) {
            close_ = WebSocketClose{1006, ""};
            return false;
        }
        buffer_ += *received;
    }
    return true;
}

}  // namespace causeway::test
