#include "tests/support/http.hpp"

#include <algorithm>

#include "tests/support/socket.hpp"

namespace causeway::test {

namespace {

std::string unchunked(const std::string& raw) {
    std::string body;
    std::size_t at = 0;
    while (true) {
        const auto line = raw.find("\r\n", at);
        if (line == std::string::npos) throw SocketError("HTTP: the chunks break off");
        const std::size_t size = std::stoul(raw.substr(at, line - at), nullptr, 16);
        if (size == 0) return body;
        body += raw.substr(line + 2, size);
        at = line + 2 + size + 2;
    }
}

}  // namespace

HttpResponse http(std::uint16_t port, const HttpRequest& request, std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::string out =
        request.method + " " + request.target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
        "\r\nConnection: close\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
    for (const auto& [name, value] : request.headers) out += name + ": " + value + "\r\n";
    Socket socket = Socket::connect(port);
    socket.send(out + "\r\n" + request.body);

    std::string all;
    while (true) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        const auto bytes = socket.receive(std::max(left, std::chrono::milliseconds(0)));
        if (!bytes) throw SocketError("HTTP: no whole answer to " + request.target);
        if (bytes->empty()) break;
        all += *bytes;
    }
    const auto end = all.find("\r\n\r\n");
    if (!all.starts_with("HTTP/1.1 ") || end == std::string::npos)
        throw SocketError("HTTP: no answer: " + all);
    HttpResponse response;
    response.status = std::stoi(all.substr(9, 3));
    response.head = all.substr(0, end + 2);
    response.body = all.substr(end + 4);
    if (response.head.find("ransfer-Encoding: chunked") != std::string::npos)
        response.body = unchunked(response.body);
    return response;
}

}  // namespace causeway::test
