#include "tests/model/script.hpp"

#include <algorithm>
#include <array>

#include "tests/model/dice.hpp"

namespace causeway::model {

namespace {

struct Weight {
    Act act;
    std::size_t in_thousand;
};

constexpr std::array kWeights{
    Weight{Act::kConnect, 45},      Weight{Act::kDisconnect, 12},  Weight{Act::kBreak, 25},
    Weight{Act::kSubscribe, 90},    Weight{Act::kUnsubscribe, 15}, Weight{Act::kSend, 160},
    Weight{Act::kMembership, 30},   Weight{Act::kAcknowledge, 70}, Weight{Act::kServerTakes, 130},
    Weight{Act::kClientReads, 120}, Weight{Act::kShardTurns, 120}, Weight{Act::kStoreWorks, 130},
    Weight{Act::kTimePasses, 45},   Weight{Act::kCommitFails, 5},  Weight{Act::kKill, 9},
    Weight{Act::kBackUp, 4},        Weight{Act::kRestore, 3},      Weight{Act::kResetCursor, 4},
    Weight{Act::kSettle, 12},       Weight{Act::kBurst, 2},        Weight{Act::kComeBack, 25},
};

Act drawn(Dice& dice) {
    std::size_t sum = 0;
    for (const Weight& weight : kWeights) sum += weight.in_thousand;
    std::size_t left = dice.below(sum);
    for (const Weight& weight : kWeights) {
        if (left < weight.in_thousand) return weight.act;
        left -= weight.in_thousand;
    }
    return Act::kSettle;
}

}  // namespace

// Short trials and long ones: many faults need little, some need much.
Script script_of(std::uint64_t seed) {
    Dice dice(seed);
    Script script;
    const std::size_t length = dice.one_in(3) ? 300 + dice.below(500) : 40 + dice.below(160);
    for (int i = 0; i < 3; ++i) script.push_back({Act::kConnect, dice.roll()});
    while (script.size() < length) {
        const Act act = drawn(dice);
        script.push_back({act, dice.roll()});
    }
    script.push_back({Act::kSettle, dice.roll()});
    return script;
}

// Takes away ever smaller parts for as long as it still fails without them.
Script shortened(Script script, const std::function<bool(const Script&)>& fails, std::size_t attempts) {
    for (std::size_t part = std::max<std::size_t>(script.size() / 2, 1); part > 0; part /= 2) {
        for (std::size_t at = 0; at < script.size();) {
            if (attempts-- == 0) return script;
            Script less = script;
            const auto begin = less.begin() + static_cast<std::ptrdiff_t>(at);
            less.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(part, less.size() - at)));
            if (fails(less))
                script = std::move(less);
            else
                at += part;
        }
    }
    return script;
}

}  // namespace causeway::model
