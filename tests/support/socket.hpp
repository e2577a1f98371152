// A blocking TCP socket on the loopback whose every wait has a deadline. Throws SocketError.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/support/eventually.hpp"

namespace causeway::test {

class SocketError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Socket {
public:
    // Connected to 127.0.0.1. With a small receive buffer the peer soon notices when we do not read; 0: the
    // kernel's.
    [[nodiscard]] static Socket connect(std::uint16_t port, int receive_buffer_bytes = 0);
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    ~Socket() { close(); }
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;

    void send(std::string_view bytes, std::chrono::milliseconds patience = kPatience);
    // What arrives next, at least one byte; "" at the end of the stream; nothing at the deadline.
    [[nodiscard]] std::optional<std::string> receive(std::chrono::milliseconds patience = kPatience);
    void finish_sending();
    void reset();  // closes with RST
    void close();
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

// Listens on a port of 127.0.0.1 that the kernel chose.
class ListeningSocket {
public:
    ListeningSocket();
    [[nodiscard]] std::uint16_t port() const { return port_; }
    // The next peer; nothing at the deadline.
    [[nodiscard]] std::optional<Socket> accept(std::chrono::milliseconds patience = kPatience);
    void close() { socket_.close(); }

private:
    Socket socket_;
    std::uint16_t port_ = 0;
};

}  // namespace causeway::test
