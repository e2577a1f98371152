// Compresses messages for the clients that negotiated permessage-deflate (RFC 7692, 7.2.1), each message
// once, however many receive it: nothing is kept between messages, so that the same octets serve them all.
// One per shard and thread. Valid C++17.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "broker/net/frame.hpp"

namespace causeway::net {

class Deflater {
public:
    // Octets of a message below which compressing does not pay (PRODUCT 11).
    static constexpr std::size_t kThreshold = 1024;

    Deflater();
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
    ~Deflater();

    // One of our own data frames with its message compressed; the frame as it is where that is below
    // kThreshold or gets no smaller. Made at the first call for a frame and remembered with it. Throws
    // std::bad_alloc.
    [[nodiscard]] FrameRef deflated(const FrameRef& frame);

private:
    struct Stream;
    [[nodiscard]] FrameRef make(const FrameRef& frame);

    std::unique_ptr<Stream> stream_;  // a quarter of a megabyte; null until it is needed
    std::string buffer_;              // kept up to kKeptBuffer between messages
};

}  // namespace causeway::net
