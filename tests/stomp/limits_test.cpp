// Every limit: what just fits passes, one octet more is refused with limit, value and key, however it is cut
// and before it is kept. STOMP 1.2, "Size Limits".
#include "tests/stomp/sees.hpp"

namespace causeway::stomp::testing {
namespace {

Setting with(const Limits& limits) { return {Version::k12, Peer::kClient, limits}; }

TEST_CASE("a body up to the limit, with and without content-length") {
    const Limits limits{.max_body = 4};
    CHECK(sees("SEND\n\nabcd\0"s, with(limits)) == "SEND{}abcd");
    CHECK(sees("SEND\ncontent-length:4\n\nabcd\0"s, with(limits)) == "SEND{content-length=4}abcd");
    const std::string refusal = "!!a body larger than limits.frame_bytes = 4";
    CHECK(sees("SEND\n\nabcde\0"s, with(limits)) == refusal);
    CHECK(sees("SEND\n\nabcde", with(limits)) == refusal);
    CHECK(sees("SEND\ncontent-length:5\n\n", with(limits)) == refusal);
}

TEST_CASE("as many headers as the limit says, repeated ones counted") {
    const Limits limits{.max_headers = 2};
    CHECK(sees("SEND\na:1\nb:2\n\n\0"s, with(limits)) == "SEND{a=1,b=2}");
    CHECK(sees("SEND\na:1\nb:2\nc:3\n", with(limits)) == "!!more headers than limits.headers = 2");
    CHECK(sees("SEND\na:1\na:2\na:3\n", with(limits)) == "!!more headers than limits.headers = 2");
}

TEST_CASE("a NUL in the header that is one too many is refused for the NUL, however it is cut") {
    CHECK(sees("SEND\na:1\nb:\0\n\n\0"s, with({.max_headers = 1})) ==
          "!NUL before the blank line that ends the headers");
}

TEST_CASE("a header line up to the limit, refused while it is still coming") {
    const Limits limits{.max_header_line = 5};
    CHECK(sees("SEND\na:123\n\n\0"s, with(limits)) == "SEND{a=123}");
    CHECK(sees("SEND\na:1234", with(limits)) == "!!a header larger than limits.header_bytes = 5");
    CHECK(sees("SEND\na:1234\n\n\0"s, with(limits)) == "!!a header larger than limits.header_bytes = 5");
}

TEST_CASE("a head up to the limit") {
    const Limits limits{.max_head = 13};
    CHECK(sees("SEND\na:1\nb:2\n\n\0"s, with(limits)) == "SEND{a=1,b=2}");
    CHECK(sees("SEND\na:1\nb:23\n\n\0"s, with(limits)) == "SEND{a=1,b=23}");
    CHECK(sees("SEND\na:1\nbc:23\n\n\0"s, with(limits)) ==
          "!!command and headers larger than limits.head_bytes = 13");
    CHECK(sees("SEND\na:1\nb:23\nc", with(limits)) ==
          "!!command and headers larger than limits.head_bytes = 13");
}

TEST_CASE("no command is endless") {
    CHECK(sees(std::string(32, 'X')) == "");
    CHECK(sees(std::string(33, 'X')) == "!unknown command: none is longer than 32");
    CHECK(sees(std::string(200, 'X') + "\n\n\0"s) == "!unknown command: none is longer than 32");
}

TEST_CASE("before CONNECTED a frame as a whole has a limit of its own") {
    const Limits limits{.max_frame = 20};
    const std::string refusal = "!!a frame larger than limits.connect_bytes = 20";
    CHECK(sees("CONNECT\nlogin:me\n\n\0"s, with(limits)) == "CONNECT{login=me}");
    CHECK(sees("CONNECT\nlogin:me-and-you", with(limits)) == refusal);
    CHECK(sees("SEND\n\n01234567890123\0"s, with(limits)) == "SEND{}01234567890123");
    CHECK(sees("SEND\n\n012345678901234", with(limits)) == refusal);
    CHECK(sees("SEND\ncontent-length:1\n", with(limits)) == refusal);
    CHECK(sees("SEND\ncontent-length:7\n\n1234567\0"s, with({.max_frame = 30})) ==
          "SEND{content-length=7}1234567");
    CHECK(sees("SEND\ncontent-length:8\n\n", with({.max_frame = 30})) ==
          "!!a frame larger than limits.connect_bytes = 30");
}

TEST_CASE("new limits hold for what comes next, also for the frame under way") {
    Decoder decoder(Peer::kClient, {.max_frame = 30});
    Outcome outcome;
    REQUIRE(feed(decoder, "CONNECT\n\n\0SEND\n\n"s, outcome));
    decoder.set_limits({});
    REQUIRE(feed(decoder, std::string(1000, 'x') + '\0', outcome));
    CHECK(outcome.frames.at(1).body.size() == 1000);
    REQUIRE(feed(decoder, "SEND\nabcdefgh", outcome));
    decoder.set_limits({.max_header_line = 4});
    CHECK(!feed(decoder, "i", outcome));
    CHECK(outcome.error->text == "a header larger than limits.header_bytes = 4");
}

}  // namespace
}  // namespace causeway::stomp::testing
