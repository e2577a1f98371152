#include "broker/net/http_head.hpp"

#include <doctest/doctest.h>

#include <tuple>

using namespace causeway::net;

namespace {

HttpParsed parse(const std::string& bytes) {
    HttpHeadParser parser;
    return parser.parse(bytes);
}

// 200 for a head, 0 for "more".
int status_of(const HttpParsed& parsed) {
    if (std::holds_alternative<NeedMore>(parsed)) return 0;
    if (const auto* refusal = std::get_if<HttpRefusal>(&parsed)) return refusal->status;
    return 200;
}

int status_of_headers(const std::string& headers) {
    return status_of(parse("POST /ws HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n"));
}
int status_of_line(const std::string& line) { return status_of(parse(line + "\r\nHost: a\r\n\r\n")); }

HttpHead head_of(const std::string& bytes) {
    HttpParsed parsed = parse(bytes);
    REQUIRE(std::holds_alternative<HttpHead>(parsed));
    return std::get<HttpHead>(std::move(parsed));
}

}  // namespace

TEST_CASE("a head is taken apart") {
    const std::string bytes =
        "GET /ws/a%20b?token=x%2Fy&z HTTP/1.1\r\nHost: example.org\r\nX-Empty:\r\nAccept:  a , b\t\r\n\r\n";
    const HttpHead head = head_of(bytes + "GET /next");
    CHECK(head.method == "GET");
    CHECK(head.target == "/ws/a%20b?token=x%2Fy&z");
    CHECK(head.path == "/ws/a b");
    CHECK(head.query == "token=x%2Fy&z");
    CHECK(head.size == bytes.size());
    CHECK(head.get("hOST") == "example.org");
    CHECK(head.has("x-empty"));
    CHECK(head.get("x-empty").empty());
    CHECK(head.get("accept") == "a , b");
    CHECK(head.lists("Accept", "B"));
    CHECK_FALSE(head.lists("Accept", "c"));
    CHECK_FALSE(head.content_length);
    CHECK(head.keep_alive);
}

TEST_CASE("keep-alive follows the version and Connection") {
    const std::tuple<const char*, const char*, bool> rows[] = {
        {"1.1", "", true},
        {"1.1", "Connection: close\r\n", false},
        {"1.1", "Connection: Upgrade, CLOSE\r\n", false},
        {"1.0", "", false},
        {"1.0", "Connection: Keep-Alive\r\n", true},
        {"1.0", "Connection: keep-alive, close\r\n", false},
    };
    for (const auto& row : rows) {
        const auto& [version, connection, kept] = row;
        CAPTURE(std::get<1>(row));
        const HttpHead head =
            head_of("GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n" + connection + "\r\n");
        CHECK(head.keep_alive == kept);
    }
}

