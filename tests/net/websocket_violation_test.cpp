// The session hears of a violation before the Close frame, so that its ERROR goes out first.
#include "broker/net/frame_guard.hpp"
#include "tests/net/codec_peer.hpp"

using namespace causeway;
using namespace causeway::net;

namespace {

namespace client = websocket_client;

constexpr std::size_t kLimit = 1024;

// What happened, one word each: "1009/1025 close" or "1009/1025 ERROR close" where it says a last word.
class Story final : public WebSocketCodec::Events {
public:
    void on_open(std::string_view) override {}
    void on_message(std::string_view, bool) override { text += "message "; }
    void on_pong(std::string_view) override {}
    void on_violation(int code, std::string_view, std::uint64_t size) override {
        text += std::to_string(code) + "/" + std::to_string(size) + " ";
        if (codec == nullptr) return;
        text += "ERROR ";
        codec->close(4000, "another code");
    }
    void on_output(std::string_view bytes) override {
        if (bytes.front() != '\x88') return;
        text +=
            "close:" +
            std::to_string(static_cast<unsigned char>(bytes[2]) << 8 | static_cast<unsigned char>(bytes[3])) +
            " ";
    }
    void on_closed(int) override {}

    std::string text;
    WebSocketCodec* codec = nullptr;  // of which the session says its last word
};

std::string story_of(const std::string& octets, bool says_last_word = false) {
    WebSocketEndpoint endpoint([](const auto&) { return std::string(); });
    Story story;
    WebSocketCodec codec(endpoint, story, kLimit);
    REQUIRE(codec.open(client::upgrade()));
    if (says_last_word) story.codec = &codec;
    codec.receive(octets, kNow);
    return story.text;
}

}  // namespace

TEST_CASE("a violation is told before the Close frame, with the size of what is too large") {
    const std::pair<std::string, const char*> rows[] = {
        {client::header(client::kFinal | client::kText, kLimit + 1), "1009/1025 close:1009 "},
        {client::frame(client::kText, std::string(1000, 'x')) + client::header(client::kContinuation, 500),
         "1009/1500 close:1009 "},
        {client::text("\xff"), "1007/0 close:1007 "},
        {client::text("\xe2\x82"), "1007/0 close:1007 "},
        {client::header(client::kFinal | client::kContinuation, 1), "1002/0 close:1002 "},
        {std::string("\x81\x01x", 3), "1002/0 close:1002 "},  // not masked
        {client::text("a") + client::header(0x83, 0), "message 1002/0 close:1002 "},
    };
    for (const auto& [octets, expected] : rows) {
        CAPTURE(expected);
        CHECK(story_of(octets) == expected);
    }
}

TEST_CASE("what one client left unfinished is not read on with another's frames") {
    const std::string begun = client::frame(client::kText, "begun");
    const std::string empty = client::frame(client::kContinuation, "");
    std::string many_empty;
    for (int i = 0; i < FrameRate::kBurst; ++i) many_empty += empty;
    const std::string octets[] = {
        begun + client::frame(client::kFinal | client::kContinuation, std::string(kLimit, 'x')),
        begun + many_empty + client::frame(client::kFinal | client::kContinuation, ""),
        begun + client::text("another"),
        begun,
    };
    for (const std::string& left : octets) {
        CAPTURE(left.size());
        WebSocketEndpoint endpoint([](const auto&) { return std::string(); });
        Story first;
        Story second;
        WebSocketCodec leaves(endpoint, first, kLimit);
        WebSocketCodec comes(endpoint, second, kLimit);
        REQUIRE(leaves.open(client::upgrade()));
        REQUIRE(comes.open(client::upgrade()));
        leaves.receive(left, kNow);
        comes.receive(client::text("a") + client::text("b"), kNow);
        CHECK(second.text == "message message ");
    }
}

TEST_CASE("a last word that closes is not followed by a second Close frame") {
    CHECK(story_of(client::header(client::kFinal | client::kText, kLimit + 1), true) ==
          "1009/1025 ERROR close:4000 ");
    CHECK(story_of(client::text("\xff"), true) == "1007/0 ERROR close:4000 ");
}
