#include <doctest/doctest.h>

#include "broker/net/transport.hpp"
#include "broker/net/websocket_deflater.hpp"
#include "broker/net/websocket_extensions.hpp"
#include "broker/net/websocket_frame.hpp"
#include "broker/net/websocket_inflater.hpp"
#include "tests/net/codec_peer.hpp"
#include "tests/net/deflate_client.hpp"

using namespace causeway;
using namespace causeway::net;
namespace client = websocket_client;
using deflate_client::deflated;
using deflate_client::inflated;

namespace {

constexpr unsigned kRsv1 = 0x40;
constexpr std::size_t kLimit = 4096;

std::string compressed(unsigned opcode, std::string_view payload) {
    return client::frame(client::kFinal | kRsv1 | opcode, payload);
}
std::string compressed_text(std::string_view text) { return compressed(client::kText, deflated(text)); }

std::string json(std::size_t size) {
    std::string out = "[";
    for (int i = 0; out.size() < size; ++i)
        out += R"({"order":)" + std::to_string(i * 7919) + R"(,"state":"sent"},)";
    out.resize(size);
    return out;
}

// What no compressor shrinks.
std::string noise(std::size_t size) {
    std::string out;
    std::uint32_t state = 1;
    while (out.size() < size) {
        state = state * 1664525U + 1013904223U;
        out.push_back(static_cast<char>(state >> 24U));
    }
    return out;
}

// A client that was granted compression.
struct DeflatePeer : Peer {
    explicit DeflatePeer(std::size_t limit = kLimit) : Peer(limit, Compression::kOn) {
        UpgradeRequest request = client::upgrade();
        request.deflate = true;
        REQUIRE(codec->open(request));
        REQUIRE(log.output.find("Sec-WebSocket-Extensions: " + std::string(kDeflateAgreed) + "\r\n") !=
                std::string::npos);
        log.lines.clear();
        log.output.clear();
    }
};

int code_after(const std::string& bytes, std::size_t step = 0) {
    DeflatePeer peer;
    if (step == 0) step = bytes.size();
    for (std::size_t at = 0; at < bytes.size(); at += step)
        peer.says(std::string_view(bytes).substr(at, step));
    return peer.log.close_code();
}

}  // namespace

TEST_CASE(
    "RFC 7692 7.1: an offer is agreed to if each of its parameters is known, once, and has a lawful value") {
    const struct {
        const char* offer;
        std::optional<bool> agreed;
    } rows[] = {
        {"permessage-deflate", true},
        {"permessage-deflate; client_max_window_bits", true},
        {"permessage-deflate; client_max_window_bits=8", true},
        {"permessage-deflate; client_max_window_bits=\"15\"", true},
        {"permessage-deflate; server_max_window_bits=15", true},
        {"permessage-deflate; server_no_context_takeover; client_no_context_takeover", true},
        {" permessage-deflate ;client_max_window_bits = 10 ", true},
        {"permessage-deflate; server_max_window_bits=10, permessage-deflate", true},
        {"x-webkit-deflate-frame, permessage-deflate", true},
        {"", false},
        {"permessage-bzip2", false},
        {"permessage-deflate; server_max_window_bits=10", false},
        {"permessage-deflate; server_max_window_bits", false},
        {"permessage-deflate; client_max_window_bits=7", false},
        {"permessage-deflate; client_max_window_bits=16", false},
        {"permessage-deflate; client_max_window_bits=08", false},
        {"permessage-deflate; client_max_window_bits=1", false},
        {"permessage-deflate; client_max_window_bits=115", false},
        {"permessage-deflate; client_max_window_bits; client_max_window_bits", false},
        {"permessage-deflate; server_no_context_takeover=1", false},
        {"permessage-deflate; mystery", false},
        {"permessage-deflate;", std::nullopt},
        {"permessage-deflate; =8", std::nullopt},
        {"permessage-deflate; client_max_window_bits=", std::nullopt},
        {"permessage-deflate; client_max_window_bits=\"8", std::nullopt},
        {"permessage-deflate; client_max_window_bits=\"8\\\"", std::nullopt},
        {"permessage-deflate; a=\"x,y\"", std::nullopt},
        {"permessage deflate", std::nullopt},
    };
    for (const auto& row : rows) {
        CAPTURE(row.offer);
        CHECK(offers_deflate(row.offer) == row.agreed);
    }
}

