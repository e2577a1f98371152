#include "stomp/heart_beat.hpp"

#include <doctest/doctest.h>

namespace causeway::stomp {
namespace {

using namespace std::chrono_literals;

TEST_CASE("the header is two numbers with a comma: STOMP 1.2, \"Heart-beating\"") {
    struct Row {
        const char* value;
        HeartBeat expected;
    } const rows[] = {
        {"0,0", {0ms, 0ms}},
        {"10000,20000", {10000ms, 20000ms}},
        {"00010,0", {10ms, 0ms}},
        {"2147483647,2147483648", {kLongestHeartBeat, kLongestHeartBeat}},
        {"99999999999999999999999,1", {kLongestHeartBeat, 1ms}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.value);
        const auto parsed = parse_heart_beat(row.value);
        REQUIRE(std::holds_alternative<HeartBeat>(parsed));
        CHECK(std::get<HeartBeat>(parsed) == row.expected);
    }
}

TEST_CASE("a missing header means 0,0: STOMP 1.2, \"Heart-beating\"") {
    CHECK(std::get<HeartBeat>(parse_heart_beat(std::nullopt)) == HeartBeat{});
}

TEST_CASE("anything else is an error: STOMP 1.2, \"Heart-beating\"") {
    for (const char* value :
         {"", ",", "1", "1,", ",1", "-1,0", "+1,0", "1, 0", " 1,0", "1,0 ", "1,2,3", "a,b", "1.5,0", "1;0"}) {
        CAPTURE(value);
        const auto parsed = parse_heart_beat(value);
        REQUIRE(std::holds_alternative<ProtocolError>(parsed));
        CHECK(std::get<ProtocolError>(parsed).kind == ProtocolError::Kind::kProtocol);
        CHECK(std::get<ProtocolError>(parsed).text.starts_with("heart-beat must be"));
    }
}

TEST_CASE("each way is agreed by itself, on the longer interval or none: STOMP 1.2, \"Heart-beating\"") {
    struct Row {
        HeartBeat ours, theirs;
        AgreedHeartBeat agreed;
    } const rows[] = {
        {{10s, 10s}, {0ms, 0ms}, {0ms, 0ms}}, {{0ms, 0ms}, {10s, 10s}, {0ms, 0ms}},
        {{10s, 10s}, {10s, 10s}, {10s, 10s}}, {{10s, 20s}, {30s, 40s}, {40s, 30s}},
        {{40s, 30s}, {20s, 10s}, {40s, 30s}}, {{10s, 0ms}, {5s, 20s}, {20s, 0ms}},
        {{0ms, 10s}, {20s, 5s}, {0ms, 20s}},  {{10s, 10s}, {0ms, 5s}, {10s, 0ms}},
        {{10s, 10s}, {5s, 0ms}, {0ms, 10s}},
    };
    for (const auto& [ours, theirs, agreed] : rows) {
        CHECK(agree(ours, theirs) == agreed);
        // The other side comes to the same.
        CHECK(agree(theirs, ours) == AgreedHeartBeat{agreed.we_expect_every, agreed.we_send_every});
    }
}

}  // namespace
}  // namespace causeway::stomp
