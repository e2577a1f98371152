// Which conversations' messages a session was sent, on the way to the proof that they arrived: what
// was sent before a ping has arrived when its pong comes. Values in, values out. One per session, and next to
// nothing for those that are sent no such messages.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "broker/base/numbers.hpp"

namespace causeway::session {

class DeliveryMarks {
public:
    using Marks = std::map<std::string, Sequence>;  // conversation: the furthest that was sent
    // What is sent of further conversations while a ping is under way is not marked; their next message is.
    static constexpr std::size_t kMost = 4096;

    void on_delivered(const std::string& conversation, Sequence sequence) {
        if (!marks_) marks_ = std::make_unique<Both>();
        Marks& fresh = marks_->fresh;
        const auto found = fresh.find(conversation);
        if (found != fresh.end())
            found->second = std::max(found->second, sequence);
        else if (fresh.size() < kMost)
            fresh.emplace(conversation, sequence);
    }
    void on_pinged() {
        if (marks_) marks_->pinged = std::exchange(marks_->fresh, {});
    }
    // What the pong to that ping proves.
    [[nodiscard]] Marks take_proven() { return marks_ ? std::exchange(marks_->pinged, {}) : Marks(); }

private:
    struct Both {
        Marks fresh;
        Marks pinged;
    };
    std::unique_ptr<Both> marks_;
};

}  // namespace causeway::session
