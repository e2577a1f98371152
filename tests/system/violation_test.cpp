// Who breaks a rule below STOMP, or sends too much, gets an ERROR that says so before the Close (PRODUCT 10).
#include <doctest/doctest.h>

#include "tests/system/party.hpp"

using namespace causeway::test;

namespace {

const std::string kTooLarge(300 * 1024, 'x');

void check_error(StompClient& client, const char* code, const char* text) {
    const auto error = client.sees();
    REQUIRE(error);
    CHECK(error->command == "ERROR");
    CHECK(error->header("code") == code);
    CHECK_MESSAGE(error->header("message").value_or("").find(text) != std::string::npos,
                  error->header("message").value_or(""));
}

}  // namespace

TEST_CASE("a message above the limit: ERROR with the limit, its key and the size, then 1009") {
    BrokerProcess broker;
    for (const auto wire : {StompClient::Wire::kWebSocket, StompClient::Wire::kSockJs}) {
        StompClient client = enters(broker, {"alice", {}, {}, wire});
        client.raw_bytes(std::string("\x81\xff\0\0\0\0\0\x20\0\0mask", 14));  // says that 2 MiB come
        check_error(client, "message-too-large", "2097152 octets or more, and limits.frame_bytes = 262144");
        const auto close = client.sees_close();
        REQUIRE(close);
        CHECK(close->code == 1009);
    }
    StompClient stranger(broker.port());
    stranger.raw_text("CONNECT\n\n" + kTooLarge);
    check_error(stranger, "message-too-large", "limits.connect_bytes = 16384");
    CHECK(stranger.sees_close().value_or(WebSocketClose{}).code == 1009);
}

TEST_CASE("WebSocket violated: ERROR, then its code") {
    BrokerProcess broker;
    const std::pair<std::string, int> rows[] = {
        {std::string("\x81\x01x", 3), 1002},
        {std::string("\x81\x81\0\0\0\0\xff", 7), 1007},
        {std::string("\x83\x80\0\0\0\0", 6), 1002},
    };
    for (const auto& [octets, code] : rows) {
        CAPTURE(code);
        StompClient client = enters(broker, {"alice"});
        client.raw_bytes(octets);
        check_error(client, "protocol-error", "");
        CHECK(client.sees_close().value_or(WebSocketClose{}).code == code);
    }
    StompClient client = enters(broker, {"alice", {}, {}, StompClient::Wire::kSockJs});
    client.socket().sends("no JSON");
    check_error(client, "protocol-error", "Broken framing.");
    CHECK(client.sees_close().value_or(WebSocketClose{}).code == 1002);
}

TEST_CASE("too much in an xhr_send: the ERROR comes by the request that receives, then c[1009]") {
    BrokerProcess broker;
    const std::string session = "/ws/000/toolarge/";
    REQUIRE(http(broker.port(), {"POST", session + "xhr", {}, ""}).body == "o\n");
    const std::string payload = "[\"CONNECT" + kTooLarge + "\"]";
    CHECK(http(broker.port(), {"POST", session + "xhr_send", {}, payload}).status == 204);
    const std::string error = http(broker.port(), {"POST", session + "xhr", {}, ""}).body;
    CHECK_MESSAGE(error.find("code:message-too-large") != std::string::npos, error);
    CHECK(error.find("limits.connect_bytes = 16384") != std::string::npos);
    CHECK(http(broker.port(), {"POST", session + "xhr", {}, ""}).body.starts_with("c[1009,"));
}
