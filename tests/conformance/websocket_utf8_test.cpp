// What the Autobahn test suite's group 6 demands of a server: text is UTF-8, whatever the cuts, and what is
// not fails at once.
#include "tests/conformance/websocket_fixture.hpp"

using namespace causeway::test;

namespace {

constexpr unsigned kFinal = client::kFinal;

}  // namespace

TEST_CASE_FIXTURE(WebSocketFixture,
                  "6.1: empty texts, in one frame or in three, or with something in one of them") {
    WebSocketPeer peer(server.port());
    peer.says(client::text(""));
    CHECK(peer.hears() == "text:");
    peer.says(client::frame(client::kText, "") + client::frame(0, "") + client::frame(kFinal, ""));
    CHECK(peer.hears() == "text:");
    peer.says(client::frame(client::kText, "") + client::frame(0, "middle") + client::frame(kFinal, ""));
    CHECK(peer.hears() == "text:middle");
}

TEST_CASE_FIXTURE(WebSocketFixture, "6.2: characters may be cut by frames and by reads") {
    const std::string text =
        "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-\xf0\x9f\x98\x80-UTF-8!!";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        WebSocketPeer peer(server.port());
        peer.says(client::frame(client::kText, text.substr(0, cut)) + client::frame(kFinal, text.substr(cut)),
                  3);
        CHECK(peer.hears() == "text:" + text);
    }
    std::string octets = client::frame(client::kText, "");
    for (const char octet : text) octets += client::frame(0, {&octet, 1});
    WebSocketPeer peer(server.port());
    peer.says(octets + client::frame(kFinal, ""));
    CHECK(peer.hears() == "text:" + text);
}

TEST_CASE_FIXTURE(WebSocketFixture,
                  "6.3, 6.4: text that is not UTF-8 fails before the message or the frame has ended") {
    const std::string good = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
    const std::string bad[] = {"\xf4\x90\x80\x80", "\xed\xa0\x80", "\xff", "\xc0\xaf"};
    for (const std::string& wrong : bad) {
        CAPTURE(wrong);
        const std::string text = good + wrong + "edited";
        CHECK(close_code_after(client::text(text)) == 1007);
        CHECK(close_code_after(client::text(text), 1) == 1007);
        // 6.4.1: the fragment that goes wrong is the last that is sent.
        CHECK(close_code_after(client::frame(client::kText, good) + client::frame(0, wrong)) == 1007);
        // 6.4.3: the frame never ends.
        CHECK(close_code_after(client::header(kFinal | client::kText, 1000) + client::masked(good + wrong)) ==
              1007);
    }
}

TEST_CASE_FIXTURE(WebSocketFixture, "6.5 to 6.22: the borders of UTF-8, noncharacters included, come back") {
    const std::string rows[] = {"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5",
                                std::string(1, '\0'),
                                "\xc2\x80",
                                "\xe0\xa0\x80",
                                "\xf0\x90\x80\x80",
                                "\x7f",
                                "\xdf\xbf",
                                "\xef\xbf\xbf",
                                "\xf4\x8f\xbf\xbf",
                                "\xed\x9f\xbf",
                                "\xee\x80\x80",
                                "\xef\xbf\xbd",
                                "\xef\xbf\xbe",
                                "\xf0\x9f\xbf\xbe",
                                "\xf0\x9f\xbf\xbf",
                                "\xf3\xbf\xbf\xbe",
                                "\xf4\x8f\xbf\xbe"};
    WebSocketPeer peer(server.port());
    for (const std::string& text : rows) {
        peer.says(client::text(text));
        CHECK(peer.hears() == "text:" + text);
        peer.says(client::frame(client::kText, text.substr(0, 1)) + client::frame(kFinal, text.substr(1)));
        CHECK(peer.hears() == "text:" + text);
    }
}

TEST_CASE_FIXTURE(WebSocketFixture,
                  "6.5 to 6.23: what is no UTF-8, in one frame and in a frame for each octet") {
    const std::string rows[] = {"\xce",
                                "\xce\xba\xe1",
                                "\xce\xba\xe1\xbd",
                                "\xf8\x88\x80\x80\x80",
                                "\xfc\x84\x80\x80\x80\x80",
                                "\xf7\xbf\xbf\xbf",
                                "\xfb\xbf\xbf\xbf\xbf",
                                "\xfd\xbf\xbf\xbf\xbf\xbf",
                                "\xf4\x90\x80\x80",
                                "\x80",
                                "\xbf",
                                "\x80\xbf",
                                "\x80\xbf\x80",
                                "\xc0 \xc1 ",
                                "\xe0 ",
                                "\xf0 ",
                                "\xf8 ",
                                "\xfc ",
                                "\xc0",
                                "\xe0\x80",
                                "\xf0\x80\x80",
                                "\xdf",
                                "\xef\xbf",
                                "\xf7\xbf\xbf",
                                "\xfe",
                                "\xff",
                                "\xfe\xfe\xff\xff",
                                "\xc0\xaf",
                                "\xe0\x80\xaf",
                                "\xf0\x80\x80\xaf",
                                "\xc1\xbf",
                                "\xe0\x9f\xbf",
                                "\xf0\x8f\xbf\xbf",
                                "\xc0\x80",
                                "\xe0\x80\x80",
                                "\xed\xa0\x80",
                                "\xed\xad\xbf",
                                "\xed\xae\x80",
                                "\xed\xaf\xbf",
                                "\xed\xb0\x80",
                                "\xed\xbf\xbf",
                                "\xed\xa0\x80\xed\xb0\x80",
                                "\xed\xaf\xbf\xed\xbf\xbf"};
    for (const std::string& text : rows) {
        CAPTURE(text);
        CHECK(close_code_after(client::text(text)) == 1007);
        std::string octets = client::frame(client::kText, "");
        for (const char octet : text) octets += client::frame(0, {&octet, 1});
        CHECK(close_code_after(octets + client::frame(kFinal, "")) == 1007);
    }
}
