#include "broker/net/sockjs.hpp"

#include <doctest/doctest.h>

#include "broker/base/utf8.hpp"
#include "broker/net/sockjs_envelope.hpp"

using namespace causeway;
using namespace causeway::net;

namespace {

std::string encoded(std::string_view message) {
    std::string out;
    sockjs::append_message_frame(out, message);
    return out;
}

constexpr const char* kBroken = "(broken)";

std::string decoded(std::string_view payload) {
    sockjs::Decoder decoder;
    std::string out = "before";
    switch (decoder.decode(payload, out)) {
        case sockjs::Decoder::Result::kOk:
            return out.substr(6);
        case sockjs::Decoder::Result::kEmpty:
            return "(empty)";
        case sockjs::Decoder::Result::kBroken:
            break;
    }
    CHECK(out == "before");
    return kBroken;
}

}  // namespace

TEST_CASE("a message frame escapes what SockJS lists and nothing else") {
    const std::pair<std::string, std::string> rows[] = {
        {"", R"(a[""])"},
        {"plain text of some length /~", R"(a["plain text of some length /~"])"},
        {"MESSAGE\nid:1\n\nhi" + std::string(1, '\0'), R"(a["MESSAGE\nid:1\n\nhi\u0000"])"},
        {"\"\\\r\t\b\f\x1f\x7f", "a[\"\\\"\\\\\\r\\t\\u0008\\u000c\\u001f\x7f\"]"},
        {"12345678\"2345678\\", R"(a["12345678\"2345678\\"])"},
        {"\xe4\xbd\xa0\xe5\xa5\xbd", "a[\"\xe4\xbd\xa0\xe5\xa5\xbd\"]"},
        {"\u200b\u200c\u200f\u2010", "a[\"\u200b\\u200c\\u200f\u2010\"]"},
        {"\u2027\u2028\u202f\u2030", "a[\"\u2027\\u2028\\u202f\u2030\"]"},
        {"\u205f\u2060\u206f\u2070", "a[\"\u205f\\u2060\\u206f\u2070\"]"},
        {"\uffef\ufff0\uffff", "a[\"\uffef\\ufff0\\uffff\"]"},
        {"\U0001F600", R"(a["\ud83d\ude00"])"},
        {"\U0010FFFF", R"(a["\udbff\udfff"])"},
        {"\xff", R"(a["\ufffd"])"},
        {"\xe4\xbd", R"(a["\ufffd\ufffd"])"},
        {"\xed\xa0\x80", R"(a["\ufffd\ufffd\ufffd"])"},
    };
    for (const auto& [message, frame] : rows) CHECK(encoded(message) == frame);
}

TEST_CASE("a special octet is found at every position of a word") {
    for (const char special : {'"', '\\', '\n', '\0', '\x1f'}) {
        for (std::size_t at = 0; at < 24; ++at) {
            std::string message(24, ' ');
            message[at] = special;
            CHECK(decoded(encoded(message).substr(1)) == message);
            CHECK(encoded(message).size() > message.size() + 5);
        }
    }
}

TEST_CASE("close frames carry code and reason") {
    std::string out;
    sockjs::append_close_frame(out, 3000, "Go \"away\"!");
    CHECK(out == R"(c[3000,"Go \"away\"!"])");
}

TEST_CASE("client payloads decode to the octets that were sent") {
    const std::pair<std::string, std::string> rows[] = {
        {R"(["a"])", "a"},
        {R"(["a","b","c"])", "abc"},
        {R"("single")", "single"},
        {R"([])", ""},
        {R"([""])", ""},
        {" [ \"a\" ,\r\n\t\"b\" ] ", "ab"},
        {R"(["\"\\\/\b\f\n\r\t"])", "\"\\/\b\f\n\r\t"},
        {R"(["\u0000"])", std::string(1, '\0')},
        {R"(["\u0041\u00e9\u4f60\u4F60"])", "A\u00e9\u4f60\u4f60"},
        {R"(["\ud83d\ude00"])", "\U0001F600"},
        {R"(["\uD83D","\uDE00"])", "\U0001F600"},
        {R"(["\ud83dx"])", "\ufffdx"},
        {R"(["\ud83d\n"])", "\ufffd\n"},
        {R"(["\ude00x"])", "\ufffdx"},
        {R"(["\ud83d\ud83d\ude00"])", "\ufffd\U0001F600"},
        {"[\"\xe4\xbd\xa0\"]", "\xe4\xbd\xa0"},
        {"", "(empty)"},
    };
    for (const auto& [payload, octets] : rows) CHECK(decoded(payload) == octets);
}

