#include "broker/net/http_response.hpp"

#include <doctest/doctest.h>

using namespace causeway::net;

namespace {

const std::string kOk =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: keep-alive\r\nX-Content-Type-Options: "
    "nosniff\r\n"
    "Cache-Control: no-store\r\n";

HttpResponse plain(std::string body) {
    HttpResponse response;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a whole response has its length, and for HEAD no body") {
    CHECK(whole_response(plain("hello"), "GET") == kOk + "Content-Length: 5\r\n\r\nhello");
    CHECK(whole_response(plain("hello"), "HEAD") == kOk + "Content-Length: 5\r\n\r\n");
    CHECK(whole_response(plain(""), "GET") == kOk + "Content-Length: 0\r\n\r\n");
}

TEST_CASE("204 and 304 have neither body nor length") {
    for (const int status : {204, 304}) {
        HttpResponse response;
        response.status = status;
        const std::string bytes = whole_response(response, "OPTIONS");
        CHECK_FALSE(contains(bytes, "Content-Length"));
        CHECK(bytes.substr(bytes.size() - 4) == "\r\n\r\n");
    }
}

TEST_CASE("a Cache-Control of the caller's replaces no-store") {
    HttpResponse response = plain("x");
    response.headers = {{"cache-control", "public, max-age=31536000"}, {"ETag", "\"1\""}};
    const std::string bytes = whole_response(response, "GET");
    CHECK(contains(bytes, "cache-control: public, max-age=31536000\r\nETag: \"1\"\r\n"));
    CHECK_FALSE(contains(bytes, "no-store"));
}

TEST_CASE("a streamed response is chunked, or ends with the connection") {
    std::string out = stream_head(plain(""), StreamEnd::kLastChunk);
    CHECK(out == kOk + "Transfer-Encoding: chunked\r\n\r\n");
    const std::string closing = stream_head(plain(""), StreamEnd::kConnectionClose);
    CHECK(contains(closing, "Connection: close\r\n"));
    CHECK_FALSE(contains(closing, "Transfer-Encoding"));
    out.clear();
    append_chunk(out, "hello");
    append_chunk(out, "");
    append_chunk(out, std::string(300, 'x'));
    append_last_chunk(out);
    CHECK(out == "5\r\nhello\r\n12c\r\n" + std::string(300, 'x') + "\r\n0\r\n\r\n");
}

TEST_CASE("a refusal closes the connection, and 426 says what is spoken") {
    const std::string bytes = whole_response(response_of({426, "no"}), "GET");
    CHECK(bytes.substr(0, 30) == "HTTP/1.1 426 Upgrade Required\r");
    CHECK(contains(bytes, "Connection: close\r\n"));
    CHECK(contains(bytes, "Sec-WebSocket-Version: 13\r\n"));
    CHECK_FALSE(contains(whole_response(response_of({400, "no"}), "GET"), "Sec-WebSocket-Version"));
}
