#include "broker/net/listener.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>
#include <stdexcept>

namespace causeway::net {

namespace {

using asio::ip::tcp;

constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kLongestPause{1000};
constexpr int kAcceptsPerTurn = 64;

tcp::endpoint parse_endpoint(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos)
        throw std::runtime_error("listen address '" + address + "' has no port (HOST:PORT)");
    std::string host = address.substr(0, colon);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    unsigned port = 0;
    const char* const end = address.data() + address.size();
    const auto [parsed, bad_number] = std::from_chars(address.data() + colon + 1, end, port);
    asio::error_code bad_host;
    const auto ip = asio::ip::make_address(host, bad_host);
    if (bad_number != std::errc{} || parsed != end || port > 65535 || bad_host)
        throw std::runtime_error("listen address '" + address + "' is not a numeric HOST:PORT");
    return {ip, static_cast<asio::ip::port_type>(port)};
}

// The address without the port; IPv4 in IPv6 as IPv4.
std::string address_of(const sockaddr_storage& peer) {
    char text[INET6_ADDRSTRLEN] = "";
    if (peer.ss_family == AF_INET) {
        ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, text, sizeof text);
    } else if (peer.ss_family == AF_INET6) {
        const in6_addr& address = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(&address))
            ::inet_ntop(AF_INET, address.s6_addr + 12, text, sizeof text);
        else
            ::inet_ntop(AF_INET6, &address, text, sizeof text);
    }
    return text;
}

// The kernel gives the lowest free number, so the number itself tells how full the table is.
int descriptors_but(int spare) {
    const auto kept = static_cast<rlim_t>(spare);
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return INT_MAX;
    return static_cast<int>(limit.rlim_cur > 2 * kept ? limit.rlim_cur - kept : limit.rlim_cur);
}

void set_options(int fd) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // What a stalled reader leaves unread piles up in our queue, which has a limit, not in the kernel's.
    const int unsent = 128 * 1024;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

// Errors that accept() passes on from a connection that is gone already: accept(2), "Error handling".
bool is_of_the_peer(int error) {
    switch (error) {
        case ECONNABORTED:
        case EINTR:
        case EPROTO:
        case ENETDOWN:
        case ENOPROTOOPT:
        case EHOSTDOWN:
        case ENONET:
        case EHOSTUNREACH:
        case EOPNOTSUPP:
        case ENETUNREACH:
            return true;
        default:
            return false;
    }
}

const char* hint_for(int error) {
    switch (error) {
        case EADDRINUSE:
            return "; is another program using the port?";
        case EADDRNOTAVAIL:
            return "; no interface of this machine has the address";
        case EACCES:
            return "; ports below 1024 need a privilege (CAP_NET_BIND_SERVICE)";
        default:
            return "";
    }
}

}  // namespace

void keep_alive(int fd) {
    const int on = 1;
    const int first_seconds = 60;
    const int then_seconds = 15;
    const int times = 4;
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &first_seconds, sizeof first_seconds);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &then_seconds, sizeof then_seconds);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
}

Listener::Listener(asio::io_context& io, const std::string& address, OnAccept on_accept, OnTrouble on_trouble,
                   int spare)
    : first_reserved_(descriptors_but(spare)),
      acceptor_(io),
      timer_(io),
      on_accept_(std::move(on_accept)),
      on_trouble_(std::move(on_trouble)) {
    const tcp::endpoint endpoint = parse_endpoint(address);
    asio::error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(4096, error);
    if (!error) acceptor_.non_blocking(true, error);
    if (error)
        throw std::runtime_error("cannot listen on " + address + ": " + error.message() +
                                 hint_for(error.value()));
    wait();
}

void Listener::wait() {
    acceptor_.async_wait(tcp::acceptor::wait_read, [this](const asio::error_code& error) {
        if (!error) accept_all();
    });
}

void Listener::accept_all() {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        const int fd = ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK) break;
            if (is_of_the_peer(errno)) continue;
            return back_off(std::strerror(errno));
        }
        if (fd >= first_reserved_) {
            ::close(fd);
            return back_off("descriptors are nearly used up");
        }
        set_options(fd);
        pause_ = std::chrono::milliseconds(0);
        on_accept_(fd, address_of(peer));
    }
    wait();
}

void Listener::back_off(const std::string& what) {
    pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
    on_trouble_("accept: " + what, pause_);
    timer_.expires_after(pause_);
    timer_.async_wait([this](const asio::error_code& error) {
        if (!error) accept_all();
    });
}

void Listener::stop() {
    asio::error_code ignored;
    acceptor_.close(ignored);
    timer_.cancel();
}

std::string Listener::address() const {
    const tcp::endpoint bound = acceptor_.local_endpoint();
    const std::string host = bound.address().to_string();
    return (bound.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(bound.port());
}

}  // namespace causeway::net
