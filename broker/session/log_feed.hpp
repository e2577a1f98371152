// Resume without a gap: merges what is read from a log with what arrives live, so that a subscriber
// sees each entry of the log once, in order. Values in, values out: it reads no store and sends nothing.
//
//   opening ── begin_replay(after) ──► replaying ── the log's end reached ──► live
//      └─────── begin_live(after) ───────────────────────────────────────────►│
//                                replaying ◄───────── fall_back() ─────────────┘
//
// From the moment it exists, live messages are kept back (at most kHeld; beyond that they are dropped
// here and read from the log again), because what the log already gave must not come twice and what it
// has yet to give must come first. Entries of one log arrive live in offset order.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "broker/base/numbers.hpp"
#include "broker/routing/message.hpp"

namespace causeway::session {

class LogFeed {
public:
    static constexpr std::size_t kHeld = 128;

    enum class State : std::uint8_t { kOpening, kReplaying, kLive };

    // A message that came live. True: deliver it now. False: it is kept back, or was delivered before.
    [[nodiscard]] bool on_live(const routing::MessagePtr& message);

    // Everything above `after` is to come, from the log first.
    void begin_replay(Offset after);
    // Everything above `after` is to come; the log has nothing that is wanted.
    void begin_live(Offset after);
    // The subscriber takes no more for now: from here on live messages are kept back, as during a replay,
    // until next() has given them all. While live only.
    void fall_back();

    // While replaying: the offset after which the log is to be read next; nothing while a read is
    // under way (until on_page) or entries wait to be taken.
    [[nodiscard]] std::optional<Offset> wants_read();
    // What that read gave, ascending; `end`: there was no more when it was read.
    void on_page(std::vector<routing::MessagePtr> entries, bool end);
    // The next message to deliver, from the page or from what was kept back; null when none is ready.
    [[nodiscard]] routing::MessagePtr next();

    [[nodiscard]] State state() const { return state_; }
    // The offset of the last message handed out, or where the feed began.
    [[nodiscard]] Offset delivered() const { return delivered_; }

private:
    void settle();

    State state_ = State::kOpening;
    Offset delivered_{0};
    std::deque<routing::MessagePtr> held_;  // live, ascending
    std::deque<routing::MessagePtr> page_;
    bool overflowed_ = false;  // live messages were dropped since the last read began
    bool reading_ = false;
    bool end_ = false;  // the page in hand was the log's last
};

}  // namespace causeway::session
