// The WebSocket layer of the broker without the broker: every path echoes messages as they came, text as text
// and binary as binary, up to 16 MiB, compressed for those that want it. For the public test suites and ours.
#pragma once

#include <cstdint>
#include <memory>
#include <thread>

#include "broker/base/clock.hpp"
#include "broker/net/listener.hpp"

namespace causeway::test {

class WebSocketServer {
public:
    // 0: any free port of 127.0.0.1.
    explicit WebSocketServer(std::uint16_t port = 0);
    ~WebSocketServer();

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    class Loop;

    const SystemClock clock_;
    std::unique_ptr<Loop> loop_;
    asio::io_context io_;
    std::unique_ptr<net::Listener> listener_;
    std::uint16_t port_ = 0;
    std::thread accepting_;
};

}  // namespace causeway::test
