// Reads the headers of a client's WebSocket frames before websocketpp does, and refuses what the library
// lets through: lengths that wrap, floods of control frames, empty fragments. Looks at no payload.
// Valid C++17, because websocket_codec.cpp is compiled as that. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "broker/base/clock.hpp"

namespace causeway::net {

// What the Close frame says. The text is static.
struct FrameRefusal {
    int close_code = 1002;
    std::string_view text;
};

// GCRA: `kBurst` at once, then one per `kInterval`.
class FrameRate {
public:
    static constexpr int kBurst = 20;
    static constexpr std::chrono::milliseconds kInterval{100};
    // False when the event came too early and is not counted.
    [[nodiscard]] bool admit(Monotonic now);

private:
    Monotonic due_{};
};

class FrameGuard {
public:
    struct Verdict {
        std::size_t pass = 0;  // so many of the octets may go on to the decoder
        std::optional<FrameRefusal> refusal;
    };

    explicit FrameGuard(std::uint64_t max_message) : max_message_(max_message) {}

    // Reads octets cut anywhere. The first refusal turns into discarding; `pass` then ends before the bad
    // frame. `pass` never goes beyond a Close frame: what follows it is not read at all (RFC 6455, 5.5.1).
    [[nodiscard]] Verdict read(std::string_view bytes, Monotonic now);

    // Of one message: the sum over its fragments. Holds for frames whose header comes later.
    void set_max_message(std::uint64_t octets) { max_message_ = octets; }

    // After our own Close frame: from now on frames are skipped by their length, and only a Close frame
    // counts.
    void discard() { discarding_ = true; }

    // The peer's Close frame has come whole.
    [[nodiscard]] bool close_seen() const { return close_seen_; }
    // The framing itself was violated: where the next frame begins is unknown, and nothing more is read.
    [[nodiscard]] bool lost() const { return lost_; }

private:
    static constexpr std::size_t kLongestHeader = 14;
    using MaybeRefusal = std::optional<FrameRefusal>;

    [[nodiscard]] std::size_t take_header(std::string_view bytes);
    [[nodiscard]] std::size_t header_size() const;
    [[nodiscard]] MaybeRefusal begin_frame(Monotonic now);
    [[nodiscard]] MaybeRefusal check_first_octets() const;
    [[nodiscard]] MaybeRefusal read_length(std::uint64_t& length) const;
    [[nodiscard]] MaybeRefusal begin_control(Monotonic now);
    [[nodiscard]] MaybeRefusal begin_data(std::uint64_t length, Monotonic now);
    void end_frame();

    [[nodiscard]] unsigned opcode() const { return header_[0] & 0x0fU; }
    [[nodiscard]] bool final() const { return (header_[0] & 0x80U) != 0; }
    [[nodiscard]] bool control() const { return opcode() >= 8; }

    std::uint64_t max_message_;
    std::uint64_t message_size_ = 0;  // of the fragments so far
    std::uint64_t payload_left_ = 0;
    FrameRate control_rate_;
    FrameRate empty_fragment_rate_;
    std::array<unsigned char, kLongestHeader> header_{};
    std::uint8_t header_read_ = 0;
    bool in_message_ = false;
    bool discarding_ = false;
    bool close_seen_ = false;
    bool lost_ = false;
};

}  // namespace causeway::net
