#include "tests/conformance/http_connection.hpp"

#include <algorithm>
#include <cctype>

namespace causeway::test {

void HttpConnection::requests(const std::string& method, const std::string& target, const std::string& body,
                              const Headers& headers, const std::string& version) {
    std::string out = method + " " + target + " HTTP/" + version + "\r\nHost: localhost\r\n";
    if (method == "POST" || !body.empty()) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    for (const auto& [name, value] : headers) out += name + ": " + value + "\r\n";
    socket_.send(out + "\r\n" + body);
}

bool HttpConnection::fill() {
    const auto bytes = socket_.receive();
    if (!bytes) throw SocketError("HTTP: nothing comes; so far: " + received_);
    received_ += *bytes;
    return !bytes->empty();
}

std::string HttpConnection::line() {
    std::size_t end = 0;
    while ((end = received_.find("\r\n")) == std::string::npos)
        if (!fill()) throw SocketError("HTTP: broken off: " + received_);
    std::string text = received_.substr(0, end);
    received_.erase(0, end + 2);
    return text;
}

HttpAnswer HttpConnection::answer() {
    HttpAnswer answer;
    answer.status = std::stoi(line().substr(9, 3));
    for (std::string text = line(); !text.empty(); text = line()) {
        const auto colon = text.find(": ");
        std::string name = text.substr(0, colon);
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        answer.headers[name] = text.substr(colon + 2);
    }
    if (answer.headers.count("content-length") != 0)
        answer.body = octets(std::stoul(answer.header("content-length")));
    return answer;
}

std::string HttpConnection::chunk() {
    const std::size_t size = std::stoul(line(), nullptr, 16);
    std::string data = octets(size);
    (void)line();
    return data;
}

std::string HttpConnection::octets(std::size_t count) {
    while (received_.size() < count && fill()) {
    }
    std::string taken = received_.substr(0, count);
    received_.erase(0, taken.size());
    return taken;
}

bool HttpConnection::ended() { return received_.empty() && !fill(); }

bool HttpConnection::hears_something(std::chrono::milliseconds patience) {
    if (!received_.empty()) return true;
    const auto bytes = socket_.receive(patience);
    if (bytes) received_ += *bytes;
    return bytes.has_value();
}

HttpAnswer ask(std::uint16_t port, const std::string& method, const std::string& target,
               const std::string& body, const Headers& headers) {
    HttpConnection connection(port);
    connection.requests(method, target, body, headers);
    return connection.answer();
}

}  // namespace causeway::test
