// Who may open a WebSocket or a SockJS session at all: old handshakes, broken ones, and pages of other
// origins.
#include <doctest/doctest.h>

#include "tests/support/broker_process.hpp"
#include "tests/support/socket.hpp"

using namespace causeway::test;

namespace {

const std::string kKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const std::string kVersion = "Sec-WebSocket-Version: 13\r\n";
const std::string kHost = "Host: a\r\n";
const std::string kUpgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";

// What is answered to these octets, up to the end of its head.
std::string answer_to(std::uint16_t port, const std::string& octets) {
    Socket socket = Socket::connect(port);
    socket.send(octets);
    std::string answer;
    while (answer.find("\r\n\r\n") == std::string::npos) {
        const auto more = socket.receive();
        if (!more || more->empty()) break;
        answer += *more;
    }
    return answer;
}

std::string get(const std::string& path, const std::string& headers) {
    return "GET " + path + " HTTP/1.1\r\n" + headers + "\r\n";
}

int status(const std::string& answer) { return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0; }

}  // namespace

TEST_CASE("no handshake but that of version 13 with a proper key is answered with 101") {
    BrokerProcess broker;
    const auto version = [](const char* is) {
        return get("/ws", kHost + kUpgrade + kKey + "Sec-WebSocket-Version: " + is + "\r\n");
    };
    const auto key = [](const char* is) {
        return get("/ws", kHost + kUpgrade + kVersion + "Sec-WebSocket-Key: " + is + "\r\n");
    };
    const struct {
        const char* what;
        std::string octets;
        int status;
    } rows[] = {
        {"good", get("/ws", kHost + kUpgrade + kKey + kVersion), 101},
        {"version 0", version("0"), 426},
        {"version 7", version("7"), 426},
        {"version 8", version("8"), 426},
        {"version abc", version("abc"), 426},
        {"no version", get("/ws", kHost + kUpgrade + kKey), 426},
        {"Hixie-76",
         get("/ws", kHost + "Upgrade: WebSocket\r\nConnection: Upgrade\r\nOrigin: http://a\r\n"
                            "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
                            "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n") +
             "^n:ds[4U",
         426},
        {"Hixie-75", get("/ws", kHost + "Upgrade: WebSocket\r\nConnection: Upgrade\r\nOrigin: http://a\r\n"),
         426},
        {"key of one letter", key("x"), 400},
        {"key of 15 octets", key("c2hvcnRlciB0aGFuIDE2"), 400},
        {"no key", get("/ws", kHost + kUpgrade + kVersion), 400},
        {"HTTP/1.0", "GET /ws HTTP/1.0\r\n" + kHost + kUpgrade + kKey + kVersion + "\r\n", 400},
        {"two hosts", get("/ws", kHost + kHost + kUpgrade + kKey + kVersion), 400},
        {"two keys", get("/ws", kHost + kUpgrade + kKey + kKey + kVersion), 400},
        {"two versions", get("/ws", kHost + kUpgrade + kKey + kVersion + kVersion), 400},
        {"POST", "POST /ws HTTP/1.1\r\n" + kHost + kUpgrade + kKey + kVersion + "\r\n", 400},
        {"a body", get("/ws", kHost + kUpgrade + kKey + kVersion + "Content-Length: 1\r\n") + "x", 400},
        {"elsewhere", get("/elsewhere", kHost + kUpgrade + kKey + kVersion), 404},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        const std::string answer = answer_to(broker.port(), row.octets);
        CHECK(status(answer) == row.status);
        if (row.status == 426) CHECK(answer.find("\r\nSec-WebSocket-Version: 13\r\n") != std::string::npos);
    }
}

TEST_CASE("a page of an origin that is not allowed gets in by no door") {
    BrokerProcess broker({{"http.allowed_origins=https://good.example"}, {}, {}, {}, {}});
    const std::pair<const char*, bool> origins[] = {
        {"https://good.example", true},
        {"https://GOOD.example", true},
        {"null", false},
        {"https://evil.example", false},
        {"http://good.example", false},
        {"https://good.example.evil.example", false},
        {"https://good.example@evil.example", false},
        {"https://good.example:8443", false},
        {"https://good.example.", false},
        {"https://good.example/", false},
        {"https://x.good.example", false},
    };
    const std::string upgrade = kUpgrade + kKey + kVersion;
    int unique = 0;
    for (const auto& [origin, allowed] : origins) {
        CAPTURE(origin);
        const std::string head = kHost + "Origin: " + origin + "\r\n";
        const auto in_session = [&](const char* transport) {
            return "/ws/000/s" + std::to_string(++unique) + "/" + transport;
        };
        const std::string doors[] = {
            get("/ws", head + upgrade),
            get("/ws/websocket", head + upgrade),
            get(in_session("websocket"), head + upgrade),
            get("/ws/info", head),
            get("/ws/iframe.html", head),
            get(in_session("eventsource"), head),
            get(in_session("htmlfile?c=x"), head),
            get(in_session("jsonp?c=x"), head),
            "POST " + in_session("xhr") + " HTTP/1.1\r\n" + head + "Content-Length: 0\r\n\r\n",
            "POST " + in_session("xhr_streaming") + " HTTP/1.1\r\n" + head + "Content-Length: 0\r\n\r\n",
            "POST " + in_session("xhr_send") + " HTTP/1.1\r\n" + head + "Content-Length: 4\r\n\r\n[\"\"]",
            "OPTIONS " + in_session("xhr") + " HTTP/1.1\r\n" + head + "\r\n",
        };
        for (const std::string& door : doors) {
            CAPTURE(door);
            const std::string answer = answer_to(broker.port(), door);
            CHECK((status(answer) == 403) == !allowed);
            if (!allowed) CHECK(answer.find("Access-Control-Allow-Origin") == std::string::npos);
        }
    }
    // Programs that are no browsers have none.
    CHECK(status(answer_to(broker.port(), get("/ws", kHost + upgrade))) == 101);
}
