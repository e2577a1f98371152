// Reads the headers of a client's WebSocket frames before websocketpp does, and refuses what the library
// lets through: lengths that wrap, floods of control frames, empty fragments. Looks at no payload, except
// that it puts compressed messages together (RFC 7692), unmasked but not inflated: those it keeps from the
// library, whose own inflating has no limit.
// Valid C++17, because websocket_codec.cpp is compiled as that. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/clock.hpp"

namespace causeway::net {

// What the Close frame says. The text is static.
struct FrameRefusal {
    int close_code = 1002;
    std::string_view text;
    std::uint64_t size = 0;  // of the message that is too large, as far as it was announced
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

// A message as it was sent, without masks and frames.
struct CompressedMessage {
    std::string octets;
    bool binary = false;
};

class FrameGuard {
public:
    struct Verdict {
        std::size_t pass = 0;   // so many of the octets may go on to the decoder
        std::size_t taken = 0;  // so many are done with; read() wants the rest once more
        std::optional<FrameRefusal> refusal;
        bool message = false;  // a compressed message is whole: take_message()
    };

    explicit FrameGuard(std::uint64_t max_message) : max_message_(max_message) {}

    // permessage-deflate was negotiated: RSV1 on a message's first frame means that it is compressed.
    void expect_compressed() { deflate_ = true; }

    // Reads octets cut anywhere; never takes none. The first refusal turns into discarding; `pass` then ends
    // before the bad frame. `pass` never goes beyond a Close frame: what follows it is not read at all (RFC
    // 6455, 5.5.1).
    [[nodiscard]] Verdict read(std::string_view bytes, Monotonic now);

    // The one that the last verdict told of.
    [[nodiscard]] CompressedMessage take_message();

    // Of one message: the sum over its fragments. Holds for frames whose header comes later. A compressed
    // one may come an eighth larger: what does not shrink grows.
    void set_max_message(std::uint64_t octets) { max_message_ = octets; }
    [[nodiscard]] std::uint64_t max_message() const { return max_message_; }

    // A ping of ours goes out: one pong answers it, and is no part of a flood.
    void expect_pong() { ++pongs_expected_; }

    // After our own Close frame: from now on frames are skipped by their length, and only a Close frame
    // counts.
    void discard();

    // The peer's Close frame has come whole.
    [[nodiscard]] bool close_seen() const { return close_seen_; }
    // The framing itself was violated: where the next frame begins is unknown, and nothing more is read.
    [[nodiscard]] bool lost() const { return lost_; }

private:
    static constexpr std::size_t kLongestHeader = 14;
    using MaybeRefusal = std::optional<FrameRefusal>;

    [[nodiscard]] Verdict read_for_decoder(std::string_view bytes, Monotonic now);
    [[nodiscard]] Verdict read_compressed(std::string_view bytes, Monotonic now);
    [[nodiscard]] bool begins_compressed(char first_octet) const;
    void keep(std::string_view masked);
    [[nodiscard]] std::uint64_t message_limit() const;
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
    [[nodiscard]] bool rsv1() const { return (header_[0] & 0x40U) != 0; }
    [[nodiscard]] bool between_frames() const { return payload_left_ == 0 && header_read_ == 0; }
    // Octets of the header beyond the second that tell the length.
    [[nodiscard]] std::size_t length_octets() const;

    std::uint64_t max_message_;
    std::uint64_t message_size_ = 0;  // of the fragments so far
    std::uint64_t payload_left_ = 0;
    std::uint64_t pongs_expected_ = 0;
    FrameRate control_rate_;
    FrameRate empty_fragment_rate_;
    std::array<unsigned char, kLongestHeader> header_{};
    std::uint8_t header_read_ = 0;
    std::string compressed_;    // of the message in progress
    std::uint8_t mask_at_ = 0;  // which of the mask's octets is next
    bool deflate_ = false;      // constant once frames come
    bool compressed_binary_ = false;
    bool message_compressed_ = false;
    bool frame_compressed_ = false;
    bool in_message_ = false;
    bool discarding_ = false;
    bool close_seen_ = false;
    bool lost_ = false;
};

}  // namespace causeway::net