TEST_CASE("W11 a body whose length could be read in two ways is refused") {
    const std::pair<std::string, int> rows[] = {
        {"Content-Length: 5\r\n", 200},
        {"Content-Length: 0\r\n", 200},
        {"Transfer-Encoding: chunked\r\n", 200},
        {"Transfer-Encoding: Chunked\r\n", 200},
        {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400},
        {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400},
        {"Content-Length: 5\r\nContent-Length: 5\r\n", 400},
        {"Content-Length: 5\r\ncontent-length: 6\r\n", 400},
        {"Content-Length: 5, 5\r\n", 400},
        {"Content-Length: -1\r\n", 400},
        {"Content-Length: +1\r\n", 400},
        {"Content-Length: abc\r\n", 400},
        {"Content-Length: 0x10\r\n", 400},
        {"Content-Length: 1 2\r\n", 400},
        {"Content-Length:\r\n", 400},
        {"Content-Length: 18446744073709551617\r\n", 400},
        {"Content-Length : 5\r\n", 400},
        {"Transfer-Encoding: gzip\r\n", 501},
        {"Transfer-Encoding: gzip, chunked\r\n", 501},
        {"Transfer-Encoding: chunked, chunked\r\n", 501},
        {"Transfer-Encoding: \vchunked\r\n", 400},
        {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", 400},
    };
    for (const auto& row : rows) {
        const auto& [headers, status] = row;
        CAPTURE(std::get<0>(row));
        CHECK(status_of_headers(headers) == status);
    }
    CHECK(status_of(parse("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")) == 400);
}

TEST_CASE("W11 malformed header lines are refused") {
    const std::string nul("X: a\0b\r\n", 8);
    const std::pair<std::string, int> rows[] = {
        {"X: a\tb\r\n", 200},
        {"X: \xe4\xbd\xa0\r\n", 200},
        {"X: a\nY: b\r\n", 400},
        {"X: a\rY: b\r\n", 400},
        {nul, 400},
        {"X: \x1b[1m\r\n", 400},
        {"X: a\x7f\r\n", 400},
        {"X: a\r\n folded\r\n", 400},
        {" X: a\r\n", 400},
        {"X : a\r\n", 400},
        {": a\r\n", 400},
        {"no colon\r\n", 400},
        {"X(: a\r\n", 400},
        {"X\xc3: a\r\n", 400},
        {"Host: b\r\n", 400},
        {"Origin: a\r\nOrigin: b\r\n", 400},
        {"X: a\r\nX: b\r\n", 200},
        {"\nX: a\r\n", 400},
    };
    for (const auto& row : rows) {
        const auto& [headers, status] = row;
        CAPTURE(std::get<0>(row));
        CHECK(status_of_headers(headers) == status);
    }
}

TEST_CASE("request lines are read strictly") {
    const std::pair<std::string, int> rows[] = {
        {"GET / HTTP/1.1", 200},
        {"OPTIONS * HTTP/1.1", 200},
        {"GET * HTTP/1.1", 400},
        {"GET http://a/ HTTP/1.1", 400},
        {"CONNECT a:80 HTTP/1.1", 400},
        {"GET  / HTTP/1.1", 400},
        {"GET /a b HTTP/1.1", 400},
        {"GET / ", 400},
        {"GET /", 400},
        {"", 400},
        {" GET / HTTP/1.1", 400},
        {"G(T / HTTP/1.1", 400},
        {"GET / HTTP/1.1 ", 400},
        {"GET / HTTP/1.2", 505},
        {"GET / HTTP/0.9", 505},
        {"GET / HTTP/2.0", 505},
        {"GET / http/1.1", 400},
        {"GET / HTTP/1.10", 400},
        {"GET /\xe4 HTTP/1.1", 400},
        {"GET /\t HTTP/1.1", 400},
        {"ABCDEFGHIJKLMNOPQ / HTTP/1.1", 400},
    };
    for (const auto& row : rows) {
        const auto& [line, status] = row;
        CAPTURE(std::get<0>(row));
        CHECK(status_of_line(line) == status);
    }
}

TEST_CASE("a path that climbs or is badly encoded is refused") {
    const std::pair<std::string, int> rows[] = {
        {"/a/../b", 400}, {"/..", 400},         {"/%2e%2e/x", 400}, {"/a%2f..%2fb", 400}, {"/%zz", 400},
        {"/%4", 400},     {"/%", 400},          {"/a%00b", 400},    {"/..a", 200},        {"/a..", 200},
        {"/...", 200},    {"/%252e%252e", 200}, {"//etc", 200},     {"/x?a=../b", 200},   {"/x?%zz", 200},
    };
    for (const auto& row : rows) {
        const auto& [target, status] = row;
        CAPTURE(std::get<0>(row));
        CHECK(status_of_line("GET " + target + " HTTP/1.1") == status);
    }
}

TEST_CASE("HTTP/1.1 needs a Host and HTTP/1.0 does not") {
    CHECK(status_of(parse("GET / HTTP/1.1\r\n\r\n")) == 400);
    CHECK(status_of(parse("GET / HTTP/1.0\r\n\r\n")) == 200);
}

TEST_CASE("heads above the limits are 431") {
    const auto headers = [](std::size_t count) {
        std::string out;
        for (std::size_t i = 0; i < count; ++i) out += "X: y\r\n";
        return out;
    };
    CHECK(status_of_headers(headers(HttpHeadParser::kMaxHeaders - 1)) == 200);
    CHECK(status_of_headers(headers(HttpHeadParser::kMaxHeaders)) == 431);
    const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    const std::size_t room = HttpHeadParser::kMaxHead - start.size() - 4;
    CHECK(status_of(parse(start + std::string(room, 'x') + "\r\n\r\n")) == 200);
    CHECK(status_of(parse(start + std::string(room + 1, 'x') + "\r\n\r\n")) == 431);
    CHECK(status_of(parse(std::string(HttpHeadParser::kMaxHead - 1, 'x'))) == 0);
    CHECK(status_of(parse(std::string(HttpHeadParser::kMaxHead, 'x'))) == 431);
}

TEST_CASE("a head is the same however it drips, and the parser is ready for the next") {
    const std::string bytes = "POST /x?y HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
    HttpHeadParser parser;
    for (int round = 0; round < 2; ++round) {
        for (std::size_t n = 0; n < bytes.size(); ++n) CHECK(status_of(parser.parse({bytes.data(), n})) == 0);
        const HttpParsed parsed = parser.parse(bytes + "abc");
        REQUIRE(std::holds_alternative<HttpHead>(parsed));
        CHECK(std::get<HttpHead>(parsed).size == bytes.size());
        CHECK(std::get<HttpHead>(parsed).content_length == 3);
    }
}

TEST_CASE("a stray octet is refused before the head is whole") {
    for (const std::string& bytes : {std::string("GET / HTTP/1.1\nHost"), std::string("GET\0", 4),
                                     std::string("\x16\x03\x01\0", 4), std::string("GET /\rx")}) {
        CHECK(status_of(parse(bytes)) == 400);
        HttpHeadParser dripped;
        int status = 0;
        for (std::size_t n = 1; n <= bytes.size() && status == 0; ++n)
            status = status_of(dripped.parse({bytes.data(), n}));
        CHECK(status == 400);
    }
}

TEST_CASE("pipelined heads are taken one after the other") {
    const std::string first = "GET /first HTTP/1.1\r\nHost: a\r\nX: long enough to be longer\r\n\r\n";
    const std::string second = "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
    HttpHeadParser parser;
    CHECK(std::get<HttpHead>(parser.parse(first + second)).path == "/first");
    CHECK(std::get<HttpHead>(parser.parse(second)).path == "/2");
    CHECK(status_of(parser.parse("GET\n" + first)) == 400);
    CHECK(std::get<HttpHead>(parser.parse(second)).path == "/2");
}
