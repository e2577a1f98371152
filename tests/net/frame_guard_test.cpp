#include "broker/net/frame_guard.hpp"

#include <doctest/doctest.h>

#include "broker/net/websocket_frame.hpp"
#include "tests/net/websocket_client.hpp"

using namespace causeway;
using namespace causeway::net;
namespace client = websocket_client;

namespace {

const Monotonic kNow{std::chrono::hours(1)};
constexpr std::uint64_t kLimit = 1000;
constexpr int kOk = 0;

// The close code of the first refusal when fed octet by octet; kOk when there is none.
int dripped(FrameGuard& guard, const std::string& bytes) {
    for (const char& octet : bytes) {
        const FrameGuard::Verdict verdict = guard.read({&octet, 1}, kNow);
        if (verdict.refusal) return verdict.refusal->close_code;
    }
    return kOk;
}

int at_once(FrameGuard& guard, const std::string& bytes) {
    const FrameGuard::Verdict verdict = guard.read(bytes, kNow);
    return verdict.refusal ? verdict.refusal->close_code : kOk;
}

std::string repeated(const std::string& part, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += part;
    return out;
}

}  // namespace

TEST_CASE("the guard judges a frame by its header, however it is cut") {
    const std::string not_minimal_16 = std::string("\x82\xfe\x00\x7d", 4) + "mask";
    const std::string not_minimal_64 = std::string("\x82\xff\0\0\0\0\0\0\xff\xff", 10) + "mask";
    const std::string max = client::header(client::kContinuation, ~std::uint64_t{0});
    const struct {
        const char* what;
        std::string bytes;
        int code;
    } rows[] = {
        {"plain", client::text("hello"), kOk},
        {"empty message", client::text(""), kOk},
        {"exactly the limit", client::text(std::string(kLimit, 'x')), kOk},
        {"one above the limit", client::header(0x82, kLimit + 1), 1009},
        {"fragments up to the limit",
         client::frame(2, std::string(600, 'x')) + client::frame(0x80, std::string(400, 'x')), kOk},
        {"fragments above the limit", client::frame(2, std::string(600, 'x')) + client::header(0x80, 401),
         1009},
        {"the sum begins anew with each message", repeated(client::text(std::string(900, 'x')), 3), kOk},
        {"largest length", client::frame(2, "x") + max, 1002},
        {"2^63", client::header(0x82, std::uint64_t{1} << 63), 1002},
        {"2^63-1", client::header(0x82, (std::uint64_t{1} << 63) - 1), 1009},
        {"16-bit length below 126", not_minimal_16, 1002},
        {"64-bit length below 65536", not_minimal_64, 1002},
        {"rsv1", client::frame(0xc2, "x"), 1002},
        {"rsv2", client::frame(0xa2, "x"), 1002},
        {"rsv3", client::frame(0x92, "x"), 1002},
        {"opcode 3", client::frame(0x83, "x"), 1002},
        {"opcode 7", client::frame(0x87, "x"), 1002},
        {"opcode 11", client::frame(0x8b, "x"), 1002},
        {"opcode 15", client::frame(0x8f, "x"), 1002},
        {"unmasked", std::string("\x82\x01x", 3), 1002},
        {"ping of 125", client::frame(0x89, std::string(125, 'x')), kOk},
        {"ping of 126", client::header(0x89, 126), 1002},
        {"ping that is not final", client::frame(0x09, "x"), 1002},
        {"close that is not final", client::frame(0x08, ""), 1002},
        {"ping between fragments",
         client::frame(1, "a") + client::frame(0x89, "p") + client::frame(0x80, "b"), kOk},
        {"continuation of nothing", client::frame(0x80, "x"), 1002},
        {"continuation after the end", client::text("x") + client::frame(0x80, "x"), 1002},
        {"a message within a message", client::frame(1, "a") + client::frame(0x81, "b"), 1002},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        FrameGuard whole(kLimit);
        CHECK(at_once(whole, row.bytes) == row.code);
        FrameGuard drip(kLimit);
        CHECK(dripped(drip, row.bytes) == row.code);
    }
}

TEST_CASE("the verdict passes what precedes the bad frame and nothing of it") {
    FrameGuard guard(kLimit);
    const std::string good = client::text("good");
    const FrameGuard::Verdict verdict = guard.read(good + client::header(0x82, kLimit + 1), kNow);
    CHECK(verdict.pass == good.size());
    REQUIRE(verdict.refusal);
    CHECK(verdict.refusal->close_code == 1009);
    CHECK_FALSE(guard.lost());
}

