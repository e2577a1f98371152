#include "broker/net/http_body.hpp"

#include <doctest/doctest.h>

using namespace causeway::net;

namespace {

constexpr std::size_t kLimit = 20;

HttpHead sized(std::uint64_t length) {
    HttpHead head;
    head.content_length = length;
    return head;
}
HttpHead chunked() {
    HttpHead head;
    head.chunked = true;
    return head;
}

struct Outcome {
    int status = 0;  // 200 done, 0 more
    std::string body;
    std::size_t used = 0;
};

Outcome read(const HttpHead& head, const std::string& bytes, std::size_t step) {
    HttpBodyReader reader(head, kLimit);
    for (std::size_t at = 0; at <= bytes.size(); at += step) {
        const BodyParsed parsed = reader.read(std::string_view(bytes).substr(at, step));
        if (const auto* refusal = std::get_if<HttpRefusal>(&parsed)) return {refusal->status, "", 0};
        if (const auto* done = std::get_if<BodyDone>(&parsed)) return {200, reader.body(), at + done->used};
    }
    return {0, reader.body(), bytes.size()};
}

}  // namespace

TEST_CASE("a body is read to its end and no octet further, however it is cut") {
    const struct {
        HttpHead head;
        std::string bytes;
        int status;
        std::string body;
        std::size_t rest;
    } rows[] = {
        {HttpHead(), "GET", 200, "", 3},
        {sized(0), "GET", 200, "", 3},
        {sized(5), "helloGET", 200, "hello", 3},
        {sized(6), "hello", 0, "hello", 0},
        {sized(kLimit), std::string(kLimit, 'x'), 200, std::string(kLimit, 'x'), 0},
        {sized(kLimit + 1), "", 413, "", 0},
        {chunked(), "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\nGET", 200, "hello!", 3},
        {chunked(), "0\r\n\r\n", 200, "", 0},
        {chunked(), "00\r\n\r\n", 200, "", 0},
        {chunked(), "A;x=y\r\n0123456789\r\na\r\n0123456789\r\n0\r\nT: v\r\n\r\n", 200,
         "01234567890123456789", 0},
        {chunked(), "A\r\n0123456789\r\nb\r\n", 413, "", 0},
        {chunked(), "fffffffffffffff\r\n", 413, "", 0},
        {chunked(), "ffffffffffffffff\r\n", 400, "", 0},
        {chunked(), "-1\r\n", 400, "", 0},
        {chunked(), "0x5\r\n", 400, "", 0},
        {chunked(), " 5\r\n", 400, "", 0},
        {chunked(), "5 \r\n", 400, "", 0},
        {chunked(), "\r\n", 400, "", 0},
        {chunked(), "5\nhello", 400, "", 0},
        {chunked(), "5\r\rhello", 400, "", 0},
        {chunked(), "5\r\nhelloX\r\n", 400, "", 0},
        {chunked(), "5;" + std::string(300, 'x'), 400, "", 0},
        {chunked(), "5\r\nhel", 0, "hel", 0},
    };
    for (const auto& row : rows) {
        for (const std::size_t step : {std::size_t{1000}, std::size_t{1}, std::size_t{3}}) {
            CAPTURE(row.bytes);
            const Outcome outcome = read(row.head, row.bytes, step);
            CHECK(outcome.status == row.status);
            if (row.status == 413 || row.status == 400) continue;
            CHECK(outcome.body == row.body);
            CHECK(outcome.used == row.bytes.size() - row.rest);
        }
    }
}

TEST_CASE("trailers are bounded") {
    std::string bytes = "0\r\n";
    for (int i = 0; i < 17; ++i) bytes += "T: v\r\n";
    CHECK(read(chunked(), bytes, 1000).status == 400);
}