TEST_CASE("compression is granted only where it is on and offered") {
    UpgradeRequest offering = client::upgrade();
    offering.deflate = true;
    const struct {
        Compression compression;
        UpgradeRequest request;
    } rows[] = {{Compression::kOff, offering}, {Compression::kOn, client::upgrade()}};
    for (const auto& row : rows) {
        Peer peer(kLimit, row.compression);
        REQUIRE(peer.codec->open(row.request));
        CHECK(peer.log.output.find("Extensions") == std::string::npos);
        const FrameRef frame = wrap(Wire::kWebSocket, json(2000));
        CHECK(peer.codec->as_agreed(frame).bytes().data() == frame.bytes().data());
        peer.says(compressed_text("x"));
        CHECK(peer.log.close_code() == 1002);
    }
}

TEST_CASE("RFC 7692 7.2.3: the examples inflate to Hello, however they are cut") {
    const std::string fixed("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
    const std::string stored("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11);
    const std::string final_block("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8);
    const std::string two_blocks("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13);
    const std::string in_fragments = client::frame(kRsv1 | client::kText, fixed.substr(0, 3)) +
                                     client::frame(client::kFinal | client::kPing, "") +
                                     client::frame(client::kContinuation, "") +
                                     client::frame(client::kFinal | client::kContinuation, fixed.substr(3));
    const std::string rows[] = {compressed(client::kText, fixed), compressed(client::kText, stored),
                                compressed(client::kText, final_block), compressed(client::kText, two_blocks),
                                in_fragments};
    for (const std::string& row : rows)
        for (const std::size_t step : {std::size_t{1}, std::size_t{3}, row.size()}) {
            DeflatePeer peer;
            for (std::size_t at = 0; at < row.size(); at += step) peer.says(row.substr(at, step));
            CHECK(peer.log.count("text:Hello") == 1);
            CHECK(peer.codec->is_open());
        }
}

TEST_CASE("plain and compressed messages and control frames mix in one read, in their order") {
    DeflatePeer peer;
    peer.says(client::text("one") + compressed_text("two") + compressed(client::kBinary, deflated("\xff")) +
              client::frame(client::kText, "thr") + client::frame(client::kFinal | client::kPing, "p") +
              client::frame(client::kFinal, "ee") + compressed_text("four") + client::close(1000));
    CHECK(peer.log.lines == Lines{"text:one", "text:two", "binary:\xff", "output", "text:three", "text:four",
                                  "output", "closed:1000"});
}

TEST_CASE("empty messages: one octet 0, as other blocks write it, and blocks that end for good") {
    const std::string rows[] = {std::string(1, '\0'), std::string("\x02\x00", 2),
                                std::string("\x03\x00\x00", 3), std::string("\x03\x00", 2),
                                std::string("\x01", 1)};
    for (const std::string& row : rows) {
        DeflatePeer peer;
        peer.says(compressed(client::kBinary, row));
        CHECK(peer.log.lines == Lines{"binary:"});
    }
}

TEST_CASE("final blocks may be followed by others") {
    DeflatePeer peer;
    std::string payload = deflated("one", Z_FINISH);
    payload.pop_back();
    peer.says(compressed(client::kText, payload + deflated("two", Z_FINISH)));
    peer.says(compressed(client::kText, deflated("three", Z_FINISH)));
    CHECK(peer.log.lines == Lines{"text:onetwo", "text:three"});
}

TEST_CASE("RFC 7692 6: RSV1 belongs on the first frame of a data message and nowhere else") {
    const std::string begun = client::frame(client::kText | kRsv1, deflated("x").substr(0, 1));
    const struct {
        const char* what;
        std::string bytes;
    } rows[] = {
        {"ping", client::frame(client::kFinal | kRsv1 | client::kPing, "")},
        {"pong", client::frame(client::kFinal | kRsv1 | client::kPong, "")},
        {"close", client::frame(client::kFinal | kRsv1 | client::kClose, "")},
        {"continuation of a compressed message", begun + client::frame(client::kFinal | kRsv1, "x")},
        {"continuation of a plain message",
         client::frame(client::kText, "x") + client::frame(client::kFinal | kRsv1, "x")},
        {"continuation of nothing", client::frame(client::kFinal | kRsv1, "x")},
        {"compressed message inside one", begun + compressed_text("y")},
        {"plain message inside a compressed one", begun + client::text("y")},
        {"compressed message inside a plain one", client::frame(client::kText, "x") + compressed_text("y")},
        {"with rsv2", client::frame(client::kFinal | kRsv1 | 0x20 | client::kText, deflated("x"))},
        {"with rsv3", client::frame(client::kFinal | kRsv1 | 0x10 | client::kText, deflated("x"))},
        {"reserved opcode", client::frame(client::kFinal | kRsv1 | 3, deflated("x"))},
        {"unmasked", std::string("\xc1\x01x", 3)},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        CHECK(code_after(row.bytes) == 1002);
        CHECK(code_after(row.bytes, 1) == 1002);
    }
}

TEST_CASE("what does not inflate, or not to UTF-8, is 1007") {
    const struct {
        const char* what;
        std::string payload;
    } rows[] = {
        {"a block of a reserved type", std::string("\x07", 1)},
        {"a distance too far back", std::string("\x02\x03\x00\x00", 4)},
        {"a stored block whose lengths differ", std::string("\x00\x05\x00\x00\x00Hello", 10)},
        {"cut off within a block", deflated(json(500)).substr(0, 60)},
        {"nothing at all", ""},
        {"not UTF-8", deflated("ok \xff")},
        {"UTF-8 that ends within a character", deflated("\xe4\xbd")},
        {"a surrogate", deflated("\xed\xa0\x80")},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        CHECK(code_after(compressed(client::kText, row.payload)) == 1007);
    }
    DeflatePeer peer;
    peer.says(compressed(client::kBinary, deflated("\xed\xa0\x80")));
    CHECK(peer.log.lines == Lines{"binary:\xed\xa0\x80"});
}

TEST_CASE("inflated size: the limit is let through, one octet more is 1009") {
    DeflatePeer peer;
    peer.says(compressed_text(std::string(kLimit, 'x')));
    CHECK(peer.log.count("text:" + std::string(kLimit, 'x')) == 1);
    CHECK(code_after(compressed_text(std::string(kLimit + 1, 'x'))) == 1009);
    CHECK(code_after(compressed_text(std::string(400'000'000 / 100, 'x'))) == 1009);
    peer.codec->set_max_message(kLimit + 1);
    peer.says(compressed_text(std::string(kLimit + 1, 'x')));
    CHECK(peer.log.count("text:" + std::string(kLimit + 1, 'x')) == 1);
}

TEST_CASE("what cannot be compressed may come as large as the limit; much more on the wire is 1009") {
    DeflatePeer peer;
    const std::string message = noise(kLimit);
    peer.says(compressed(client::kBinary, deflated(message, Z_SYNC_FLUSH, 0)));
    CHECK(peer.log.count("binary:" + message) == 1);
    CHECK(code_after(client::header(client::kFinal | kRsv1 | client::kBinary, kLimit * 2)) == 1009);
    // Blocks that hold nothing.
    std::string empty_blocks;
    for (std::size_t i = 0; i < kLimit; ++i) empty_blocks += std::string("\x00\x00\x00\xff\xff", 5);
    CHECK(code_after(client::frame(kRsv1 | client::kBinary, empty_blocks.substr(0, 4000)) +
                     client::frame(client::kContinuation, empty_blocks.substr(0, 4000))) == 1009);
}

TEST_CASE("a codec may be destroyed or closed by a compressed message") {
    DeflatePeer closing;
    closing.log.then = [&](const std::string& line) {
        if (line == "text:stop") closing.codec->close(1000, "");
    };
    closing.says(compressed_text("stop") + compressed_text("more") + client::text("more"));
    CHECK(closing.log.lines == Lines{"text:stop", "output"});
    DeflatePeer gone;
    gone.log.then = [&](const std::string&) { gone.codec.reset(); };
    gone.says(compressed_text("stop") + compressed_text("more") + client::text("more"));
    CHECK(gone.log.lines == Lines{"text:stop"});
    DeflatePeer throwing;
    throwing.log.then = [](const std::string& line) {
        if (line == "text:stop") throw std::runtime_error("in a callback");
    };
    throwing.says(compressed_text("stop") + compressed_text("more"));
    CHECK(throwing.log.close_code() == 1011);
    CHECK(throwing.log.count("text:more") == 0);
}

TEST_CASE("a message is compressed once for all that agreed, and can be read without what came before") {
    WebSocketEndpoint endpoint(first_v12, Compression::kOn);
    Log log;
    UpgradeRequest request = client::upgrade();
    request.deflate = true;
    WebSocketCodec alice(endpoint, log, kLimit);
    WebSocketCodec bob(endpoint, log, kLimit);
    REQUIRE(alice.open(request));
    REQUIRE(bob.open(request));
    for (const std::size_t size : {1024U, 4096U, 70'000U, 2'000'000U}) {
        const std::string message = json(size);
        const FrameRef frame = wrap(Wire::kWebSocket, message);
        const FrameRef sent = alice.as_agreed(frame);
        CHECK(sent.bytes().data() == bob.as_agreed(frame).bytes().data());
        CHECK(sent.size() < frame.size());
        CHECK(static_cast<unsigned char>(sent.bytes()[0]) == (client::kFinal | kRsv1 | client::kText));
        const auto length = static_cast<unsigned char>(sent.bytes()[1]);
        const std::size_t header = length < 126 ? 2 : length == 126 ? 4 : 10;
        CHECK(inflated(sent.bytes().substr(header)) == message);
    }
}

TEST_CASE("below the threshold, and where it does not pay, a message goes as it is") {
    Deflater deflater;
    for (const std::string& message : {json(Deflater::kThreshold - 1), noise(5000), noise(300'000)}) {
        const FrameRef frame = wrap(Wire::kWebSocket, message);
        CHECK(deflater.deflated(frame).bytes().data() == frame.bytes().data());
        CHECK(deflater.deflated(frame).bytes().data() == frame.bytes().data());
    }
}

TEST_CASE("a compressed frame outlives the frame that it was made of") {
    Deflater deflater;
    const std::string message = json(3000);
    FrameRef frame = wrap(Wire::kSockJsWebSocket, message);
    const FrameRef sent = deflater.deflated(frame);
    frame = FrameRef();
    CHECK(inflated(sent.bytes().substr(4)).substr(0, 6) == "a[\"[{\\");
}

TEST_CASE("one turn compresses so much and no more; what is compressed already still goes so") {
    Deflater deflater;
    const Monotonic turn{std::chrono::seconds(1)};
    const auto is_plain = [&](const FrameRef& frame, Monotonic when) {
        return deflater.deflated(frame, when).bytes().data() == frame.bytes().data();
    };
    const FrameRef first = wrap(Wire::kWebSocket, json(Deflater::kPerTurn - 2000));
    const FrameRef second = wrap(Wire::kWebSocket, json(4000));
    const FrameRef third = wrap(Wire::kWebSocket, json(1500));
    CHECK_FALSE(is_plain(first, turn));
    CHECK(is_plain(second, turn));
    CHECK_FALSE(is_plain(third, turn));
    CHECK_FALSE(is_plain(first, turn));
    CHECK_FALSE(is_plain(second, turn + std::chrono::milliseconds(1)));
    const FrameRef largest = wrap(Wire::kWebSocket, json(2 * Deflater::kPerTurn));
    CHECK_FALSE(is_plain(largest, turn + std::chrono::milliseconds(2)));
}
