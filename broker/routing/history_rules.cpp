#include "broker/routing/history_rules.hpp"

#include <algorithm>
#include <variant>

#include "broker/routing/pattern.hpp"

namespace causeway::routing {

namespace {

constexpr std::string_view kTopics = "/topic/";
constexpr Milliseconds kLongest{std::chrono::hours(24) * 36'500};
constexpr DestinationLimits kAnyLength{4'096, 64};

[[noreturn]] void refuse(const HistoryRule& rule, const std::string& what) {
    throw HistoryRuleError((rule.where.empty() ? "history" : rule.where) + ": " + what);
}

// Beyond this a rule is a slip of the pen, or memory that is not there.
void check_most(const HistoryRule& rule, std::string_view field, std::size_t value, std::size_t most) {
    if (value > most)
        refuse(rule, std::string(field) + " is " + std::to_string(value) + ", but " + std::to_string(most) +
                         " is the most");
}

// Nothing but a broker-owned log could match.
std::string_view own_log_of(std::string_view destination) {
    for (const std::string_view owned : HistoryRules::kOwnLogs)
        if (destination.starts_with(owned)) return owned;
    return {};
}

void check(const HistoryRule& rule) {
    const auto parsed = Pattern::parse(rule.destination, kAnyLength);
    if (const auto* fault = std::get_if<std::string>(&parsed))
        refuse(rule, "destination \"" + rule.destination + "\": " + *fault);
    if (!rule.destination.starts_with(kTopics))
        refuse(rule,
               "destination \"" + rule.destination + "\" is not below /topic/; only topics have a history");
    if (const std::string_view owned = own_log_of(rule.destination); !owned.empty())
        refuse(rule, "destination \"" + rule.destination + "\" is kept by the broker: " + std::string(owned) +
                         "** takes no rule");
    if (rule.count == 0 && rule.bytes == 0 && rule.age.count() == 0)
        refuse(rule,
               "has none of count, bytes and age; to keep the newest value alone write count = 1 and "
               "retained = true");
    check_most(rule, "count", rule.count, HistoryRules::kMostKept);
    check_most(rule, "replay", rule.replay, HistoryRules::kMostReplayed);
    if (rule.age > kLongest) refuse(rule, "age is more than 100 years");
    if (rule.count != 0 && rule.replay > rule.count)
        refuse(rule, "replay is " + std::to_string(rule.replay) +
                         ", but only count = " + std::to_string(rule.count) + " messages are kept");
}

}  // namespace

HistoryRules::HistoryRules(std::vector<HistoryRule> rules) : rules_(std::move(rules)) {
    if (rules_.size() > kMost)
        refuse(rules_.back(), "there are " + std::to_string(rules_.size()) + " rules, but " +
                                  std::to_string(kMost) + " are the most");
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        HistoryRule& rule = rules_[i];
        check(rule);
        if (rule.retained) rule.replay = std::max<std::size_t>(rule.replay, 1);
        std::size_t& place = places_.at(rule.destination);  // 1 + the place in rules_; 0: it is new
        if (place == 0) place = i + 1;
    }
}

const HistoryRule* HistoryRules::find(std::string_view destination) const {
    if (rules_.empty() || !destination.starts_with(kTopics)) return nullptr;
    std::size_t first = 0;
    places_.for_each_match(destination, [&first](std::size_t place) {
        if (first == 0 || place < first) first = place;
    });
    if (first == 0 || !own_log_of(destination).empty()) return nullptr;
    return &rules_[first - 1];
}

}  // namespace causeway::routing
