// [queues] and [[queue]].
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

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("rules of queues are read in order, one for each destination, above what holds for all") {
    const Config config = load_text(kSecret + R"(
[queues]
max_deliveries = 7
dead_letter = "/queue/dead"

[[queue]]
destination = ["/queue/a/**", "/queue/b"]
dead_letter = "/queue/a-failed"
redelivery_delay = "10s"

[[queue]]
destination = "/queue/**"
max_deliveries = 0
)",
                                    "c.toml");
    REQUIRE(config.queue.size() == 3);
    const queue::QueueRules rules = queue_rules(config);
    CHECK(rules.of("/queue/a/x").dead_letter == "/queue/a-failed");
    CHECK(rules.of("/queue/a/x").redelivery_delay == Milliseconds(10'000));
    CHECK(rules.of("/queue/a/x").max_deliveries == 7);
    CHECK(rules.of("/queue/b").dead_letter == "/queue/a-failed");
    CHECK(rules.of("/queue/c").dead_letter == "/queue/dead");
    CHECK(rules.of("/queue/c").max_deliveries == 0);
}

TEST_CASE("a later place replaces the list of rules of queues") {
    const Config config =
        load({}, {{"CAUSEWAY_QUEUE", "[{destination=\"/queue/a\"}]"}},
             {"auth.anonymous=true", "queue=[{destination=\"/queue/b\", max_deliveries=3}]"});
    REQUIRE(config.queue.size() == 1);
    CHECK(config.queue[0].destination == "/queue/b");
    CHECK(contains(config_toml(config), "[[queue]]\ndestination = \"/queue/b\"\nmax_deliveries = 3\n"));
}

TEST_CASE("rules of queues that make no sense are refused with place and field") {
    const std::pair<const char*, const char*> rows[] = {
        {"[[queue]]\nmax_deliveries = 3\n", "names no destination"},
        {"[[queue]]\ndestination = \"/topic/a\"\n", "not below /queue/"},
        {"[[queue]]\ndestination = 3\n", "neither a text nor a list"},
        {"[[queue]]\ndestination = \"/queue/a\"\ndead_letter = \"/topic/a\"\n", "not below /queue/"},
        {"[[queue]]\ndestination = \"/queue/a\"\ndead_letter = \"/queue/*\"\n", "dead_letter"},
        {"[[queue]]\ndestination = \"/queue/a\"\ndead_letter = 3\n", "dead_letter"},
        {"[[queue]]\ndestination = \"/queue/a\"\nmax_deliveries = -1\n", "max_deliveries"},
        {"[[queue]]\ndestination = \"/queue/a\"\nmax_deliveries = 99999999\n", "max_deliveries"},
        {"[[queue]]\ndestination = \"/queue/a\"\nredelivery_delay = \"25h\"\n", "redelivery_delay"},
        {"[[queue]]\ndestination = \"/queue/a\"\nmax_delivery = 3\n", "did you mean \"max_deliveries\"?"},
        {"queues.dead_letter = \"dead\"\n", "dead_letter"},
        {"queues.prefetch = 257\n", "queues.prefetch"},
        {"queues.memory = \"1MiB\"\n", "queues.memory"},
        {"queues.messages = 0\n", "queues.messages"},
    };
    for (const auto& [toml, part] : rows) {
        CAPTURE(toml);
        CHECK(contains(error_in(toml), part));
    }
}
