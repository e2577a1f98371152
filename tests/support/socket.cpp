#include "tests/support/socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace causeway::test {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* doing) {
    throw SocketError(std::string(doing) + ": " + std::strerror(errno));
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

int open_socket() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) fail("socket");
    return descriptor;
}

// Whether the descriptor became ready before the deadline.
bool wait(int descriptor, short events, Clock::time_point deadline) {
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd entry{descriptor, events, 0};
        const int ready = ::poll(&entry, 1, left > 0 ? static_cast<int>(left) : 0);
        if (ready > 0) return true;
        if (ready == 0) return false;
        if (errno != EINTR) fail("poll");
    }
}

}  // namespace

Socket Socket::connect(std::uint16_t port, int receive_buffer_bytes) {
    Socket made(open_socket());
    if (receive_buffer_bytes > 0 && ::setsockopt(made.descriptor_, SOL_SOCKET, SO_RCVBUF,
                                                 &receive_buffer_bytes, sizeof receive_buffer_bytes) != 0)
        fail("SO_RCVBUF");
    const sockaddr_in address = loopback(port);
    if (::connect(made.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (errno != EINPROGRESS) fail("connect");
        if (!wait(made.descriptor_, POLLOUT, Clock::now() + kPatience))
            throw SocketError("connect: timed out");
        socklen_t length = sizeof errno;
        if (::getsockopt(made.descriptor_, SOL_SOCKET, SO_ERROR, &errno, &length) != 0 || errno != 0)
            fail("connect");
    }
    const int on = 1;
    (void)::setsockopt(made.descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return made;
}

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    return *this;
}

void Socket::send(std::string_view bytes, std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno != EAGAIN && errno != EINTR)
            fail("send");
        else if (!wait(descriptor_, POLLOUT, deadline))
            throw SocketError("send: the peer does not read");
    }
}

std::optional<std::string> Socket::receive(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    std::string block(64 * 1024, '\0');
    while (wait(descriptor_, POLLIN, deadline)) {
        const ssize_t count = ::recv(descriptor_, block.data(), block.size(), 0);
        if (count >= 0) {
            block.resize(static_cast<std::size_t>(count));
            return block;
        }
        if (errno == ECONNRESET) return "";
        if (errno != EAGAIN && errno != EINTR) fail("recv");
    }
    return std::nullopt;
}

void Socket::finish_sending() { (void)::shutdown(descriptor_, SHUT_WR); }

void Socket::reset() {
    const linger now{1, 0};
    (void)::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

void Socket::close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

ListeningSocket::ListeningSocket() : socket_(open_socket()) {
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_.descriptor(), raw, length) != 0 || ::listen(socket_.descriptor(), 64) != 0 ||
        ::getsockname(socket_.descriptor(), raw, &length) != 0)
        fail("listen on 127.0.0.1");
    port_ = ntohs(address.sin_port);
}

std::optional<Socket> ListeningSocket::accept(std::chrono::milliseconds patience) {
    if (!wait(socket_.descriptor(), POLLIN, Clock::now() + patience)) return std::nullopt;
    const int peer = ::accept4(socket_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (peer < 0) fail("accept");
    return Socket(peer);
}

}  // namespace causeway::test
