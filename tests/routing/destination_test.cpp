#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "broker/routing/destination.hpp"

using namespace causeway::routing;

namespace {

const Destination& good(const std::variant<Destination, std::string>& parsed) {
    REQUIRE(std::holds_alternative<Destination>(parsed));
    return std::get<Destination>(parsed);
}

std::string reason(std::string_view text, const DestinationLimits& limits = {}) {
    const auto parsed = parse_destination(text, limits);
    return std::holds_alternative<std::string>(parsed) ? std::get<std::string>(parsed) : "accepted";
}

}  // namespace

TEST_CASE("each kind of destination is known by its beginning") {
    struct Row {
        const char* text;
        DestinationKind kind;
        const char* name;
        const char* user;
    };
    const Row rows[] = {
        {"/topic/a", DestinationKind::kTopic, "a", ""},
        {"/topic/a.b/c", DestinationKind::kTopic, "a.b/c", ""},
        {"/queue/jobs", DestinationKind::kQueue, "jobs", ""},
        {"/app/chat", DestinationKind::kApp, "chat", ""},
        {"/temp-queue/r", DestinationKind::kTempQueue, "r", ""},
        {"/user/queue/messages", DestinationKind::kUserQueue, "messages", ""},
        {"/user/queue/queue/x", DestinationKind::kUserQueue, "queue/x", ""},
        {"/user/bob/queue/x", DestinationKind::kNamedUserQueue, "x", "bob"},
        {"/user/bob.smith/queue/x", DestinationKind::kNamedUserQueue, "x", "bob.smith"},
        {"/user/a%2Fb/queue/x.y", DestinationKind::kNamedUserQueue, "x.y", "a%2Fb"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto parsed = parse_destination(row.text);
        CHECK(good(parsed).kind == row.kind);
        CHECK(good(parsed).name == row.name);
        CHECK(good(parsed).user == row.user);
        CHECK(kind_of(row.text) == row.kind);
    }
}

TEST_CASE("what is no destination is refused with its reason") {
    const std::pair<std::string, const char*> rows[] = {
        {"", "does not begin with '/'"},
        {"topic/a", "does not begin with '/'"},
        {"/", "ends with a separator"},
        {"/topic", "does not begin with /topic/"},
        {"/topic/", "ends with a separator"},
        {"/topic/a.", "ends with a separator"},
        {"/topic//a", "empty segment"},
        {"/topic/a..b", "empty segment"},
        {"/topic/./a", "empty segment"},
        {"/user/../queue/x", "empty segment"},
        {"/topic.a", "does not begin with /topic/"},
        {"/exchange/a/b", "does not begin with /topic/"},
        {"/user/bob", "does not begin with /topic/"},
        {"/user/bob/topic/x", "does not begin with /topic/"},
        {"/user/bob/queue", "does not begin with /topic/"},
        {"/user/bob%2/queue/x", "percent-escape"},
        {"/user/bob%zz/queue/x", "percent-escape"},
        {"/topic/a\nb", "control character"},
        {std::string("/topic/a\0b", 10), "control character"},
        {"/topic/a\x7f", "control character"},
        {"/topic/\xff", "UTF-8"},
        {"/topic/\xc0\xaf", "UTF-8"},
        {"/topic/*", "wildcard"},
        {"/topic/a*b", "wildcard"},
        {"/topic/>", "wildcard"},
        {"/topic/c#", "wildcard"},
    };
    for (const auto& [text, why] : rows) {
        CAPTURE(text);
        CHECK(reason(text).find(why) != std::string::npos);
    }
}

TEST_CASE("the limits of a destination are named with size and key") {
    CHECK(reason("/topic/" + std::string(248, 'a')) == "accepted");
    CHECK(reason("/topic/" + std::string(249, 'a')) ==
          "has 256 bytes, more than limits.destination_bytes = 255");
    CHECK(reason("/topic/1/2/3.4/5/6/7/8/9/10/11/12/13/14/15") == "accepted");
    CHECK(reason("/topic/1/2/3.4/5/6/7/8/9/10/11/12/13/14/15/16") ==
          "has 17 segments, more than limits.destination_segments = 16");
    CHECK(reason("/topic/a/b", {.bytes = 255, .segments = 2}) ==
          "has 3 segments, more than limits.destination_segments = 2");
}

TEST_CASE("look-alikes and escapes are names of their own, never another destination") {
    CHECK(good(parse_destination("/topic/%2e%2e/x")).name == "%2e%2e/x");
    CHECK(good(parse_destination("/topic/\uff0a")).name == "\uff0a");            // full-width asterisk
    CHECK(reason("/top\u0456c/a").find("does not begin") != std::string::npos);  // Cyrillic i
}

TEST_CASE("every spelling of a user's queue is routed under one key") {
    const auto routed = [](std::string_view text) {
        return routed_form(good(parse_destination(text)), "bob.smith");
    };
    CHECK(routed("/user/queue/messages") == "/user/bob%2Esmith/queue/messages");
    CHECK(routed("/user/bob.smith/queue/messages") == "/user/bob%2Esmith/queue/messages");
    CHECK(routed("/user/bob%2esmith/queue/messages") == "/user/bob%2Esmith/queue/messages");
    CHECK(routed("/user/%62ob%2Esmith/queue/messages") == "/user/bob%2Esmith/queue/messages");
    CHECK(routed("/topic/a.b") == "/topic/a.b");
    CHECK(user_destination("alice", "x") == "/user/alice/queue/x");
}

TEST_CASE("hostile user names stay one literal segment and come back unchanged") {
    for (const std::string name : {"*", ">", "#", "**", "../x", "a/b", "a.b", "queue", "%71ueue", "%",
                                   "{user}", " ", "a:b\\c", "\u4f60\u597d", "bob@example.org", "queue/x"}) {
        CAPTURE(name);
        const std::string segment = encode_segment(name);
        CHECK(segment.find_first_of("/.*>#{}: \\") == std::string::npos);
        CHECK(decode_segment(segment) == name);
        CHECK(is_segment_of(segment, name));
        CHECK_FALSE(is_segment_of(segment + "x", name));
        CHECK_FALSE(is_segment_of(segment.substr(0, segment.size() - 1), name));
        const std::string key = user_destination(name, "messages");
        const auto parsed = parse_destination(key);
        CHECK(good(parsed).kind == DestinationKind::kNamedUserQueue);
        CHECK(routed_form(good(parsed), "someone else") == key);
    }
    CHECK(encode_segment("queue") == "%71ueue");
    CHECK(encode_segment("bob@example.org") == "bob@example%2Eorg");
    CHECK_FALSE(is_segment_of("bob@example.org", "bob@example.org"));
}

TEST_CASE("segments keep their separator, so that a.b is not a/b") {
    std::vector<std::string> seen;
    for (const auto segment : Segments("/topic/a.b/c")) seen.emplace_back(segment);
    CHECK(seen == std::vector<std::string>{"/topic", "/a", ".b", "/c"});
}
