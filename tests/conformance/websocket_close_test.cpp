// What the Autobahn test suite's group 7 demands of a server: how connections end.
#include "tests/conformance/websocket_fixture.hpp"

using namespace causeway::test;

TEST_CASE_FIXTURE(WebSocketFixture, "7.1: a Close is answered once, and nothing after it is") {
    const std::string after[] = {"", client::close(1000), client::frame(client::kFinal | client::kPing, "p"),
                                 client::text("late"), client::frame(client::kFinal, "ment")};
    for (const std::string& late : after) {
        WebSocketPeer peer(server.port());
        peer.says(client::text("hello") + client::close(1000) + late);
        CHECK(peer.hears() == "text:hello");
        CHECK(peer.hears() == "close:1000:");
        CHECK(peer.hears() == "end");
    }
    WebSocketPeer unfinished(server.port());
    unfinished.says(client::frame(client::kText, "fragment") + client::close(1000));
    CHECK(unfinished.hears() == "close:1000:");
    CHECK(unfinished.hears() == "end");
}

TEST_CASE_FIXTURE(WebSocketFixture, "7.1.6: what was sent before the Close is echoed whole") {
    const std::string large(256 * 1024, 'x');
    WebSocketPeer peer(server.port());
    peer.says(client::text(large) + client::text("hello") + client::close(1000) + client::text("late"));
    CHECK((peer.hears() == "text:" + large));
    CHECK(peer.hears() == "text:hello");
    CHECK(peer.hears() == "close:1000:");
}

TEST_CASE_FIXTURE(WebSocketFixture,
                  "7.3: payloads of a Close: none, one octet, a code, a reason up to 123 octets") {
    const auto raw = [](std::string_view payload) {
        return client::frame(client::kFinal | client::kClose, payload);
    };
    for (const std::string& good : {raw(""), client::close(1000), client::close(1000, "Hello World!"),
                                    client::close(1000, std::string(123, '*'))}) {
        WebSocketPeer peer(server.port());
        peer.says(good);
        const std::string answer = peer.hears();
        CHECK((answer.starts_with("close:1000:") || answer == "close"));
        CHECK(peer.hears() == "end");
    }
    CHECK(close_code_after(raw("a")) == 1002);
    CHECK(close_code_after(client::close(1000, std::string(124, '*'))) == 1002);
}

TEST_CASE_FIXTURE(WebSocketFixture, "7.5: a reason that is not UTF-8 is a violation") {
    const int code = close_code_after(client::close(1000, "\xce\xba\xe1\xbd\xb9\xed\xa0\x80"));
    CHECK((code == 1007 || code == 1002));
}

TEST_CASE_FIXTURE(WebSocketFixture, "7.7: lawful codes are answered with themselves") {
    for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}) {
        CAPTURE(code);
        CHECK(close_code_after(client::close(code)) == code);
    }
}

TEST_CASE_FIXTURE(WebSocketFixture, "7.9, 7.13: codes that may not be sent are violations") {
    for (const int code : {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535}) {
        CAPTURE(code);
        CHECK(close_code_after(client::close(code)) == 1002);
    }
}
