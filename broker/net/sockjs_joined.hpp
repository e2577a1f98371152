// Messages that wait together travel in one SockJS frame. After a fan-out the same messages wait in many
// sessions: their frame is made once. Belongs to its shard's thread; the frames it gives out may leave it.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "broker/net/frame.hpp"

namespace causeway::net {

using SockJsFrame = std::shared_ptr<const std::string>;  // never null, immutable

class SockJsJoined {
public:
    // The first `count` of `waiting` (at least one; more than one only of a["…"]) as one frame.
    [[nodiscard]] SockJsFrame join(const std::deque<FrameRef>& waiting, std::size_t count);
    // What was made last is not wanted again.
    void end_turn();

private:
    [[nodiscard]] bool is_last(const std::deque<FrameRef>& waiting, std::size_t count) const;

    std::vector<FrameRef> parts_;  // of last_
    SockJsFrame last_;
};

}  // namespace causeway::net
