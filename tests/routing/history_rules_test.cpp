#include "broker/routing/history_rules.hpp"

#include <doctest/doctest.h>

using namespace causeway;
using namespace causeway::routing;

namespace {

HistoryRule rule(std::string destination, std::size_t count) {
    HistoryRule made;
    made.destination = std::move(destination);
    made.count = count;
    return made;
}

std::size_t count_of(const HistoryRules& rules, std::string_view destination) {
    const HistoryRule* const found = rules.find(destination);
    return found == nullptr ? 0 : found->count;
}

}  // namespace

TEST_CASE("the first rule that matches counts, literals and patterns alike") {
    const HistoryRules rules({rule("/topic/a/b", 1), rule("/topic/a/*", 2), rule("/topic/a/**", 3),
                              rule("/topic/a/c", 4), rule("/topic/a/**", 5), rule("/topic/x.>", 6)});
    const std::pair<const char*, std::size_t> rows[] = {
        {"/topic/a/b", 1}, {"/topic/a/c", 2}, {"/topic/a/b/c", 3},        {"/topic/a", 3},
        {"/topic/b", 0},   {"/topic/x", 6},   {"/topic/x.y", 6},          {"/topic/x/y", 0},
        {"/queue/a/b", 0}, {"/topic", 0},     {"/user/bob/queue/a/b", 0}, {"/topic/a.b", 0},
    };
    for (const auto& [destination, count] : rows) {
        CAPTURE(destination);
        CHECK(count_of(rules, destination) == count);
    }
}

TEST_CASE("without rules no topic has a history") {
    CHECK(HistoryRules().find("/topic/a") == nullptr);
    CHECK(HistoryRules(std::vector<HistoryRule>{}).empty());
}

TEST_CASE("a rule for all topics passes over those that the broker keeps by itself") {
    const HistoryRules rules({rule("/topic/**", 1)});
    CHECK(rules.find("/topic/a") != nullptr);
    CHECK(rules.find("/topic/business.user.login") != nullptr);
    CHECK(rules.find("/topic/conversation/7") == nullptr);
    CHECK(rules.find("/topic/room/7") == nullptr);
    CHECK(rules.find("/topic/presence/bob") == nullptr);
    CHECK(rules.find("/topic/conversations") != nullptr);
}

TEST_CASE("a retained value is given to every SUBSCRIBE") {
    HistoryRule retained = rule("/topic/a", 5);
    retained.retained = true;
    HistoryRule more = rule("/topic/b", 5);
    more.retained = true;
    more.replay = 3;
    const HistoryRules rules({retained, more, rule("/topic/c", 5)});
    CHECK(rules.find("/topic/a")->replay == 1);
    CHECK(rules.find("/topic/b")->replay == 3);
    CHECK(rules.find("/topic/c")->replay == 0);
}

TEST_CASE("more rules than anybody writes are refused") {
    std::vector<HistoryRule> many(HistoryRules::kMost + 1, rule("/topic/a", 1));
    CHECK_THROWS_WITH_AS((void)HistoryRules(many), "history: there are 1001 rules, but 1000 are the most",
                         HistoryRuleError);
}
