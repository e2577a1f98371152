#include "tools/conformance/wire.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

using bench::Opcode;

constexpr const char* kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::uint32_t kMask = 0x5aa5c33c;
constexpr std::size_t kMostBytes = 64U << 20U;

int left(Time until) {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(rest.count(), 0, 60'000));
}

bool wait_for(int socket, short events, Time until) {
    pollfd one{socket, events, 0};
    return ::poll(&one, 1, left(until)) == 1;
}

int open_socket(const bench::Target& target, Time deadline) {
    const int socket = ::socket(target.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const auto* const address = reinterpret_cast<const sockaddr*>(&target.address);
    int error = 0;
    socklen_t size = sizeof error;
    const bool begun = ::connect(socket, address, target.length) == 0 || errno == EINPROGRESS;
    if (!begun || !wait_for(socket, POLLOUT, deadline) ||
        ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        ::close(socket);
        throw NotApplicable{"nobody answers at " + target.authority};
    }
    const int one = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return socket;
}

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find("\r\n"))); }

}  // namespace

Wire::Wire(const bench::Target& target, const Opening& opening, Time deadline)
    : socket_(open_socket(target, deadline)) {
    try {
        upgrade(target, opening, deadline);
    } catch (...) {
        drop();
        throw;
    }
}

Wire::~Wire() { drop(); }

void Wire::drop() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
    if (!ended_) ended_ = Ended{1006, "dropped by the client"};
}

void Wire::upgrade(const bench::Target& target, const Opening& opening, Time deadline) {
    send_bytes(bench::upgrade_request(target.authority, opening.path.empty() ? target.path : opening.path,
                                      kKey, opening.subprotocols, opening.headers));
    std::size_t end = 0;
    while ((end = in_.find("\r\n\r\n")) == std::string::npos)
        if (!read_some(deadline)) throw Wrong{"an answer to the opening handshake", "none"};
    head_ = in_.substr(0, end + 2);
    in_.erase(0, end + 4);
    if (!head_.starts_with("HTTP/1.1 101")) throw Wrong{"HTTP/1.1 101", first_line(head_)};
    if (answer("Sec-WebSocket-Accept") != bench::accept_for(kKey))
        throw Wrong{"Sec-WebSocket-Accept of our key", "another"};
}

std::string Wire::answer(std::string_view header) const {
    for (std::size_t at = head_.find("\r\n"); at + 2 < head_.size(); at = head_.find("\r\n", at + 2)) {
        const std::string line = first_line(std::string_view(head_).substr(at + 2));
        if (line.size() <= header.size() || line[header.size()] != ':') continue;
        if (::strncasecmp(line.c_str(), header.data(), header.size()) != 0) continue;
        const auto begin = line.find_first_not_of(' ', header.size() + 1);
        return begin == std::string::npos ? "" : line.substr(begin);
    }
    return {};
}

void Wire::send_bytes(std::string_view bytes) {
    const Time until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!bytes.empty() && socket_ >= 0) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno != EAGAIN || !wait_for(socket_, POLLOUT, until)) {
            return;
        }
    }
}

void Wire::send(Opcode opcode, std::string_view payload) {
    send_frame(0x80U | static_cast<unsigned>(opcode), payload);
}

void Wire::send_frame(unsigned first, std::string_view payload) {
    std::string bytes;
    bench::append_masked(bytes, Opcode::kText, payload, kMask);
    bytes[0] = static_cast<char>(first);
    send_bytes(bytes);
}

bool Wire::read_some(Time until) {
    if (socket_ < 0 || ended_ || in_.size() > kMostBytes || !wait_for(socket_, POLLIN, until)) return false;
    char bytes[65536];
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got > 0) {
        in_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }
    if (got < 0 && errno == EAGAIN) return true;
    ended_ = Ended{1006, got == 0 ? "end of the stream" : "reset"};
    return false;
}

std::optional<WireMessage> Wire::receive(Time until) {
    std::optional<WireMessage> whole;
    do {
        while (take_frame(whole))
            if (whole) return whole;
    } while (!ended_ && read_some(until));
    return std::nullopt;
}

// False: more octets are needed.
bool Wire::take_frame(std::optional<WireMessage>& whole) {
    if (ended_) return false;
    std::string_view rest = in_;
    bench::WebsocketFrame frame;
    const auto state = bench::read_websocket(rest, frame);
    if (state == bench::WebsocketState::kBroken)
        throw Wrong{"WebSocket frames by RFC 6455", "a reserved bit, a mask or a length that is none"};
    if (state == bench::WebsocketState::kNeedMore) return false;
    const std::string payload(frame.payload);
    in_.erase(0, in_.size() - rest.size());
    switch (frame.opcode) {
        case Opcode::kPing:
            send(Opcode::kPong, payload);
            break;
        case Opcode::kPong:
            ++pongs_;
            break;
        case Opcode::kClose:
            ended_ = Ended{1005, ""};
            if (payload.size() >= 2)
                ended_ = Ended{
                    static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]),
                    payload.substr(2)};
            send(Opcode::kClose, payload.substr(0, 2));
            break;
        default:
            if (frame.opcode != Opcode::kContinuation) partial_ = {"", frame.opcode == Opcode::kBinary};
            partial_.payload += payload;
            if (frame.final) whole = std::exchange(partial_, {});
    }
    return true;
}

std::optional<std::string> http_get(const bench::Target& target, const std::string& path, Time deadline) {
    const int socket = open_socket(target, deadline);
    const std::string request =
        "GET " + path + " HTTP/1.1\r\nHost: " + target.authority + "\r\nConnection: close\r\n\r\n";
    std::string in;
    char bytes[4096];
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0)
        while (in.size() < 65536 && wait_for(socket, POLLIN, deadline)) {
            const auto got = ::recv(socket, bytes, sizeof bytes, 0);
            if (got <= 0) break;
            in.append(bytes, static_cast<std::size_t>(got));
        }
    ::close(socket);
    const auto end = in.find("\r\n\r\n");
    if (!in.starts_with("HTTP/1.1 200") || end == std::string::npos) return std::nullopt;
    return in.substr(end + 4);
}

}  // namespace causeway::conformance
