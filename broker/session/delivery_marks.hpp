// Which conversations' messages a session was sent, on the way to the proof that they arrived: what
// was sent before a ping has arrived when its pong comes. Values in, values out. One per session.
#pragma once

#include <algorithm>
#include <map>
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
        const auto found = fresh_.find(conversation);
        if (found != fresh_.end())
            found->second = std::max(found->second, sequence);
        else if (fresh_.size() < kMost)
            fresh_.emplace(conversation, sequence);
    }
    void on_pinged() { pinged_ = std::exchange(fresh_, {}); }
    // What the pong to that ping proves.
    [[nodiscard]] Marks take_proven() { return std::exchange(pinged_, {}); }

private:
    Marks fresh_;
    Marks pinged_;
};

}  // namespace causeway::session
