// STOMP 1.2 as a client needs it: frames out as text, frames in as views. Sans-I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace causeway::bench {

using FrameHeaders = std::vector<std::pair<std::string, std::string>>;

// A whole frame with its NUL; header names and values are escaped, except in CONNECT.
[[nodiscard]] std::string encode_frame(std::string_view command, const FrameHeaders& headers,
                                       std::string_view body = {});

// A frame that was read. Views into the bytes it was read from; values as they are on the wire.
struct FrameView {
    std::string_view command;
    std::string_view head;  // the header lines
    std::string_view body;

    // The first header of that name, still escaped; empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

enum class ReadState { kFrame, kNeedMore, kBroken };

// Takes the next frame (line ends before it are heart-beats) off the front of `bytes`.
[[nodiscard]] ReadState read_frame(std::string_view& bytes, FrameView& into);

}  // namespace causeway::bench
