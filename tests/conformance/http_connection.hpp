// An HTTP/1.x client that shows the wire: several requests on one connection, answers in parts as they come.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/socket.hpp"

namespace causeway::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpAnswer {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;                            // of one that does not stream

    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

class HttpConnection {
public:
    explicit HttpConnection(std::uint16_t port) : socket_(Socket::connect(port)) {}

    void requests(const std::string& method, const std::string& target, const std::string& body = {},
                  const Headers& headers = {}, const std::string& version = "1.1");
    // The head, and the body if its length is known.
    [[nodiscard]] HttpAnswer answer();
    // The next chunk of a streamed answer; "" is its end.
    [[nodiscard]] std::string chunk();
    // So many octets, or fewer at the end of the stream.
    [[nodiscard]] std::string octets(std::size_t count);
    // The peer has ended its side.
    [[nodiscard]] bool ended();
    // Something arrives within the time.
    [[nodiscard]] bool hears_something(std::chrono::milliseconds patience);
    void closes() { socket_.close(); }

private:
    [[nodiscard]] bool fill();
    [[nodiscard]] std::string line();

    Socket socket_;
    std::string received_;
};

// One request on a connection of its own.
[[nodiscard]] HttpAnswer ask(std::uint16_t port, const std::string& method, const std::string& target,
                             const std::string& body = {}, const Headers& headers = {});

}  // namespace causeway::test
