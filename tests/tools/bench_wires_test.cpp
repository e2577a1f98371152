// What the load generator makes of octets, however they are cut.
#include <doctest/doctest.h>
#include <zlib.h>

#include "tools/bench/body_text.hpp"
#include "tools/bench/http_text.hpp"
#include "tools/bench/inflater.hpp"
#include "tools/bench/sockjs_text.hpp"

using namespace causeway::bench;
using namespace std::string_literals;

namespace {

struct Heard {
    int status = 0;
    std::string body;
    int answers = 0;
    bool broken = false;
};

// The octets of a connection in pieces of `step`.
Heard hear(const std::string& octets, std::size_t step) {
    using Event = HttpAnswer::Event;
    Heard heard;
    HttpAnswer answer;
    std::string kept;
    for (std::size_t at = 0; at < octets.size() && !heard.broken; at += step) {
        kept += octets.substr(at, step);
        std::string_view rest = kept;
        for (Event event = answer.read(rest); event != Event::kNeedMore; event = answer.read(rest)) {
            heard.broken = event == Event::kBroken;
            if (heard.broken) break;
            if (event == Event::kHead) heard.status = answer.status();
            if (event == Event::kPiece) heard.body += answer.piece();
            if (event == Event::kEnd) ++heard.answers;
        }
        kept = std::string(rest);
    }
    return heard;
}

std::string deflated(const std::string& text) {
    z_stream zlib{};
    REQUIRE(deflateInit2(&zlib, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(text.size() + 100, '\0');
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    zlib.avail_in = static_cast<uInt>(text.size());
    zlib.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib.avail_out = static_cast<uInt>(out.size());
    deflate(&zlib, Z_SYNC_FLUSH);
    out.resize(out.size() - zlib.avail_out - 4);
    deflateEnd(&zlib);
    return out;
}

}  // namespace

TEST_CASE("HTTP answers are read one behind the other, wherever they are cut") {
    const std::string octets =
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
        "HTTP/1.1 204 No Content\r\n\r\n"
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n world\r\nA\r\n0123456789\r\n0\r\n\r\n"
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    for (std::size_t step = 1; step <= octets.size(); ++step) {
        CAPTURE(step);
        const Heard heard = hear(octets, step);
        CHECK_FALSE(heard.broken);
        CHECK(heard.answers == 4);
        CHECK(heard.status == 404);
        CHECK(heard.body == "hello world0123456789");
    }
}

TEST_CASE("what is no HTTP answer is broken") {
    for (const std::string& octets :
         {"HTTP/1.1 200 OK\r\n\r\n"s, "HTTP/1.1 20x OK\r\nContent-Length: 0\r\n\r\n"s,
          "CONNECTED\n\n\r\n\r\n"s, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"s,
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"s,
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc"s, std::string(20'000, 'x')}) {
        CAPTURE(octets.substr(0, 60));
        CHECK(hear(octets, octets.size()).broken);
    }
}

TEST_CASE("requests are whole, and keep the connection") {
    std::string out;
    append_request(out, "POST", "a:1", "/x", "hi");
    CHECK(out ==
          "POST /x HTTP/1.1\r\nHost: a:1\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: "
          "2\r\n\r\nhi");
    out.clear();
    append_request(out, "GET", "a:1", "/x", "");
    CHECK(out == "GET /x HTTP/1.1\r\nHost: a:1\r\n\r\n");
}

TEST_CASE("SockJS frames become the octets that were sent") {
    struct Row {
        std::string frame;
        SockJsFrame kind;
        std::string text;
    };
    const Row rows[] = {{"o", SockJsFrame::kOpen, ""},
                        {"h", SockJsFrame::kHeartbeat, ""},
                        {std::string(2048, 'h'), SockJsFrame::kHeartbeat, ""},
                        {R"(a["one"])", SockJsFrame::kMessages, "one"},
                        {R"(a["one","two\u0000"])", SockJsFrame::kMessages, "onetwo\0"s},
                        {R"(a["\n\r\t\"\\\/ and sixteen plain ones"])", SockJsFrame::kMessages,
                         "\n\r\t\"\\/ and sixteen plain ones"},
                        {"a[\"\\u00e9\\u20AC\\ud83d\\ude00 \xc3\xa9\"]", SockJsFrame::kMessages,
                         "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 \xc3\xa9"},
                        {R"(c[3000,"Go away!"])", SockJsFrame::kClose, R"([3000,"Go away!"])"},
                        {"", SockJsFrame::kBroken, ""},
                        {"hx", SockJsFrame::kBroken, ""},
                        {"a[]", SockJsFrame::kBroken, ""},
                        {R"(a["one")", SockJsFrame::kBroken, ""},
                        {R"(a["one]])", SockJsFrame::kBroken, ""},
                        {R"(a["one",])", SockJsFrame::kBroken, ""},
                        {R"(a["\ud83d"])", SockJsFrame::kBroken, ""},
                        {R"(a["\x"])", SockJsFrame::kBroken, ""},
                        {"MESSAGE", SockJsFrame::kBroken, ""}};
    for (const Row& row : rows) {
        CAPTURE(row.frame);
        std::string text = "of the last one";
        CHECK(read_sockjs(row.frame, text) == row.kind);
        if (row.kind != SockJsFrame::kBroken) CHECK(text == row.text);
    }
}

TEST_CASE("what is written as a JSON string is read back as it was") {
    std::string all;
    for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
    all += "\xc3\xa9 and then much that needs no escape at all";
    std::string frame = "a[";
    append_json_string(frame, all);
    std::string text;
    CHECK(read_sockjs(frame + "]", text) == SockJsFrame::kMessages);
    CHECK(text == all);
}

TEST_CASE("the URL of a SockJS session is another one each time") {
    CHECK(sockjs_path("/ws/", 7, "xhr").substr(0, 8) == "/ws/107/");
    CHECK(sockjs_path("/ws", 7, "xhr") != sockjs_path("/ws", 7, "xhr"));
}

TEST_CASE("messages are inflated each for itself, and damaged ones are not") {
    Inflater inflater;
    const std::string large(100'000, 'y');
    for (const std::string& text : {"hello hello hello"s, large, "hello hello hello"s, "x"s, "x"s}) {
        const auto plain = inflater.inflated(deflated(text));
        REQUIRE(plain);
        CHECK((*plain == text));
    }
    CHECK_FALSE(inflater.inflated("\xff\xff\xff"));
    CHECK_FALSE(inflater.inflated("\xff\xff\xff"));  // nor is that remembered as good
    CHECK(inflater.inflated(deflated("again")) == "again");
}

TEST_CASE("a body is of the size asked for, and every octet of it is looked at") {
    for (const bool json : {false, true}) {
        for (const std::uint64_t size : {0, 20, 128, 1000, 4096}) {
            Options options;
            options.json_bodies = json;
            options.body_bytes = size;
            const BodyText text(options);
            const std::string marker = "#cw:1:2:3#";
            const std::string body = text.around(marker);
            CAPTURE(body);
            if (size >= 128) CHECK(body.size() == size);
            CHECK(text.is_around(marker, body));
            CHECK_FALSE(text.is_around("#cw:1:2:4#", body));
            CHECK_FALSE(text.is_around(marker, body + "x"));
            for (std::size_t i = 0; i < body.size(); ++i) {
                std::string damaged = body;
                damaged[i] = '~';
                CHECK_FALSE(text.is_around(marker, damaged));
            }
        }
    }
}
