#include "broker/net/frame_guard.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace causeway::net {

namespace {

constexpr unsigned kContinuation = 0;
constexpr unsigned kText = 1;
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
    if (between_frames() && !bytes.empty()) frame_compressed_ = begins_compressed(bytes.front());
    Verdict verdict = frame_compressed_ ? read_compressed(bytes, now) : read_for_decoder(bytes, now);
    if (close_seen_ || lost_) verdict.taken = bytes.size();
    return verdict;
}

// Ends before a compressed frame.
FrameGuard::Verdict FrameGuard::read_for_decoder(std::string_view bytes, Monotonic now) {
    Verdict verdict{bytes.size(), bytes.size(), std::nullopt, false};
    std::size_t at = 0;
    while (at < bytes.size() && !close_seen_ && !lost_) {
        if (payload_left_ > 0) {
            const std::uint64_t step = std::min<std::uint64_t>(payload_left_, bytes.size() - at);
            at += static_cast<std::size_t>(step);
            payload_left_ -= step;
            if (payload_left_ == 0) end_frame();
            continue;
        }
        if (between_frames() && begins_compressed(bytes[at])) {
            verdict.pass = std::min(verdict.pass, at);
            verdict.taken = at;
            return verdict;
        }
        const std::size_t frame_start = at;
        at += take_header(bytes.substr(at));
        if (header_read_ < header_size()) break;
        if (const MaybeRefusal refusal = begin_frame(now); refusal && !discarding_) {
            verdict.pass = frame_start;
            verdict.refusal = refusal;
            discard();
        }
    }
    if (close_seen_) verdict.pass = std::min(verdict.pass, at);
    return verdict;
}

// One frame or the part of it that is there.
FrameGuard::Verdict FrameGuard::read_compressed(std::string_view bytes, Monotonic now) {
    Verdict verdict;
    if (payload_left_ == 0) {
        verdict.taken = take_header(bytes);
        if (header_read_ < header_size()) return verdict;
        mask_at_ = 0;
        if (const MaybeRefusal refusal = begin_frame(now); refusal && !discarding_) {
            verdict.refusal = refusal;
            discard();
        }
    }
    const std::uint64_t step = std::min<std::uint64_t>(payload_left_, bytes.size() - verdict.taken);
    keep(bytes.substr(verdict.taken, static_cast<std::size_t>(step)));
    verdict.taken += static_cast<std::size_t>(step);
    payload_left_ -= step;
    verdict.message = payload_left_ == 0 && final() && !discarding_;
    return verdict;
}

// Told by a frame's first octet, for the decoder is given headers as they come. Control frames, and what is
// against the rules, are never compressed.
bool FrameGuard::begins_compressed(char first_octet) const {
    const unsigned octet = static_cast<unsigned char>(first_octet);
    const unsigned code = octet & 0x0fU;
    if (code == kContinuation) return in_message_ && message_compressed_;
    return deflate_ && (octet & 0x40U) != 0 && (code == kText || code == kBinary);
}

void FrameGuard::keep(std::string_view masked) {
    if (discarding_) return;
    const unsigned char* const mask = header_.data() + 2 + length_octets();
    const std::size_t old_size = compressed_.size();
    compressed_.append(masked);
    for (std::size_t i = old_size; i < compressed_.size(); ++i) {
        compressed_[i] = static_cast<char>(static_cast<unsigned char>(compressed_[i]) ^ mask[mask_at_]);
        mask_at_ = (mask_at_ + 1U) & 3U;
    }
}

CompressedMessage FrameGuard::take_message() {
    return {std::exchange(compressed_, std::string()), compressed_binary_};
}

void FrameGuard::discard() {
    discarding_ = true;
    std::string().swap(compressed_);
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
    return 2 + length_octets() + 4;
}

std::size_t FrameGuard::length_octets() const {
    const unsigned code = header_[1] & 0x7fU;
    return code == 126 ? 2 : code == 127 ? 8 : 0;
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
    if ((header_[0] & 0x30U) != 0) return violation("reserved bit set without an extension");
    // RFC 7692, 6.1: on a message's first frame only.
    const bool may_be_compressed = deflate_ && (opcode() == kText || opcode() == kBinary);
    if (rsv1() && !may_be_compressed) return violation("reserved bit set where it means nothing");
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
    const std::size_t octets = length_octets();
    for (std::size_t i = 0; i < octets; ++i) length = (length << 8U) | header_[2 + i];
    if ((length >> 63U) != 0) return violation("length with its top bit set");
    if (length < (code == 126 ? 126U : 65536U)) return violation("length is not in its shortest form");
    return std::nullopt;
}

FrameGuard::MaybeRefusal FrameGuard::begin_control(Monotonic now) {
    if (opcode() == kClose) return std::nullopt;
    if (opcode() == kPong && pongs_expected_ > 0) {
        --pongs_expected_;
        return std::nullopt;
    }
    if (!control_rate_.admit(now)) return FrameRefusal{1008, "too many control frames"};
    return std::nullopt;
}

FrameGuard::MaybeRefusal FrameGuard::begin_data(std::uint64_t length, Monotonic now) {
    const bool continues = opcode() == kContinuation;
    if (continues != in_message_) {
        return violation(continues ? "continuation of nothing" : "new message inside a fragmented one");
    }
    in_message_ = !final();
    if (!continues) message_compressed_ = rsv1();
    if (!continues && rsv1()) compressed_binary_ = opcode() == kBinary;
    // Compared by subtraction: a sum can wrap, and in websocketpp it does.
    const std::uint64_t limit = message_limit();
    const std::uint64_t room = limit - std::min(message_size_, limit);
    if (length > room) return FrameRefusal{1009, "message above the limit", message_size_ + length};
    message_size_ = final() ? 0 : message_size_ + length;
    const bool empty_fragment = length == 0 && (continues || !final());
    if (empty_fragment && !empty_fragment_rate_.admit(now)) {
        return FrameRefusal{1008, "too many empty fragments"};
    }
    return std::nullopt;
}

// Deflate grows what it cannot shrink: by an eighth where little memory was given to it, and a few octets.
std::uint64_t FrameGuard::message_limit() const {
    return message_compressed_ ? max_message_ + max_message_ / 8 + 64 : max_message_;
}

void FrameGuard::end_frame() {
    if (opcode() == kClose) close_seen_ = true;
}

}  // namespace causeway::net
