#include "tools/bench/stream_scenario.hpp"

namespace causeway::bench {

namespace {

// Between two turns of the loop, so that answers are read while a backlog is sent.
constexpr int kMostAtOnce = 256;

}  // namespace

bool StreamScenario::all_sent(std::uint64_t now) const {
    if (options_.rate > 0 && !stopped_) return sent_ >= planned();
    return sent_ >= planned() || time_is_up(now);
}

std::uint64_t StreamScenario::tick(std::uint64_t now) {
    for (int i = 0; i < kMostAtOnce; ++i) {
        if (all_sent(now) || sent_ >= kMaxMessages) return kNever;
        std::uint64_t due = now;
        if (options_.rate > 0) {
            due = due_time(sent_);
            if (due > now) return due;
        } else if (under_way() >= options_.window) {
            return kNever;
        }
        send_one(sent_, due - began_);
        ++sent_;
        last_progress_ = now;
    }
    return now;
}

bool StreamScenario::finished(std::uint64_t now) const {
    // In a closed loop a lost message stops the sending; in an open one a low rate is no standstill.
    const bool can_stand_still = options_.rate == 0 || all_sent(now);
    return (all_sent(now) && all_arrived()) || (can_stand_still && gave_up(now));
}

}  // namespace causeway::bench
