// What happens in a trial, as a list that can be cut: each step draws its particulars from a number of
// its own, so the others mean much the same when some are taken away.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace causeway::model {

enum class Act : std::uint8_t {
    kConnect,
    kDisconnect,
    kBreak,
    kComeBack,
    kSubscribe,
    kUnsubscribe,
    kSend,
    kBurst,
    kMembership,
    kAcknowledge,
    kServerTakes,
    kClientReads,
    kShardTurns,
    kStoreWorks,
    kTimePasses,
    kCommitFails,
    kKill,
    kBackUp,
    kRestore,
    kResetCursor,
    kSettle,
};

struct Step {
    Act act;
    std::uint64_t dice;
};
using Script = std::vector<Step>;

[[nodiscard]] Script script_of(std::uint64_t seed);

// A script that still fails, with as little in it as can be found in `attempts` trials.
[[nodiscard]] Script shortened(Script script, const std::function<bool(const Script&)>& fails,
                               std::size_t attempts);

}  // namespace causeway::model
