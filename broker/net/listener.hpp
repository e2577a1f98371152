// Accepts connections and hands their sockets on. Runs on the io_context it is given; when descriptors
// run out it waits, longer each time, instead of spinning. The only file that includes Asio's sockets
// beside main().
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <string>

namespace causeway::net {

// The kernel asks a peer that is silent for a minute whether it is there, and ends the connection if nobody answers:
// for protocols that have no way of their own to ask.
void keep_alive(int fd);

class Listener {
public:
    static constexpr int kSpare = 64;  // for SQLite, NATS, operators and reading configuration

    // Owns nothing of `fd` after the call returns: the receiver does. The socket is non-blocking,
    // close-on-exec, TCP_NODELAY. `peer` is the address without the port.
    using OnAccept = std::function<void(int fd, std::string peer)>;
    // `wait` until the next try, after `what`.
    using OnTrouble = std::function<void(const std::string& what, std::chrono::milliseconds wait)>;

    // Binds and listens. `address` is HOST:PORT with HOST a numeric address ([…] around IPv6); port 0
    // lets the kernel choose. The last `spare` descriptors are not given to peers. Throws std::runtime_error naming
    // the address and what to do.
    Listener(asio::io_context& io, const std::string& address, OnAccept on_accept, OnTrouble on_trouble,
             int spare = kSpare);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // No more connections are accepted; those waiting in the kernel are refused.
    void stop();
    // HOST:PORT as bound.
    [[nodiscard]] std::string address() const;

private:
    void wait();
    void accept_all();
    void back_off(const std::string& what);

    const int first_reserved_;  // descriptors from here on are not for clients
    asio::ip::tcp::acceptor acceptor_;
    asio::steady_timer timer_;
    OnAccept on_accept_;
    OnTrouble on_trouble_;
    std::chrono::milliseconds pause_{0};
};

}  // namespace causeway::net
