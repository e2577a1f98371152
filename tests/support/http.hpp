// One HTTP/1.1 request on a connection of its own.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/eventually.hpp"

namespace causeway::test {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method = "GET";
    std::string target = "/";
    HttpHeaders headers;
    std::string body;
};

struct HttpResponse {
    int status = 0;
    std::string head;  // status line and headers, as they came
    std::string body;  // chunks put together
};

// Throws SocketError when there is no whole answer before the deadline.
[[nodiscard]] HttpResponse http(std::uint16_t port, const HttpRequest& request,
                                std::chrono::milliseconds patience = kPatience);

}  // namespace causeway::test