TEST_CASE("what is not an array of strings is broken") {
    const std::string nul("[\"\0\"]", 5);
    for (const std::string& payload : {std::string("["),
                                       std::string("]"),
                                       std::string("[\"a\""),
                                       std::string("[\"a\","),
                                       std::string("[\"a\",]"),
                                       std::string("[,\"a\"]"),
                                       std::string("[\"a\" \"b\"]"),
                                       std::string("[1]"),
                                       std::string("[null]"),
                                       std::string("[[\"a\"]]"),
                                       std::string("{}"),
                                       std::string("a"),
                                       std::string("\"a"),
                                       std::string("\"a\"b"),
                                       std::string("[\"a\"]x"),
                                       std::string("['a']"),
                                       std::string("[\"\\x\"]"),
                                       std::string("[\"\\u12\"]"),
                                       std::string("[\"\\u12g4\"]"),
                                       std::string("[\"\\"),
                                       std::string("[\"\n\"]"),
                                       nul,
                                       std::string(" "),
                                       std::string("[\"\xff\"]"),
                                       std::string("[\"\xed\xa0\x80\"]"),
                                       std::string(100'000, '[')}) {
        CAPTURE(payload.substr(0, 20));
        CHECK(decoded(payload) == kBroken);
    }
}

TEST_CASE("a character cut in two between frames is put together again") {
    sockjs::Decoder decoder;
    std::string out;
    CHECK(decoder.decode(R"(["a\ud83d"])", out) == sockjs::Decoder::Result::kOk);
    CHECK(out == "a");
    CHECK(decoder.decode("[]", out) == sockjs::Decoder::Result::kOk);
    CHECK(decoder.decode("[1]", out) == sockjs::Decoder::Result::kBroken);
    CHECK(decoder.decode(R"(["\ude00b"])", out) == sockjs::Decoder::Result::kOk);
    CHECK(out ==
          "a\U0001F600"
          "b");
}

TEST_CASE("an event keeps its percent signs, as sockjs-client undoes URI escapes") {
    CHECK(sockjs::enveloped(sockjs::Transport::kEventSource, "", R"(a["100% %41"])") ==
          "data: a[\"100%25 %2541\"]\r\n\r\n");
    CHECK(sockjs::enveloped(sockjs::Transport::kXhrStreaming, "", R"(a["100%"])") == "a[\"100%\"]\n");
}

TEST_CASE("paths below the prefix") {
    using sockjs::Endpoint;
    using sockjs::Transport;
    const std::pair<const char*, Endpoint> fixed[] = {
        {"/ws", Endpoint::kGreeting},           {"/ws/", Endpoint::kGreeting},
        {"/ws/info", Endpoint::kInfo},          {"/ws/websocket", Endpoint::kRawWebSocket},
        {"/ws/iframe.html", Endpoint::kIframe}, {"/ws/iframe-1.6.1.html", Endpoint::kIframe},
    };
    for (const auto& row : fixed) {
        const auto& [path, endpoint] = row;
        CAPTURE(std::get<0>(row));
        REQUIRE(sockjs::route("/ws", path));
        CHECK(sockjs::route("/ws", path)->endpoint == endpoint);
    }
    const std::pair<const char*, Transport> transports[] = {
        {"websocket", Transport::kWebSocket},
        {"xhr", Transport::kXhr},
        {"xhr_send", Transport::kXhrSend},
        {"xhr_streaming", Transport::kXhrStreaming},
        {"eventsource", Transport::kEventSource},
        {"htmlfile", Transport::kHtmlFile},
        {"jsonp", Transport::kJsonp},
        {"jsonp_send", Transport::kJsonpSend},
    };
    for (const auto& [name, transport] : transports) {
        const std::string path = "/a/ws/000/abcdefgh/" + std::string(name);
        const auto found = sockjs::route("/a/ws", path);
        REQUIRE(found);
        CHECK(found->endpoint == Endpoint::kSession);
        CHECK(found->server == "000");
        CHECK(found->session == "abcdefgh");
        CHECK(found->transport == transport);
    }
}

TEST_CASE("paths that name nothing of SockJS") {
    const std::string long_id(129, 'x');
    for (const std::string& path : {std::string("/"),
                                    std::string("/wsx"),
                                    std::string("/other"),
                                    std::string("/ws/x"),
                                    std::string("/ws//"),
                                    std::string("/ws///xhr"),
                                    std::string("/ws/000//xhr"),
                                    std::string("/ws//abc/xhr"),
                                    std::string("/ws/0.0/abc/xhr"),
                                    std::string("/ws/000/a.c/xhr"),
                                    std::string("/ws/000/abc/xhr/"),
                                    std::string("/ws/000/abc/xhr/x"),
                                    std::string("/ws/000/abc/nope"),
                                    std::string("/ws/000/abc"),
                                    std::string("/ws/info/"),
                                    std::string("/ws/iframe/x.html"),
                                    std::string("/ws/iframe"),
                                    std::string("/ws/a\tb/abc/xhr"),
                                    "/ws/000/" + long_id + "/xhr",
                                    "/ws/" + long_id + "/abc/xhr"}) {
        CAPTURE(path);
        CHECK_FALSE(sockjs::route("/ws", path));
    }
}

TEST_CASE("/info is JSON whose entropy changes") {
    SeededRandom random(7);
    const std::string first = sockjs::info(random, true, false);
    CHECK(first.substr(0, 70) ==
          R"({"websocket":true,"origins":["*:*"],"cookie_needed":false,"entropy":)" + first.substr(68, 2));
    CHECK(first.back() == '}');
    CHECK(sockjs::info(random, true, false) != first);
    CHECK(sockjs::info(random, false, true).find(R"("websocket":false,)") != std::string::npos);
}
