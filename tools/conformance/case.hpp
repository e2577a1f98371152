// The cases, as tables: each with the rule it shows and where that comes from.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tools/conformance/stage.hpp"

namespace causeway::conformance {

struct Case {
    enum class Ground : char {
        kRule,
        kChoice
    };           // kChoice: the specifications leave room, or practice differs
    int number;  // of the corner case; several cases may show one
    std::string_view name;
    std::string_view rule;
    std::string_view source;
    Ground ground;
    void (*run)(Stage& stage);
};

// In the order of their numbers, each name once.
[[nodiscard]] std::vector<Case> all_cases();

// By file
[[nodiscard]] std::span<const Case> encoding_cases();
[[nodiscard]] std::span<const Case> framing_cases();
[[nodiscard]] std::span<const Case> connecting_cases();
[[nodiscard]] std::span<const Case> heart_beat_cases();
[[nodiscard]] std::span<const Case> answer_cases();
[[nodiscard]] std::span<const Case> subscription_cases();
[[nodiscard]] std::span<const Case> ack_cases();
[[nodiscard]] std::span<const Case> transaction_cases();
[[nodiscard]] std::span<const Case> websocket_cases();
[[nodiscard]] std::span<const Case> sockjs_cases();

}  // namespace causeway::conformance
