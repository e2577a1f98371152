#include "broker/net/websocket_handshake.hpp"

#include <doctest/doctest.h>

#include "broker/net/http_head.hpp"

using namespace causeway::net;

namespace {

constexpr const char* kKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
constexpr const char* kVersion = "Sec-WebSocket-Version: 13\r\n";
constexpr const char* kUpgrade = "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n";

HttpHead head_of(const std::string& headers, const std::string& line = "GET /ws HTTP/1.1") {
    HttpHeadParser parser;
    HttpParsed parsed = parser.parse(line + "\r\nHost: a\r\n" + headers + "\r\n");
    REQUIRE(std::holds_alternative<HttpHead>(parsed));
    return std::get<HttpHead>(std::move(parsed));
}

// 101 stands for "granted".
int status_of(const std::string& headers, const std::string& line = "GET /ws HTTP/1.1") {
    const auto result = read_upgrade(head_of(headers, line));
    return std::holds_alternative<UpgradeRequest>(result) ? 101 : std::get<HttpRefusal>(result).status;
}

}  // namespace

TEST_CASE("W10 only version 13 with a key of 16 octets is granted a WebSocket") {
    const std::string good = std::string(kUpgrade) + kKey + kVersion;
    const auto version = [](const std::string& v) {
        return std::string(kUpgrade) + kKey + "Sec-WebSocket-Version: " + v + "\r\n";
    };
    const auto key = [](const std::string& k) {
        return std::string(kUpgrade) + kVersion + "Sec-WebSocket-Key: " + k + "\r\n";
    };
    const struct {
        std::string headers;
        int status;
    } rows[] = {
        {good, 101},
        {std::string(kUpgrade) + kKey, 426},
        {version("0"), 426},
        {version("7"), 426},
        {version("8"), 426},
        {version("abc"), 426},
        {version("13, 8"), 426},
        {std::string(kUpgrade) + kVersion, 400},
        {key("x"), 400},
        {key("dGhlIHNhbXBsZSBub25jZQ="), 400},
        {key("dGhlIHNhbXBsZSBub25jZTE="), 400},
        {key("dGhlIHNhbXBsZSBub25jZR=="), 400},
        {std::string("Connection: Upgrade\r\n") + kKey + kVersion, 400},
        {std::string("Upgrade: websocket\r\n") + kKey + kVersion, 400},
        {good + "Content-Length: 3\r\n", 400},
        {good + "Transfer-Encoding: chunked\r\n", 400},
        {good + "Sec-WebSocket-Extensions: permessage-deflate, x; y=z\r\n", 101},
        {good + "Sec-WebSocket-Extensions: permessage-deflate; =\r\n", 400},
        {std::string(kUpgrade) + "Sec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n", 426},
    };
    for (const auto& row : rows) {
        CAPTURE(row.headers);
        CHECK(status_of(row.headers) == row.status);
    }
    CHECK(status_of(good, "POST /ws HTTP/1.1") == 400);
    CHECK(status_of(good, "GET /ws HTTP/1.0") == 400);
}

TEST_CASE("extensions are read from all their headers") {
    const auto result =
        read_upgrade(head_of(std::string(kUpgrade) + kKey + kVersion +
                             "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n"
                             "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    REQUIRE(std::holds_alternative<UpgradeRequest>(result));
    CHECK(std::get<UpgradeRequest>(result).deflate);
}

TEST_CASE("offered sub-protocols are read from all their headers, in order") {
    const auto result = read_upgrade(head_of(std::string(kUpgrade) + kKey + kVersion +
                                             "Sec-WebSocket-Protocol: v12.stomp, v11.stomp\r\n"
                                             "sec-websocket-protocol: v10.stomp\r\n"));
    REQUIRE(std::holds_alternative<UpgradeRequest>(result));
    const auto& request = std::get<UpgradeRequest>(result);
    CHECK(request.key == "dGhlIHNhbXBsZSBub25jZQ==");
    CHECK(request.subprotocols == std::vector<std::string>{"v12.stomp", "v11.stomp", "v10.stomp"});
    const std::string base = std::string(kUpgrade) + kKey + kVersion;
    CHECK(status_of(base + "Sec-WebSocket-Protocol: a b\r\n") == 400);
    std::string many = "Sec-WebSocket-Protocol: x";
    for (int i = 0; i < 16; ++i) many += ", x";
    CHECK(status_of(base + many + "\r\n") == 400);
}

TEST_CASE("a request wants a WebSocket when Upgrade names it in any case") {
    CHECK(wants_websocket(head_of("Upgrade: WebSocket\r\n")));
    CHECK_FALSE(wants_websocket(head_of("Upgrade: h2c\r\n")));
    CHECK_FALSE(wants_websocket(head_of("")));
}
