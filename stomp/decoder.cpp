#include "stomp/decoder.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace causeway::stomp {

namespace {

// What a string holds without an allocation.
const std::size_t kSmall = std::string().capacity();

}  // namespace

void Decoder::feed(std::string_view octets) {
    if (stage_ == Stage::kFailed) return;
    if (stage_ == Stage::kHandedOut) consume(end_);
    if (input_.empty()) {
        set_input(octets);
        owns_input_ = false;
        return;
    }
    assert(owns_input_ && "feed() before next() said NeedMore, and without keep_rest()");
    buffer_.erase(0, buffer_.size() - input_.size());
    buffer_.append(octets);
    set_input(buffer_);
}

Decoded Decoder::next() {
    if (stage_ == Stage::kHandedOut) consume(end_);
    saw_line_end_ = false;
    Stage before;
    do {
        before = stage_;
        advance();
    } while (stage_ != before);
    if (stage_ == Stage::kHandedOut) return &frame_;
    if (stage_ == Stage::kFailed) return error_;
    if (saw_line_end_) return Beat{};
    own_rest();
    return NeedMore{};
}

// One step; the stage stays the same if it lacks octets.
void Decoder::advance() {
    switch (stage_) {
        case Stage::kBetween:
            return skip_line_ends();
        case Stage::kCommand:
            return read_command();
        case Stage::kHeaders:
            return read_header();
        case Stage::kMeasuredBody:
            return read_measured_body();
        case Stage::kBodyUpToNul:
            return read_body_up_to_nul();
        case Stage::kHandedOut:
        case Stage::kFailed:
            return;
    }
}

// Any number of ends of line, and of NULs, as several clients send them.
void Decoder::skip_line_ends() {
    std::size_t at = 0;
    for (; at < input_.size(); ++at) {
        const char octet = input_[at];
        if (octet == '\n') {
            saw_line_end_ = true;
        } else if (octet == '\r' && at + 1 == input_.size()) {
            break;  // its LF may still come
        } else if (octet != '\0' && (octet != '\r' || input_[at + 1] != '\n')) {
            break;
        }
    }
    consume(at);
    if (input_.empty() || input_ == "\r" || saw_line_end_) return;
    stage_ = Stage::kCommand;
}

void Decoder::read_measured_body() {
    if (input_.size() - at_ <= content_length_) return;
    if (input_[at_ + content_length_] != '\0')
        return fail(
            "no NUL after a body of content-length " + std::to_string(content_length_) +
            ": the length counts octets, not characters; with stompjs, splitLargeFrames can damage a frame "
            "that forceBinaryWSFrames keeps whole");
    hand_out(content_length_);
}

// STOMP 1.2, "Body": without content-length the first NUL ends it. What was searched is not searched again.
void Decoder::read_body_up_to_nul() {
    const auto nul = input_.find('\0', searched_);
    const std::size_t size = std::min(nul, input_.size()) - at_;
    if (size > 0 && is_body_refused()) return refuse_body();
    if (size > body_room()) return refuse_large_body();
    if (nul != std::string_view::npos) return hand_out(size);
    searched_ = input_.size();
}

void Decoder::hand_out(std::size_t body_size) {
    // STOMP 1.0 ignores the body of a frame that should have none; later versions never come here with one.
    frame_.body_ = may_have_body(frame_.command_) ? input_.substr(at_, body_size) : std::string_view();
    end_ = at_ + body_size + 1;
    stage_ = Stage::kHandedOut;
}

bool Decoder::is_body_refused() const {
    return !may_have_body(frame_.command_) && version_of_frame() != Version::k10;
}

std::size_t Decoder::body_room() const {
    return std::min(limits_.max_body, limits_.max_frame - std::min(at_, limits_.max_frame));
}

void Decoder::refuse_body() {
    fail(std::string(name_of(frame_.command_)) + " must not have a body: STOMP 1.2, \"Body\"");
}

void Decoder::refuse_large_body() {
    if (body_room() < limits_.max_body)
        return fail_large("a frame", "limits.connect_bytes", limits_.max_frame);
    fail_large("a body", "limits.frame_bytes", limits_.max_body);
}

void Decoder::set_input(std::string_view octets) {
    input_ = octets;
    frame_.headers_.moved_to(octets.data());
}

void Decoder::consume(std::size_t octets) {
    set_input(input_.substr(octets));
    at_ = searched_ = end_ = 0;
    if (stage_ == Stage::kHandedOut) stage_ = Stage::kBetween;
}

void Decoder::keep_rest() {
    if (stage_ == Stage::kHandedOut) consume(end_);
    if (stage_ != Stage::kFailed) own_rest();
}

void Decoder::put_back() {
    assert(stage_ == Stage::kHandedOut);
    stage_ = Stage::kBetween;
    at_ = searched_ = end_ = 0;
    own_rest();
}

// An exact fit each time: a buffer that grew with a large frame goes with it.
void Decoder::own_rest() {
    if (input_.empty()) return release_memory();
    if (owns_input_ && input_.size() == buffer_.size()) return;
    std::string(input_).swap(buffer_);
    set_input(buffer_);
    owns_input_ = true;
}

void Decoder::release_memory() {
    set_input({});
    owns_input_ = false;
    if (buffer_.capacity() > kSmall) std::string().swap(buffer_);
    buffer_.clear();
    if (frame_.headers_.memory() > 0) frame_.headers_.release_memory();
}

std::size_t Decoder::memory() const {
    return (buffer_.capacity() > kSmall ? buffer_.capacity() : 0) + frame_.headers_.memory();
}

void Decoder::fail(std::string text, ProtocolError::Kind kind) {
    error_ = {kind, std::move(text)};
    stage_ = Stage::kFailed;
    release_memory();
}

void Decoder::fail_large(const std::string& what, std::string_view key, std::size_t limit) {
    fail(what + " larger than " + std::string(key) + " = " + std::to_string(limit),
         ProtocolError::Kind::kTooLarge);
}

}  // namespace causeway::stomp
