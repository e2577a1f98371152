// The SockJS server on the next free port, and what its tests say again and again.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <string>

#include "tests/conformance/http_connection.hpp"
#include "tests/conformance/sockjs_server.hpp"

namespace causeway::test {

struct SockJsFixture {
    SockJsServer server{unhurried()};

    // Nobody is thought gone because the machine is busy.
    [[nodiscard]] static SockJsServer::Options unhurried() {
        SockJsServer::Options options;
        options.times.disconnect = std::chrono::minutes(5);
        return options;
    }

    [[nodiscard]] std::uint16_t port() const { return server.port(); }
    [[nodiscard]] static std::string session(const std::string& service = "/echo") {
        static std::atomic<int> next{0};
        return service + "/000/session-" + std::to_string(++next);
    }
    [[nodiscard]] HttpAnswer posts(const std::string& target, const std::string& body = {},
                                   const Headers& headers = {}) {
        return ask(port(), "POST", target, body, headers);
    }
    // Returns when all requests for the session that were made so far have come to it, whatever loops they
    // came on: connections go to the loops in turn, and what has no payload is refused by the session itself.
    void settles(const std::string& url) {
        for (std::size_t loop = 0; loop < SockJsServer::Options().loops; ++loop)
            REQUIRE(posts(url + "/xhr_send").status == 500);
    }
    [[nodiscard]] HttpAnswer gets(const std::string& target, const Headers& headers = {}) {
        return ask(port(), "GET", target, {}, headers);
    }
};

}  // namespace causeway::test
