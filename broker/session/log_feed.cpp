#include "broker/session/log_feed.hpp"

#include <cassert>

namespace causeway::session {

bool LogFeed::on_live(const routing::MessagePtr& message) {
    assert(message->offset);
    if (state_ != State::kLive) {
        if (held_.size() == kHeld) {
            held_.clear();
            overflowed_ = true;
        }
        // After an overflow the log has it all; holding a part would leave a hole.
        if (!overflowed_) held_.push_back(message);
        return false;
    }
    if (*message->offset <= delivered_) return false;
    delivered_ = *message->offset;
    return true;
}

void LogFeed::begin_replay(Offset after) {
    assert(state_ == State::kOpening);
    delivered_ = after;
    state_ = State::kReplaying;
}

void LogFeed::begin_live(Offset after) {
    assert(state_ == State::kOpening);
    delivered_ = after;
    state_ = State::kReplaying;
    end_ = true;
    settle();
}

void LogFeed::fall_back() {
    assert(state_ == State::kLive);
    state_ = State::kReplaying;
    end_ = true;
}

std::optional<Offset> LogFeed::wants_read() {
    settle();  // live messages may have been dropped since
    if (state_ != State::kReplaying || reading_ || !page_.empty() || end_) return std::nullopt;
    reading_ = true;
    // What is dropped from now on may be missing from this read; what was dropped before is in it.
    overflowed_ = false;
    held_.clear();
    return delivered_;
}

void LogFeed::on_page(std::vector<routing::MessagePtr> entries, bool end) {
    assert(reading_);
    reading_ = false;
    page_.assign(std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end()));
    end_ = end;
    settle();
}

void LogFeed::settle() {
    if (state_ != State::kReplaying || !page_.empty() || !end_) return;
    if (overflowed_) {
        end_ = false;  // once more round
        return;
    }
    while (!held_.empty() && *held_.front()->offset <= delivered_) held_.pop_front();
    if (held_.empty()) state_ = State::kLive;
}

routing::MessagePtr LogFeed::next() {
    settle();
    while (state_ == State::kReplaying) {
        if (page_.empty() && !end_) return nullptr;
        std::deque<routing::MessagePtr>& source = page_.empty() ? held_ : page_;
        if (source.empty()) return nullptr;
        routing::MessagePtr message = std::move(source.front());
        source.pop_front();
        const bool fresh = *message->offset > delivered_;
        if (fresh) delivered_ = *message->offset;
        settle();
        if (fresh) return message;
    }
    return nullptr;
}

}  // namespace causeway::session