TEST_CASE("nothing after a Close frame is passed on") {
    FrameGuard guard(kLimit);
    const std::string bytes = client::text("x") + client::close(1000, "bye");
    const FrameGuard::Verdict verdict = guard.read(bytes + client::text("y"), kNow);
    CHECK(verdict.pass == bytes.size());
    CHECK_FALSE(verdict.refusal);
    CHECK(guard.close_seen());
    CHECK(guard.read("more", kNow).pass == 0);
}

TEST_CASE("W3 control frames have a burst of 20 and then ten a second") {
    for (const unsigned first : {0x89U, 0x8aU}) {
        FrameGuard guard(kLimit);
        CHECK(at_once(guard, repeated(client::frame(first, "x"), 20)) == kOk);
        CHECK_FALSE(guard.read(client::frame(first, "x"), kNow + std::chrono::milliseconds(100)).refusal);
        CHECK(guard.read(client::frame(first, "x"), kNow + std::chrono::milliseconds(199))
                  .refusal->close_code == 1008);
    }
}

TEST_CASE("W3 ten control frames a second go on for ever") {
    FrameGuard guard(kLimit);
    Monotonic now = kNow;
    for (int i = 0; i < 1000; ++i, now += std::chrono::milliseconds(100))
        REQUIRE_FALSE(guard.read(client::frame(0x89, ""), now).refusal);
}

TEST_CASE("pongs that answer our pings are no flood, and no more of them than we sent pings") {
    FrameGuard guard(kLimit);
    for (int i = 0; i < 500; ++i) guard.expect_pong();
    CHECK(at_once(guard, repeated(client::frame(0x8a, "1234"), 500)) == kOk);
    CHECK(at_once(guard, repeated(client::frame(0x8a, "1234"), 20)) == kOk);
    CHECK(at_once(guard, client::frame(0x8a, "1234")) == 1008);
}

TEST_CASE("pings of the peer are a flood, however many pongs are awaited") {
    FrameGuard guard(kLimit);
    for (int i = 0; i < 500; ++i) guard.expect_pong();
    CHECK(at_once(guard, repeated(client::frame(0x89, "x"), 21)) == 1008);
}

TEST_CASE("W3 empty fragments are limited as control frames are") {
    FrameGuard guard(kLimit);
    CHECK(at_once(guard, client::frame(2, "") + repeated(client::frame(0, ""), 19)) == kOk);
    CHECK(at_once(guard, client::frame(0, "")) == 1008);
    FrameGuard whole(kLimit);
    CHECK(at_once(whole, repeated(client::text(""), 1000)) == kOk);
}

TEST_CASE("W18 the limit can be raised between messages and within one") {
    FrameGuard guard(10);
    CHECK(at_once(guard, client::frame(2, "1234567890")) == kOk);
    guard.set_max_message(20);
    CHECK(at_once(guard, client::frame(0, "1234567890")) == kOk);
    guard.set_max_message(5);
    CHECK(at_once(guard, client::header(0, 1)) == 1009);
}

TEST_CASE("W15 while discarding, only broken framing and a Close matter") {
    FrameGuard guard(10);
    guard.discard();
    CHECK(at_once(guard,
                  repeated(client::frame(0x89, "x"), 1000) + client::frame(0, std::string(500, 'x'))) == kOk);
    CHECK_FALSE(guard.close_seen());
    CHECK(at_once(guard, client::close(1000)) == kOk);
    CHECK(guard.close_seen());
    FrameGuard broken(10);
    broken.discard();
    CHECK(at_once(broken, "\x81\x01x") == kOk);
    CHECK(broken.lost());
}

TEST_CASE("a server's frame header has the shortest length and no mask") {
    const std::pair<std::uint64_t, std::string> rows[] = {
        {0, std::string("\x81\x00", 2)},
        {125, "\x81\x7d"},
        {126, std::string("\x81\x7e\x00\x7e", 4)},
        {65535, "\x81\x7e\xff\xff"},
        {65536, std::string("\x81\x7f\0\0\0\0\0\x01\0\0", 10)},
    };
    for (const auto& [size, expected] : rows) {
        std::string out;
        append_frame_header(out, Opcode::kText, size);
        CHECK(out == expected);
    }
    CHECK(FrameHeader(Opcode::kBinary, 1).bytes() == "\x82\x01");
}
