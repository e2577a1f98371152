// Compresses messages for the clients that negotiated permessage-deflate (RFC 7692, 7.2.1), each message
// once, however many receive it: nothing is kept between messages, so that the same octets serve them all.
// One per shard and thread. Valid C++17.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"
#include "broker/net/frame.hpp"

namespace causeway::net {

class Deflater {
public:
    // Octets of a message below which compressing does not pay (PRODUCT 11).
    static constexpr std::size_t kThreshold = 1024;
    // Octets compressed in one turn of the loop: what comes beyond is sent as it is, so that a replay to many, or
    // messages that each have one receiver, hold nobody up. A few milliseconds.
    static constexpr std::size_t kPerTurn = 256 * 1024;

    Deflater();
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
    ~Deflater();

    // One of our own data frames with its message compressed; the frame as it is where that is below
    // kThreshold, gets no smaller, or would be beyond kPerTurn. Made at the first call for a frame and remembered
    // with it. `turn`: when it began; nothing: it has no limit. Throws std::bad_alloc.
    [[nodiscard]] FrameRef deflated(const FrameRef& frame, std::optional<Monotonic> turn = std::nullopt);

private:
    struct Stream;
    [[nodiscard]] FrameRef make(const FrameRef& frame);
    [[nodiscard]] bool fits(std::size_t octets, Monotonic turn);

    std::unique_ptr<Stream> stream_;  // a quarter of a megabyte; null until it is needed
    std::string buffer_;              // kept up to kKeptBuffer between messages
    std::optional<Monotonic> turn_;
    std::size_t done_in_turn_ = 0;
};

}  // namespace causeway::net
