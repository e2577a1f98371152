#include <doctest/doctest.h>

#include "tools/bench/delivery_check.hpp"
#include "tools/bench/histogram.hpp"
#include "tools/bench/marker.hpp"
#include "tools/bench/options.hpp"
#include "tools/bench/stomp_text.hpp"
#include "tools/bench/target.hpp"
#include "tools/bench/websocket_text.hpp"

using namespace causeway::bench;
using namespace std::string_view_literals;
using namespace std::string_literals;

TEST_CASE("percentiles are right within 1.6 percent, over the whole range") {
    Histogram empty;
    CHECK(empty.percentile(99) == 0);
    Histogram ramp;
    for (std::uint64_t n = 1; n <= 100'000; ++n) ramp.record(n * 1000);
    for (const double percent : {0.1, 1.0, 50.0, 90.0, 99.0, 99.9}) {
        const double exact = percent * 1'000'000;
        const auto shown = static_cast<double>(ramp.percentile(percent));
        CHECK(shown >= exact);
        CHECK(shown <= exact * 1.016 + 1);
    }
    CHECK(ramp.percentile(100) == 100'000'000);
    Histogram edges;
    edges.record(0);
    edges.record(~std::uint64_t{0});
    CHECK(edges.percentile(50) == 0);
    CHECK(edges.percentile(100) == ~std::uint64_t{0});
    CHECK(edges.count() == 2);
}

TEST_CASE("a marker is found in any text, and one that was damaged is none") {
    const Marker marker{7, 12, 0, 18'446'744'073'709'551'615ULL, 123456789};
    std::string body = R"({"content":"{\"content\":\")";
    append(body, marker);
    body += R"(xx\"}"})";
    CHECK(find_marker(body) == marker);
    for (std::size_t i = body.find("#cw:"); i < body.rfind('#'); ++i) {
        std::string damaged = body;
        damaged[i] = damaged[i] == '1' ? '2' : '1';
        CAPTURE(damaged);
        CHECK(find_marker(damaged) != marker);
    }
    CHECK_FALSE(find_marker(""));
    CHECK_FALSE(find_marker("#cw:1:2:3"));
    CHECK_FALSE(find_marker(std::string_view(body).substr(0, body.rfind('#'))));
}

TEST_CASE("deliveries are in order, late or duplicates, each flow for itself") {
    using Outcome = DeliveryCheck::Outcome;
    DeliveryCheck check;
    CHECK(check.arrived(1, 0) == Outcome::kInOrder);
    CHECK(check.arrived(1, 3) == Outcome::kInOrder);
    CHECK(check.arrived(2, 0) == Outcome::kInOrder);
    CHECK(check.arrived(1, 1) == Outcome::kLate);
    CHECK(check.arrived(1, 1) == Outcome::kDuplicate);
    CHECK(check.arrived(1, 3) == Outcome::kDuplicate);
    CHECK(check.arrived(1, 4) == Outcome::kInOrder);
    CHECK(check.arrived(2, 2) == Outcome::kInOrder);
    CHECK(check.unique() == 6);
    CHECK(check.late() == 1);
    CHECK(check.duplicates() == 2);
}

TEST_CASE("frames are read whatever their line ends, wherever they are cut") {
    const std::string two =
        "\n\r\nMESSAGE\r\nsubscription:0\r\na\\cb:1\r\n\r\nhello\0\nRECEIPT\nreceipt-id:7\ncontent-length:3\n\na\0b\0"s;
    FrameView frame;
    std::string_view rest = two;
    REQUIRE(read_frame(rest, frame) == ReadState::kFrame);
    CHECK(frame.command == "MESSAGE");
    CHECK(frame.header("subscription") == "0");
    CHECK(frame.header("sub") == "");
    CHECK(frame.body == "hello");
    REQUIRE(read_frame(rest, frame) == ReadState::kFrame);
    CHECK(frame.command == "RECEIPT");
    CHECK(frame.header("receipt-id") == "7");
    CHECK(frame.body == "a\0b"sv);
    CHECK(read_frame(rest, frame) == ReadState::kNeedMore);
    const std::size_t first_end = two.find('\0') + 1;
    for (std::size_t cut = 0; cut < first_end; ++cut) {
        rest = std::string_view(two).substr(0, cut);
        CHECK(read_frame(rest, frame) == ReadState::kNeedMore);
    }
    for (const std::string_view broken :
         {"MESSAGE\ncontent-length:1\n\nab\0"sv, "MESSAGE\ncontent-length:x\n\na\0"sv,
          "MESSAGE\ncontent-length:-1\n\na\0"sv}) {
        rest = broken;
        CHECK(read_frame(rest, frame) == ReadState::kBroken);
    }
}

