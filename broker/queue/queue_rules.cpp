#include "broker/queue/queue_rules.hpp"

#include <utility>
#include <variant>

#include "broker/routing/destination.hpp"
#include "broker/routing/pattern.hpp"

namespace causeway::queue {

namespace {

constexpr std::string_view kQueues = "/queue/";
constexpr routing::DestinationLimits kAnyLength{4'096, 64};

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
    throw QueueRuleError((where.empty() ? "queues" : where) + ": " + what);
}

void check_dead_letter(const std::string& where, const std::string& name) {
    if (name.empty()) return;
    const auto parsed = routing::parse_destination(name, kAnyLength);
    if (const auto* fault = std::get_if<std::string>(&parsed))
        refuse(where, "dead_letter \"" + name + "\": " + *fault);
    if (!name.starts_with(kQueues)) refuse(where, "dead_letter \"" + name + "\" is not below /queue/");
}

void check_numbers(const std::string& where, std::uint32_t deliveries, Milliseconds delay) {
    if (deliveries > QueueRules::kMostDeliveries)
        refuse(where, "max_deliveries is " + std::to_string(deliveries) + ", but " +
                          std::to_string(QueueRules::kMostDeliveries) + " is the most");
    if (delay > QueueRules::kLongestDelay) refuse(where, "redelivery_delay is more than 24 hours");
}

void check(const QueueRule& rule) {
    const auto parsed = routing::Pattern::parse(rule.destination, kAnyLength);
    if (const auto* fault = std::get_if<std::string>(&parsed))
        refuse(rule.where, "destination \"" + rule.destination + "\": " + *fault);
    if (!rule.destination.starts_with(kQueues))
        refuse(rule.where, "destination \"" + rule.destination + "\" is not below /queue/");
    check_dead_letter(rule.where, rule.dead_letter.value_or(""));
    check_numbers(rule.where, rule.max_deliveries.value_or(0),
                  rule.redelivery_delay.value_or(Milliseconds(0)));
}

}  // namespace

QueueRules::QueueRules(QueuePolicy defaults, std::vector<QueueRule> rules)
    : defaults_(std::move(defaults)), rules_(std::move(rules)) {
    check_dead_letter({}, defaults_.dead_letter);
    check_numbers({}, defaults_.max_deliveries, defaults_.redelivery_delay);
    if (rules_.size() > kMost)
        refuse(rules_.back().where, "there are " + std::to_string(rules_.size()) + " rules, but " +
                                        std::to_string(kMost) + " are the most");
    if (!defaults_.dead_letter.empty()) dead_letter_queues_.insert(defaults_.dead_letter);
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        check(rules_[i]);
        if (rules_[i].dead_letter && !rules_[i].dead_letter->empty())
            dead_letter_queues_.insert(*rules_[i].dead_letter);
        std::size_t& place = places_.at(rules_[i].destination);
        if (place == 0) place = i + 1;
    }
}

bool QueueRules::is_dead_letter_queue(std::string_view destination) const {
    return dead_letter_queues_.contains(destination);
}

QueuePolicy QueueRules::of(std::string_view destination) const {
    QueuePolicy policy = defaults_;
    std::size_t first = 0;
    if (!rules_.empty())
        places_.for_each_match(destination, [&first](std::size_t place) {
            if (first == 0 || place < first) first = place;
        });
    if (first != 0) {
        const QueueRule& rule = rules_[first - 1];
        policy.dead_letter = rule.dead_letter.value_or(policy.dead_letter);
        policy.max_deliveries = rule.max_deliveries.value_or(policy.max_deliveries);
        policy.redelivery_delay = rule.redelivery_delay.value_or(policy.redelivery_delay);
    }
    if (is_dead_letter_queue(destination)) {
        policy.dead_letter.clear();
        policy.max_deliveries = 0;
    }
    return policy;
}

}  // namespace causeway::queue
