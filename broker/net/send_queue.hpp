// What one connection still has to write. Holds references to shared frames; owns no buffer while
// empty. Counts bytes including what is about to be queued; says no instead of growing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "broker/net/frame.hpp"

namespace causeway::net {

class SendQueue {
public:
    enum class Flushed : std::uint8_t {
        kAll,      // nothing is left
        kBlocked,  // the socket takes no more for now
        kBroken,   // the socket is dead
    };

    // False, and nothing queued, when the bytes held would pass `limit`. A single frame larger than
    // the limit is let into an empty queue: limits on frames are not this class's matter.
    [[nodiscard]] bool push(const FrameRef& frame, std::size_t limit) {
        const std::size_t with = bytes_ + frame.size();
        if (with > limit && bytes_ > 0) return false;
        if (frames_.capacity() == 0) frames_.reserve(8);
        frames_.push_back(frame);
        bytes_ = with;
        return true;
    }

    // Writes as much as the socket takes, with few system calls.
    [[nodiscard]] Flushed flush(int fd);

    // Takes up to `size` octets out, as if written: for what is sealed before it is sent.
    [[nodiscard]] std::size_t take(char* to, std::size_t size);

    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] bool empty() const { return bytes_ == 0; }
    // Bytes ever written; for metrics and for telling progress from a stall.
    [[nodiscard]] std::uint64_t written() const { return written_; }
    void clear();
    // Drops all but the frame that the peer has the beginning of.
    void keep_begun();

private:
    void drop_written(std::size_t count);

    std::vector<FrameRef> frames_;
    std::size_t first_ = 0;   // index of the first frame not wholly written
    std::size_t offset_ = 0;  // bytes of it that are written
    std::size_t bytes_ = 0;   // not yet written
    std::uint64_t written_ = 0;
};

}  // namespace causeway::net