TEST_CASE("frames are written with escapes, CONNECT without") {
    CHECK(encode_frame("SEND", {{"a:b", "c\\d\n"}}, "x") ==
          "SEND\na\\cb:c\\\\d\\n\ncontent-length:1\n\nx\0"s);
    CHECK(encode_frame("CONNECT", {{"host", "a:b"}}) == "CONNECT\nhost:a:b\n\n\0"s);
}

TEST_CASE("WebSocket: the example of RFC 6455, and frames of every length") {
    CHECK(accept_for("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    for (const std::size_t size : {0, 1, 125, 126, 65535, 65536}) {
        CAPTURE(size);
        const std::string payload(size, 'p');
        std::string masked;
        append_masked(masked, Opcode::kText, payload, 0x01020304);
        const std::size_t head = size < 126 ? 2 : size < 65536 ? 4 : 10;
        REQUIRE(masked.size() == head + 4 + size);
        // Unmasked by hand, it is what a server sends.
        std::string plain = masked.substr(0, head);
        plain[1] = static_cast<char>(plain[1] & 0x7f);
        for (std::size_t i = 0; i < size; ++i)
            plain += static_cast<char>(masked[head + 4 + i] ^ masked[head + i % 4]);
        WebsocketFrame frame;
        std::string_view rest = plain;
        REQUIRE(read_websocket(rest, frame) == WebsocketState::kFrame);
        CHECK(frame.final);
        CHECK(frame.payload == payload);
        CHECK(rest.empty());
        rest = std::string_view(plain).substr(0, plain.size() - 1);
        CHECK(read_websocket(rest, frame) == WebsocketState::kNeedMore);
        rest = masked;
        CHECK(read_websocket(rest, frame) == WebsocketState::kBroken);  // a server does not mask
    }
    WebsocketFrame frame;
    std::string_view huge = "\x82\x7f\x00\x00\x00\x01\x00\x00\x00\x00"sv;
    CHECK(read_websocket(huge, frame) == WebsocketState::kBroken);
    std::string_view packed = "\xc1\x00"sv;
    CHECK(read_websocket(packed, frame) == WebsocketState::kBroken);  // nobody agreed to that
    REQUIRE(read_websocket(packed, frame, Packing::kDeflate) == WebsocketState::kFrame);
    CHECK(frame.packed);
    for (std::string_view wrong : {"\xc0\x00"sv, "\xc9\x00"sv, "\xa1\x00"sv, "\x91\x00"sv})
        CHECK(read_websocket(wrong, frame, Packing::kDeflate) == WebsocketState::kBroken);
}

TEST_CASE("only loopback is loaded, unless told otherwise") {
    Options options;
    options.url = "ws://127.0.0.1:9/a/b?c";
    CHECK(resolve(options).path == "/a/b?c");
    CHECK(resolve(options).authority == "127.0.0.1:9");
    for (const char* url : {"ws://192.0.2.1:80/", "ftp://127.0.0.1/", "ws://127.0.0.1:port/", "ws://", ""}) {
        CAPTURE(url);
        options.url = url;
        CHECK_THROWS_AS((void)resolve(options), BadOptions);
    }
    for (const char* url : {"wss://127.0.0.1/ws", "https://127.0.0.1:4/ws", "tls://127.0.0.1:4"}) {
        options.url = url;
        CHECK(resolve(options).tls);
    }
    for (const char* url : {"ws://127.0.0.1/ws", "http://127.0.0.1:4/ws", "tcp://127.0.0.1:4"}) {
        options.url = url;
        CHECK_FALSE(resolve(options).tls);
    }
    options.url = "ws://192.0.2.1:81/";
    options.allow_remote = true;
    CHECK(resolve(options).host == "192.0.2.1");
}

TEST_CASE("patterns") {
    CHECK(replaced("/topic/{i}/{i}", "{i}", 7) == "/topic/7/7");
    CHECK(replaced("{r}", "{r}", "{r}{r}") == "{r}{r}");
    CHECK(replaced("plain", "{i}", 7) == "plain");
}
