#include "bridge/headers.hpp"

#include <doctest/doctest.h>

using namespace causeway::bridge;
using namespace std::string_literals;

TEST_CASE("headers that may be published") {
    CHECK_FALSE(fault_of_outgoing({}));
    CHECK_FALSE(fault_of_outgoing({{"content-type", "application/json"}, {"traceparent", "00-ab-cd-01"}}));
    CHECK_FALSE(fault_of_outgoing({{"X", ""}, {"X", "again"}, {"name", "\u4f60\u597d: fine"}}));
}

TEST_CASE("headers that would be read as something else are refused") {
    const std::pair<std::string, std::string> rows[] = {{"", "v"},
                                                        {"Dest:x", "v"},
                                                        {"a b", "v"},
                                                        {"a\r\nX", "v"},
                                                        {"a\0"s, "v"},
                                                        {"h\u00e9", "v"},
                                                        {"a", "v\r\nEvil: 1"},
                                                        {"a", "v\n"},
                                                        {"a", "\tv"},
                                                        {"a", "\0"s},
                                                        {"a", "\xff"},
                                                        {"a", " v"},
                                                        {"a", "v "},
                                                        {"a", "\x7f"},
                                                        {std::string(kMaxHeaderNameBytes + 1, 'a'), "v"},
                                                        {"a", std::string(kMaxHeaderValueBytes + 1, 'v')}};
    for (const auto& [name, value] : rows) {
        CAPTURE(name);
        CAPTURE(value);
        CHECK(fault_of_header(name, value));
        CHECK(fault_of_outgoing({{name, value}}));
    }
}

TEST_CASE("headers that steer NATS or say where a message is from are not the caller's to set") {
    for (const char* name : {"Nats-Msg-Id", "nats-msg-id", "Nats-Rollup", "NATS-EXPECTED-STREAM", "Nats-",
                             "Causeway-Origin", "causeway-origin"}) {
        CHECK_FALSE(fault_of_header(name, "v"));
        CHECK(fault_of_outgoing({{name, "v"}}));
    }
    CHECK_FALSE(fault_of_outgoing({{"Causeway-Original", "v"}, {"Natsy", "v"}}));
}

TEST_CASE("headers have limits together") {
    const Headers many(kMaxHeaders, {"a", "v"});
    CHECK_FALSE(fault_of_outgoing(many));
    CHECK(fault_of_outgoing(Headers(kMaxHeaders + 1, {"a", "v"})));
    const std::string big(kMaxHeaderValueBytes - 1, 'v');
    CHECK_FALSE(fault_of_outgoing(Headers(4, {"a", big})));
    CHECK(fault_of_outgoing(Headers(5, {"a", big})));
}

TEST_CASE("the first header of a name counts") {
    const Headers headers = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
    CHECK(find_header(headers, "a") == "1");
    CHECK(find_header(headers, "b") == "2");
    CHECK_FALSE(find_header(headers, "A"));
}
