#include "broker/net/frame_guard.hpp"

#include <algorithm>
#include <cstring>

namespace causeway::net {

namespace {

constexpr unsigned kContinuation = 0;
constexpr unsigned kBinary = 2;
constexpr unsigned kClose = 8;
constexpr unsigned kPong = 10;

FrameRefusal violation(std::string_view text) { return {1002, text}; }

}  // namespace

bool FrameRate::admit(Monotonic now) {
    const Monotonic due = std::max(due_, now);
    if (due - now > (kBurst - 1) * kInterval) return false;
    due_ = due + kInterval;
    return true;
}

FrameGuard::Verdict FrameGuard::read(std::string_view bytes, Monotonic now) {
    Verdict verdict{bytes.size(), std::nullopt};
    std::size_t at = 0;
    while (at < bytes.size() && !close_seen_ && !lost_) {
        if (payload_left_ > 0) {
            const std::uint64_t step = std::min<std::uint64_t>(payload_left_, bytes.size() - at);
            at += static_cast<std::size_t>(step);
            payload_left_ -= step;
            if (payload_left_ == 0) end_frame();
            continue;
        }
        const std::size_t frame_start = at;
        at += take_header(bytes.substr(at));
        if (header_read_ < header_size()) break;
        if (const MaybeRefusal refusal = begin_frame(now); refusal && !discarding_) {
            verdict = {frame_start, refusal};
            discarding_ = true;
        }
    }
    if (close_seen_) verdict.pass = std::min(verdict.pass, at);
    return verdict;
}

// How many of the octets belong to the header that is being read.
std::size_t FrameGuard::take_header(std::string_view bytes) {
    std::size_t taken = 0;
    while (header_read_ < header_size() && taken < bytes.size()) {
        const std::size_t step = std::min<std::size_t>(header_size() - header_read_, bytes.size() - taken);
        std::memcpy(header_.data() + header_read_, bytes.data() + taken, step);
        header_read_ = static_cast<std::uint8_t>(header_read_ + step);
        taken += step;
    }
    return taken;
}

// Two octets until those are known. An unmasked frame ends there: it is refused whatever follows.
std::size_t FrameGuard::header_size() const {
    if (header_read_ < 2) return 2;
    if ((header_[1] & 0x80U) == 0) return 2;
    const unsigned code = header_[1] & 0x7fU;
    return 2U + (code == 126 ? 2U : code == 127 ? 8U : 0U) + 4U;
}

FrameGuard::MaybeRefusal FrameGuard::begin_frame(Monotonic now) {
    header_read_ = 0;
    std::uint64_t length = 0;
    MaybeRefusal refusal = check_first_octets();
    if (!refusal) refusal = read_length(length);
    if (refusal) {
        lost_ = true;
        return refusal;
    }
    payload_left_ = length;
    refusal = control() ? begin_control(now) : begin_data(length, now);
    if (length == 0) end_frame();
    return refusal;
}

FrameGuard::MaybeRefusal FrameGuard::check_first_octets() const {
    if ((header_[0] & 0x70U) != 0) return violation("reserved bit set without an extension");
    if ((opcode() > kBinary && opcode() < kClose) || opcode() > kPong) return violation("reserved opcode");
    if ((header_[1] & 0x80U) == 0) return violation("frame is not masked");
    if (!control()) return std::nullopt;
    if (!final()) return violation("fragmented control frame");
    if ((header_[1] & 0x7fU) > 125) return violation("control frame above 125 octets");
    return std::nullopt;
}

// RFC 6455, 5.2: the shortest form, and the top bit of the 64-bit form is 0.
FrameGuard::MaybeRefusal FrameGuard::read_length(std::uint64_t& length) const {
    const unsigned code = header_[1] & 0x7fU;
    length = code;
    if (code < 126) return std::nullopt;
    length = 0;
    const std::size_t octets = code == 126 ? 2 : 8;
    for (std::size_t i = 0; i < octets; ++i) length = (length << 8U) | header_[2 + i];
    if ((length >> 63U) != 0) return violation("length with its top bit set");
    if (length < (code == 126 ? 126U : 65536U)) return violation("length is not in its shortest form");
    return std::nullopt;
}

FrameGuard::MaybeRefusal FrameGuard::begin_control(Monotonic now) {
    if (opcode() == kClose) return std::nullopt;
    if (!control_rate_.admit(now)) return FrameRefusal{1008, "too many control frames"};
    return std::nullopt;
}

FrameGuard::MaybeRefusal FrameGuard::begin_data(std::uint64_t length, Monotonic now) {
    const bool continues = opcode() == kContinuation;
    if (continues != in_message_) {
        return violation(continues ? "continuation of nothing" : "new message inside a fragmented one");
    }
    in_message_ = !final();
    // Compared by subtraction: a sum can wrap, and in websocketpp it does.
    const std::uint64_t room = max_message_ - std::min(message_size_, max_message_);
    if (length > room) return FrameRefusal{1009, "message above the limit"};
    message_size_ = final() ? 0 : message_size_ + length;
    const bool empty_fragment = length == 0 && (continues || !final());
    if (empty_fragment && !empty_fragment_rate_.admit(now)) {
        return FrameRefusal{1008, "too many empty fragments"};
    }
    return std::nullopt;
}

void FrameGuard::end_frame() {
    if (opcode() == kClose) close_seen_ = true;
}

}  // namespace causeway::net
