#include "broker/net/sockjs_session.hpp"

#include <algorithm>
#include <utility>

#include "broker/net/sockjs_envelope.hpp"

namespace causeway::net {

namespace {

constexpr std::size_t kTellEvery = 64 * 1024;  // octets handed on between two questions whether they left
constexpr std::size_t kMaxPings = 8;

bool is_message(std::string_view frame) { return frame.substr(0, 2) == "a["; }

SockJsFrame close_frame(int code, std::string_view reason) {
    std::string frame;
    sockjs::append_close_frame(frame, code, reason);
    return std::make_shared<const std::string>(std::move(frame));
}

const SockJsFrame& heartbeat_frame() {
    static const SockJsFrame kFrame = std::make_shared<const std::string>(sockjs::kHeartbeatFrame);
    return kFrame;
}

}  // namespace

SockJsSession::SockJsSession(Parts parts, Opening opening, std::shared_ptr<void> stranger)
    : Transport(Wire::kSockJsHttp),
      parts_(std::move(parts)),
      opening_(std::move(opening)),
      stranger_(std::move(stranger)),
      max_message_(parts_.first_message_bytes) {
    push(FrameRef::make({}, sockjs::kOpenFrame));
    parts_.loop.timers().set(disconnect_, parts_.loop.now() + parts_.times.disconnect);
}

SockJsSession::~SockJsSession() { user_.reset(); }

// ---- requests ----

void SockJsSession::on_receiver(const SockJsReceiver& receiver) {
    if (stage_ == Stage::kClosing && waiting_.empty())
        return parts_.carry(receiver.shard,
                            {receiver.exchange, {close_frame_}, true, stranger_ == nullptr, false});
    if (receiver_)
        return parts_.carry(receiver.shard, {receiver.exchange,
                                             {close_frame(2010, "Another connection still open")},
                                             true,
                                             stranger_ == nullptr,
                                             false});
    receiver_ = receiver;
    response_bytes_ = 0;
    if (stage_ == Stage::kOpen) {
        disconnect_.cancel();
        parts_.loop.timers().set(heartbeat_, parts_.loop.now() + parts_.times.heartbeat);
        prove();
    }
    flush();
}

void SockJsSession::on_receiver_gone(std::uint64_t exchange) {
    if (!receiver_ || receiver_->exchange != exchange) return;
    receiver_.reset();
    interrupt();
}

// The network failed under an answer: nobody knows how much of it arrived.
void SockJsSession::interrupt() {
    heartbeat_.cancel();
    if (stage_ == Stage::kClosing) return;
    waiting_.clear();
    waiting_bytes_ = 0;
    shut(close_frame(1002, "Connection interrupted"));
    user_->on_gone(TransportUser::Gone::kBroken);
}

void SockJsSession::on_written(std::uint64_t exchange) {
    if (!receiver_ || receiver_->exchange != exchange) return;
    unwritten_ = 0;
    told_to_tell_ = false;
    if (stage_ == Stage::kOpen && waiting_.empty() && std::exchange(tell_drained_, false))
        user_->on_drained();
}

// What was handed on lately is as good as written: nobody is asked about so little of it.
std::size_t SockJsSession::queued() const {
    return waiting_bytes_ + (unwritten_ > tell_every() ? unwritten_ : 0);
}

std::size_t SockJsSession::tell_every() const { return std::min(kTellEvery, parts_.limits.queue_bytes / 4); }

SockJsSession::Sent SockJsSession::on_payload(std::string_view payload) {
    if (stage_ == Stage::kClosing) return Sent::kClosed;
    if (payload.size() + held_.size() > max_message_) {
        user_->on_violation({1009, "message above the limit", payload.size()});
        return Sent::kTooLarge;
    }
    std::string octets;
    switch (decoder_.decode(payload, octets)) {
        case sockjs::Decoder::Result::kEmpty:
            return Sent::kEmpty;
        case sockjs::Decoder::Result::kBroken:
            return Sent::kBroken;
        case sockjs::Decoder::Result::kOk:
            break;
    }
    if (!reading_)
        held_ += octets;
    else if (!octets.empty())
        user_->on_bytes(octets);
    return Sent::kOk;
}

// ---- frames ----

void SockJsSession::push(FrameRef frame) {
    ++queued_frames_;
    waiting_bytes_ += frame.size();
    waiting_.push_back(std::move(frame));
    want_flush();
}

void SockJsSession::want_flush() {
    if (!std::exchange(flush_wanted_, true)) parts_.wants_flush();
}

void SockJsSession::send(const FrameRef& frame) {
    if (stage_ != Stage::kOpen || slow_ != Slow::kNo) return;
    if (queued() + frame.size() <= parts_.limits.queue_bytes || queued() == 0) return push(frame);
    slow_ = Slow::kToBeTold;
    want_flush();
}

// With the flush at the end of the turn: whoever sends may be in the middle of a fan-out, which the user
// would leave.
void SockJsSession::tell_slow() {
    if (slow_ != Slow::kToBeTold) return;
    slow_ = Slow::kTold;
    if (stage_ == Stage::kOpen) user_->on_slow();
}

// The next frame: messages that follow each other travel in one.
SockJsFrame SockJsSession::take_frame() {
    const bool joins = is_message(waiting_.front().bytes());
    const std::size_t most = parts_.limits.response_bytes;
    std::size_t size = waiting_.front().size();
    std::size_t count = 1;
    for (; joins && count < waiting_.size() && size + response_bytes_ < most; ++count) {
        if (!is_message(waiting_[count].bytes())) break;
        size += waiting_[count].size();
    }
    SockJsFrame frame = parts_.joined.join(waiting_, count);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    waiting_bytes_ -= size;
    taken_frames_ += count;
    return frame;
}

void SockJsSession::flush() {
    flush_wanted_ = false;
    tell_slow();
    if (!receiver_) return;
    SockJsParcel parcel{receiver_->exchange, {}, false, stranger_ == nullptr, false};
    const bool streaming = sockjs::is_streaming(receiver_->transport);
    while (!waiting_.empty() && !parcel.end) {
        parcel.frames.push_back(take_frame());
        response_bytes_ += parcel.frames.back()->size();
        parcel.end = !streaming || response_bytes_ >= parts_.limits.response_bytes;
    }
    if (stage_ == Stage::kClosing && waiting_.empty() && (streaming || parcel.frames.empty())) {
        parcel.frames.push_back(close_frame_);
        parcel.end = true;
    }
    if (!parcel.frames.empty() || tell_drained_) deliver(std::move(parcel));
}

void SockJsSession::deliver(SockJsParcel parcel) {
    for (const SockJsFrame& frame : parcel.frames) {
        written_ += frame->size();
        unwritten_ += frame->size();
    }
    if (parcel.end) {
        unwritten_ = 0;  // the next request will show
        told_to_tell_ = false;
    } else if (!told_to_tell_ && (unwritten_ > tell_every() || tell_drained_)) {
        told_to_tell_ = parcel.tell_written = true;
    }
    const std::size_t shard = receiver_->shard;
    const bool ended = parcel.end;
    if (ended)
        end_response();
    else
        parts_.loop.timers().set(heartbeat_, parts_.loop.now() + parts_.times.heartbeat);
    parts_.carry(shard, std::move(parcel));
    if (ended && stage_ == Stage::kOpen && waiting_.empty() && std::exchange(tell_drained_, false))
        user_->on_drained();
}

void SockJsSession::end_response() {
    receiver_.reset();
    ++responses_;
    answered_frames_ = taken_frames_;
    heartbeat_.cancel();
    if (stage_ == Stage::kOpen)
        parts_.loop.timers().set(disconnect_, parts_.loop.now() + parts_.times.disconnect);
}

// ---- proof of receipt ----

void SockJsSession::ping(std::uint32_t token) {
    if (stage_ != Stage::kOpen) return;
    if (pings_.size() == kMaxPings) pings_.pop_front();
    pings_.push_back({token, queued_frames_, responses_});
    if (!proof_.pending()) parts_.loop.timers().set(proof_, parts_.loop.now() + parts_.times.proof);
}

void SockJsSession::prove() {
    while (!pings_.empty() && pings_.front().position <= answered_frames_ &&
           pings_.front().responses < responses_) {
        const std::uint32_t token = pings_.front().token;
        pings_.pop_front();
        user_->on_pong(token);
    }
    if (pings_.empty()) proof_.cancel();
}

// Ends the answer that waits: the client asks again, which proves that it lives and has the rest.
void SockJsSession::on_unproven(Monotonic now) {
    if (pings_.empty() || stage_ != Stage::kOpen) return;
    parts_.loop.timers().set(proof_, now + parts_.times.proof);
    if (!receiver_) return;
    SockJsParcel parcel{receiver_->exchange, {}, true, stranger_ == nullptr, false};
    if (!sockjs::is_streaming(receiver_->transport)) parcel.frames.push_back(heartbeat_frame());
    deliver(std::move(parcel));
}

void SockJsSession::on_heartbeat(Monotonic /*now*/) {
    if (!receiver_) return;
    const bool poll = !sockjs::is_streaming(receiver_->transport);
    deliver({receiver_->exchange, {heartbeat_frame()}, poll, stranger_ == nullptr, false});
}

// ---- the end ----

void SockJsSession::on_no_receiver(Monotonic /*now*/) {
    if (stage_ == Stage::kOpen) {
        stage_ = Stage::kClosing;
        user_->on_gone(TransportUser::Gone::kClient);
    }
    parts_.is_over();
}

void SockJsSession::close(const FrameRef& last, const Farewell& farewell) {
    if (stage_ == Stage::kClosing) return;
    if (last) push(last);
    shut(close_frame(farewell.close_code, farewell.reason));
    flush();
}

// Whoever asks from now on gets what waits and then the close frame, until nobody can be asking any more.
void SockJsSession::shut(SockJsFrame close_frame) {
    stage_ = Stage::kClosing;
    close_frame_ = std::move(close_frame);
    pings_.clear();
    proof_.cancel();
    deadline_.cancel();
    heartbeat_.cancel();
    parts_.loop.timers().set(disconnect_, parts_.loop.now() + parts_.times.disconnect);
}

// ---- what the user sets ----

void SockJsSession::set_deadline(Monotonic due) {
    if (stage_ == Stage::kOpen) parts_.loop.timers().set(deadline_, due);
}

void SockJsSession::on_user_deadline(Monotonic now) {
    if (stage_ == Stage::kOpen) user_->on_deadline(now);
}

void SockJsSession::tell_drained() {
    tell_drained_ = true;
    want_flush();
}

void SockJsSession::read_on(bool on) {
    reading_ = on;
    if (on && !held_.empty() && stage_ == Stage::kOpen) user_->on_bytes(std::exchange(held_, {}));
}

void SockJsSession::allow(std::size_t message_bytes) {
    stranger_.reset();
    max_message_ = message_bytes * 6 + 16;  // a client escapes: six characters for an octet at worst
}

}  // namespace causeway::net
