// What holds for which queue: when a message counts as undeliverable, and where it goes then. A queue
// without a rule follows the defaults. Immutable after construction; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/numbers.hpp"
#include "broker/routing/pattern_tree.hpp"

namespace causeway::queue {

// One rule. What it does not name follows the defaults.
struct QueueRule {
    std::string destination;                 // a pattern over /queue/**
    std::optional<std::string> dead_letter;  // a queue; empty: what would go there is dropped
    std::optional<std::uint32_t> max_deliveries;
    std::optional<Milliseconds> redelivery_delay;
    std::string where{};  // it was written; for messages about it
};

struct QueuePolicy {
    std::string dead_letter = "/queue/dead-letters";  // empty: dropped
    std::uint32_t max_deliveries = 20;                // 0: as often as it takes
    Milliseconds redelivery_delay{1'000};
};

// What is wrong with a rule, beginning with where it was written.
class QueueRuleError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class QueueRules {
public:
    static constexpr std::size_t kMost = 1'000;
    static constexpr std::uint32_t kMostDeliveries = 1'000'000;
    static constexpr Milliseconds kLongestDelay{std::chrono::hours(24)};

    QueueRules() : QueueRules(QueuePolicy{}, {}) {}
    // The first that matches counts. Throws QueueRuleError.
    QueueRules(QueuePolicy defaults, std::vector<QueueRule> rules);

    // Of a concrete queue. What arrives in a dead-letter queue stays there, however often it fails, and is
    // dropped when it is refused for good.
    [[nodiscard]] QueuePolicy of(std::string_view destination) const;
    [[nodiscard]] bool is_dead_letter_queue(std::string_view destination) const;

private:
    QueuePolicy defaults_;
    std::vector<QueueRule> rules_;
    routing::PatternTree<std::size_t> places_;  // in rules_, from 1
    std::unordered_set<std::string, StringHash, std::equal_to<>> dead_letter_queues_;
};

}  // namespace causeway::queue
