// Which topics keep their newest messages, and how many of them. A topic without a rule keeps nothing.
// Topics that the broker keeps by itself (kOwnLogs) have no history beside their own log.
// Immutable after construction; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/routing/pattern_tree.hpp"

namespace causeway::routing {

// One rule. A bound of 0 is no bound.
struct HistoryRule {
    std::string destination;  // a pattern over /topic/**
    std::size_t count = 0;    // messages kept
    std::size_t bytes = 0;    // of their bodies and headers
    Milliseconds age{0};
    bool stored = false;     // on disk, else in memory
    bool retained = false;   // the newest message stays, whatever its age and size
    std::size_t replay = 0;  // how many of the newest a SUBSCRIBE without a resume header gets
    std::string where{};     // it was written; for messages about it
};

// What is wrong with a rule, beginning with where it was written.
class HistoryRuleError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class HistoryRules {
public:
    static constexpr std::size_t kMost = 1'000;           // rules
    static constexpr std::size_t kMostKept = 1'000'000;   // messages of one topic
    static constexpr std::size_t kMostReplayed = 10'000;  // by a SUBSCRIBE
    static constexpr std::array<std::string_view, 3> kOwnLogs{"/topic/conversation/", "/topic/room/",
                                                              "/topic/presence/"};

    HistoryRules() = default;
    // The first that matches counts. Throws HistoryRuleError.
    explicit HistoryRules(std::vector<HistoryRule> rules);
    HistoryRules(HistoryRules&&) = default;
    HistoryRules& operator=(HistoryRules&&) = default;

    // The rule of a concrete destination, as routed; null: it keeps nothing. No allocation, no lock; costs
    // by the destination's depth, and nothing if there are no rules. The rule lives as long as this object.
    [[nodiscard]] const HistoryRule* find(std::string_view destination) const;
    [[nodiscard]] bool empty() const { return rules_.empty(); }

private:
    std::vector<HistoryRule> rules_;
    PatternTree<std::size_t> places_;  // in rules_
};

}  // namespace causeway::routing
