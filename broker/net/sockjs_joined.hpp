// Messages that wait together travel in one SockJS frame. After a fan-out the same messages wait in many
// sessions: their frame, and what it looks like on the wire, are made once. Belong to their shard's thread; a
// SockJsFrame may leave it.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "broker/net/frame.hpp"
#include "broker/net/sockjs_envelope.hpp"

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

// Frames as their transports carry them.
class SockJsEnveloped {
public:
    [[nodiscard]] const FrameRef& of(sockjs::Transport transport, const std::string& callback,
                                     const SockJsFrame& frame);
    // What was made last is not wanted again.
    void end_turn();

private:
    SockJsFrame frame_;  // of last_, as are the next two
    sockjs::Transport transport_{};
    std::string callback_;
    FrameRef last_;
};

}  // namespace causeway::net
