// What holds for which queue.
#include "broker/queue/queue_rules.hpp"

#include <doctest/doctest.h>

namespace causeway::queue::testing {

TEST_CASE("the first rule that matches counts, and what it does not name is as for all") {
    const QueueRules rules({"/queue/dead", 5, Milliseconds(100)},
                           {{"/queue/a/*", "/queue/a-dead", {}, {}}, {"/queue/**", {}, 9, Milliseconds(0)}});
    CHECK(rules.of("/queue/a/x").dead_letter == "/queue/a-dead");
    CHECK(rules.of("/queue/a/x").max_deliveries == 5);
    CHECK(rules.of("/queue/a/x/y").max_deliveries == 9);
    CHECK(rules.of("/queue/a/x/y").redelivery_delay == Milliseconds(0));
    CHECK(rules.of("/queue/a.x").dead_letter == "/queue/dead");
}

TEST_CASE("no dead letter leaves a dead-letter queue for another one") {
    const QueueRules rules({"/queue/dead", 5, Milliseconds(100)}, {{"/queue/a", "/queue/a-dead", {}, {}}});
    for (const char* name : {"/queue/dead", "/queue/a-dead"}) {
        CHECK(rules.is_dead_letter_queue(name));
        CHECK(rules.of(name).dead_letter.empty());
        CHECK(rules.of(name).max_deliveries == 0);
    }
    CHECK_FALSE(rules.is_dead_letter_queue("/queue/a"));
}

TEST_CASE("rules that make no sense are refused") {
    CHECK_THROWS_AS(QueueRules({"", 1, Milliseconds(0)}, {{"/topic/a", {}, {}, {}}}), QueueRuleError);
    CHECK_THROWS_AS(QueueRules({"/topic/dead", 1, Milliseconds(0)}, {}), QueueRuleError);
    CHECK_THROWS_AS(QueueRules({"", 1, std::chrono::hours(25)}, {}), QueueRuleError);
    CHECK_NOTHROW(QueueRules({"", 0, Milliseconds(0)}, {{"/queue/>", "", 0, Milliseconds(0)}}));
}

}  // namespace causeway::queue::testing
