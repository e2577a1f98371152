// The SockJS server on the next free port, and what its tests say again and again.
#pragma once

#include <atomic>
#include <string>

#include "tests/conformance/http_connection.hpp"
#include "tests/conformance/sockjs_server.hpp"

namespace causeway::test {

struct SockJsFixture {
    SockJsServer server{SockJsServer::Options{}};

    [[nodiscard]] std::uint16_t port() const { return server.port(); }
    [[nodiscard]] static std::string session(const std::string& service = "/echo") {
        static std::atomic<int> next{0};
        return service + "/000/session-" + std::to_string(++next);
    }
    [[nodiscard]] HttpAnswer posts(const std::string& target, const std::string& body = {},
                                   const Headers& headers = {}) {
        return ask(port(), "POST", target, body, headers);
    }
    [[nodiscard]] HttpAnswer gets(const std::string& target, const Headers& headers = {}) {
        return ask(port(), "GET", target, {}, headers);
    }
};

}  // namespace causeway::test
