#include <doctest/doctest.h>

#include "broker/config/documents.hpp"

using namespace causeway;
using namespace causeway::config;

namespace {

const std::string kSecret = "auth.jwt.secret = \"0123456789abcdef0123456789abcdef\"\n";

std::string error_in(const std::string& toml) {
    try {
        (void)load_text(kSecret + toml, "c.toml");
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("rules of history are read in order, one for each destination") {
    const Config config = load_text(kSecret + R"(
[[history]]
destination = ["/topic/news/**", "/topic/price.*"]
count = 100
bytes = "2MiB"
age = "7d"
stored = true
retained = true
replay = 10

[[history]]
destination = "/topic/a"
count = 1
)",
                                    "c.toml");
    REQUIRE(config.history.size() == 3);
    CHECK(config.history[0].destination == "/topic/news/**");
    CHECK(config.history[1].destination == "/topic/price.*");
    for (const auto& rule : {config.history[0], config.history[1]}) {
        CHECK(rule.count == 100);
        CHECK(rule.bytes == 2 * 1024 * 1024);
        CHECK(rule.age == std::chrono::hours(24 * 7));
        CHECK(rule.stored);
        CHECK(rule.retained);
        CHECK(rule.replay == 10);
        CHECK(rule.where == "c.toml:3");
    }
    CHECK(config.history[2].count == 1);
    CHECK_FALSE(config.history[2].stored);
    CHECK_FALSE(config.history[2].retained);
    CHECK(config.history[2].replay == 0);
}

TEST_CASE("a later place replaces the list of histories") {
    const Config config = load({}, {{"CAUSEWAY_HISTORY", "[{destination=\"/topic/a\", count=1}]"}},
                               {"auth.anonymous=true", "history=[{destination=\"/topic/b\", age=\"1h\"}]"});
    REQUIRE(config.history.size() == 1);
    CHECK(config.history[0].destination == "/topic/b");
    CHECK(config.history[0].age == std::chrono::hours(1));
}

TEST_CASE("a printed history loads back") {
    const std::string toml =
        "\n[[history]]\ndestination = \"/topic/a/**\"\ncount = 7\nbytes = \"64KiB\"\nage = \"36h\"\nstored = "
        "true\nretained = true\nreplay = 3\n"
        "\n[[history]]\ndestination = \"/topic/b\"\nage = \"1500ms\"\n";
    const std::string printed = config_toml(load_text(kSecret + toml, "c.toml"));
    CHECK(printed.ends_with(toml));
}

TEST_CASE("a rule of history that cannot be meant is refused with its place") {
    const std::string rule = "[[history]]\ndestination = \"/topic/a\"\n";
    const std::pair<std::string, const char*> rows[] = {
        {rule + "cout = 1", "c.toml:4:1: unknown field \"cout\" of a rule; did you mean \"count\"?"},
        {rule + "zzzzzz = 1",
         "c.toml:4:1: unknown field \"zzzzzz\" of a rule; there are destination, count, bytes, age, stored, "
         "retained, replay"},
        {rule + "count = 0", "c.toml:4:1: count is 0, but must be more than 0; leave it out for no bound"},
        {rule + "count = -1", "c.toml:4:1: count is -1, which is not a whole number"},
        {rule + "count = \"1\"", "c.toml:4:1: count is \"1\", which is not a whole number"},
        {rule + "bytes = \"1MB\"",
         "c.toml:4:1: bytes is \"1MB\", which is not a size; write for example 65536 or \"64KiB\""},
        {rule + "age = 5",
         "c.toml:4:1: age is 5, which is not a duration; write for example \"10s\" or \"500ms\""},
        {rule + "count = 1\nstored = \"yes\"",
         "c.toml:5:1: stored is \"yes\", which is neither true nor false"},
        {rule,
         "c.toml:2: has none of count, bytes and age; to keep the newest value alone write count = 1 and "
         "retained = true"},
        {rule + "retained = true",
         "c.toml:2: has none of count, bytes and age; to keep the newest value alone write count = 1 and "
         "retained = true"},
        {rule + "count = 1000001", "c.toml:2: count is 1000001, but 1000000 is the most"},
        {rule + "age = \"1h\"\nreplay = 10001", "c.toml:2: replay is 10001, but 10000 is the most"},
        {rule + "count = 3\nreplay = 4", "c.toml:2: replay is 4, but only count = 3 messages are kept"},
        {rule + "bytes = \"1GiB\"",
         "c.toml:2: bytes is more than limits.history_bytes, which all histories in memory share"},
        {rule + "bytes = \"1GiB\"\nstored = true", "accepted"},
        {"[[history]]\ncount = 1",
         "c.toml:2: a rule of history names no destination; write for example destination = "
         "\"/topic/news/**\""},
        {"[[history]]\ndestination = []\ncount = 1",
         "c.toml:3:1: destination is neither a text nor a list of texts"},
        {"[[history]]\ndestination = \"/queue/a\"\ncount = 1",
         "c.toml:2: destination \"/queue/a\" is not below /topic/; only topics have a history"},
        {"[[history]]\ndestination = \"/topic/a/**/b\"\ncount = 1",
         "c.toml:2: destination \"/topic/a/**/b\": pattern has '**' before its end, where only '*' may be"},
        {"[[history]]\ndestination = \"/topic/conversation/*\"\ncount = 1",
         "c.toml:2: destination \"/topic/conversation/*\" is kept by the broker: /topic/conversation/** "
         "takes no rule"},
        {"[[history]]\ndestination = \"/topic/room/7\"\ncount = 1",
         "c.toml:2: destination \"/topic/room/7\" is kept by the broker: /topic/room/** takes no rule"},
        {"history = 1", "c.toml:2:11: history is not a list; write [[history]]"},
        {"history = [1]", "c.toml:2:12: a rule of history is not a table"},
    };
    for (const auto& [toml, expected] : rows) {
        CAPTURE(toml);
        CHECK(error_in(toml) == expected);
    }
}
