// What the Autobahn test suite's groups 1 to 5 demand of a server, over a socket. The codec's own tests hold
// the finer points.
#include "tests/conformance/websocket_fixture.hpp"

using namespace causeway::test;

namespace {

constexpr unsigned kFinal = client::kFinal;

std::string ping(std::string_view payload) { return client::frame(kFinal | client::kPing, payload); }
std::string pong(std::string_view payload) { return client::frame(kFinal | client::kPong, payload); }

}  // namespace

TEST_CASE_FIXTURE(WebSocketFixture,
                  "1.1, 1.2: text and binary of every form of length come back as they went") {
    const std::size_t sizes[] = {0, 125, 126, 127, 128, 65535, 65536};
    for (const unsigned opcode : {client::kText, client::kBinary})
        for (const std::size_t size : sizes) {
            CAPTURE(size);
            const std::string payload(size, opcode == client::kText ? '*' : '\xfe');
            WebSocketPeer peer(server.port());
            peer.says(client::frame(kFinal | opcode, payload), 997);
            const std::string expected = (opcode == client::kText ? "text:" : "binary:") + payload;
            CHECK((peer.hears() == expected));
            peer.says(client::close(1000));
            CHECK(peer.hears() == "close:1000:");
            CHECK(peer.hears() == "end");
        }
}

TEST_CASE_FIXTURE(WebSocketFixture, "2.1 to 2.6: a ping is answered with its payload, however it is cut") {
    const std::string payloads[] = {"", "Hello, world!", std::string("\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8),
                                    std::string(125, '\xfe')};
    WebSocketPeer peer(server.port());
    for (const std::string& payload : payloads) {
        peer.says(ping(payload));
        CHECK(peer.hears() == "pong:" + payload);
        peer.says(ping(payload), 1);
        CHECK(peer.hears() == "pong:" + payload);
    }
    CHECK(close_code_after(ping(std::string(126, '\xfe'))) == 1002);
}

TEST_CASE_FIXTURE(WebSocketFixture, "2.7 to 2.9: pongs that nobody asked for are passed over") {
    WebSocketPeer peer(server.port());
    peer.says(pong("") + pong("unsolicited") + ping("asked"));
    CHECK(peer.hears() == "pong:asked");
}

TEST_CASE_FIXTURE(WebSocketFixture, "2.10, 2.11: ten pings are answered in order, at once or drop by drop") {
    std::string pings;
    for (int i = 0; i < 10; ++i) pings += ping("payload-" + std::to_string(i));
    for (const std::size_t step : {pings.size(), std::size_t{1}}) {
        WebSocketPeer peer(server.port());
        peer.says(pings, step);
        for (int i = 0; i < 10; ++i) CHECK(peer.hears() == "pong:payload-" + std::to_string(i));
    }
}

TEST_CASE_FIXTURE(WebSocketFixture,
                  "3.1 to 3.7: a reserved bit fails the connection; what came before is echoed") {
    for (unsigned rsv = 1; rsv <= 7; ++rsv)
        for (const unsigned opcode :
             {client::kText, client::kBinary, client::kPing, client::kPong, client::kClose})
            for (const std::size_t step : {std::size_t{1}, std::size_t{1000}}) {
                CAPTURE(rsv);
                CAPTURE(opcode);
                WebSocketPeer peer(server.port());
                peer.says(client::text("before") + client::frame(kFinal | rsv << 4U | opcode, "x") +
                              client::text("after") + ping(""),
                          step);
                CHECK(peer.hears() == "text:before");
                CHECK(peer.hears().starts_with("close:1002:"));
                CHECK(peer.hears() == "end");
            }
}

TEST_CASE_FIXTURE(WebSocketFixture, "4.1, 4.2: reserved opcodes fail the connection, empty or not") {
    for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U})
        for (const std::string payload : {"", "reserved opcode payload"}) {
            CAPTURE(opcode);
            WebSocketPeer peer(server.port());
            peer.says(client::text("before") + client::frame(kFinal | opcode, payload) + ping(""));
            CHECK(peer.hears() == "text:before");
            CHECK(peer.hears().starts_with("close:1002:"));
            CHECK(peer.hears() == "end");
        }
}

TEST_CASE_FIXTURE(WebSocketFixture, "5.1, 5.2: control frames may not be fragmented") {
    for (const unsigned opcode : {client::kPing, client::kPong, client::kClose})
        CHECK(close_code_after(client::frame(opcode, "frag") + client::frame(kFinal, "ment")) == 1002);
}

TEST_CASE_FIXTURE(WebSocketFixture,
                  "5.3 to 5.8, 5.19, 5.20: fragments become one message, pings between are answered first") {
    const std::string whole = client::frame(client::kText, "frag") + client::frame(kFinal, "ment");
    const std::string with_ping =
        client::frame(client::kText, "frag") + ping("p") + client::frame(kFinal, "ment");
    const std::string five = client::frame(client::kText, "f1") + client::frame(0, "f2") + ping("p1") +
                             client::frame(0, "f3") + client::frame(0, "f4") + ping("p2") +
                             client::frame(kFinal, "f5");
    for (const std::size_t step : {std::size_t{1}, std::size_t{1000}}) {
        WebSocketPeer peer(server.port());
        peer.says(whole, step);
        CHECK(peer.hears() == "text:fragment");
        peer.says(with_ping, step);
        CHECK(peer.hears() == "pong:p");
        CHECK(peer.hears() == "text:fragment");
        peer.says(five, step);
        CHECK(peer.hears() == "pong:p1");
        CHECK(peer.hears() == "pong:p2");
        CHECK(peer.hears() == "text:f1f2f3f4f5");
    }
    WebSocketPeer slow(server.port());
    slow.says(five.substr(0, five.find(ping("p2"))));
    CHECK(slow.hears() == "pong:p1");  // answered while the message is still under way
    slow.says(five.substr(five.find(ping("p2"))));
    CHECK(slow.hears() == "pong:p2");
    CHECK(slow.hears() == "text:f1f2f3f4f5");
}

TEST_CASE_FIXTURE(WebSocketFixture,
                  "5.9 to 5.18: continuations of nothing and messages within messages fail the connection") {
    const std::string nothing[] = {client::frame(kFinal, "x"), client::frame(0, "x")};
    for (const std::string& frame : nothing) {
        CHECK(close_code_after(frame + client::text("Hello")) == 1002);
        CHECK(close_code_after(frame + client::text("Hello"), 1) == 1002);
        WebSocketPeer peer(server.port());
        peer.says(client::frame(client::kText, "frag") + client::frame(kFinal, "ment") + frame);
        CHECK(peer.hears() == "text:fragment");
        CHECK(peer.hears().starts_with("close:1002:"));
    }
    CHECK(close_code_after(client::frame(client::kText, "a") + client::text("b")) == 1002);
    CHECK(close_code_after(client::frame(client::kText, "a") + client::frame(client::kBinary, "b")) == 1002);
}
