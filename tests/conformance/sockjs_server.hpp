// The SockJS layer of the broker without the broker: the services that the public SockJS test suite wants, on
// a port of 127.0.0.1. /echo, /disabled_websocket_echo, /cookie_needed_echo, /close, /amplify, /broadcast;
// answers are limited to 4096 octets. Several loops, so that a session's requests come on loops that are not
// its own.
#pragma once

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/net/listener.hpp"
#include "broker/net/sockjs_hub.hpp"

namespace causeway::test {

class SockJsServer {
public:
    struct Options {
        std::uint16_t port = 0;  // 0: any
        std::size_t loops = 2;
        net::SockJsTimes times;
    };
    explicit SockJsServer(const Options& options);
    ~SockJsServer();

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    class Loop;

    const SystemClock clock_;
    std::vector<std::unique_ptr<Loop>> loops_;
    asio::io_context io_;
    std::unique_ptr<net::Listener> listener_;
    std::size_t next_ = 0;
    std::uint16_t port_ = 0;
    std::thread accepting_;
};

}  // namespace causeway::test
