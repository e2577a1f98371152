#include "broker/session/session.hpp"

#include <utility>

#include "broker/session/replies.hpp"

namespace causeway::session {

namespace {

stomp::Limits limits_before_connected(const SessionLimits& limits) {
    stomp::Limits first;
    first.max_body = limits.frame_bytes;
    first.max_headers = limits.headers;
    first.max_header_line = limits.header_bytes;
    first.max_head = limits.head_bytes;
    first.max_frame = limits.connect_bytes;
    return first;
}

}  // namespace

Session::Session(SessionId id, net::Transport& transport, Services& services)
    : id_(id),
      transport_(transport),
      services_(services),
      decoder_(stomp::Peer::kClient, limits_before_connected(services.limits)),
      command_rate_(services.limits.send_per_second, services.limits.send_burst),
      began_(services.clock.monotonic()),
      last_in_(began_) {
    transport_.set_deadline(began_ + services_.limits.connect_timeout);
}

Session::~Session() {
    leave();
    services_.forget(id_);
}

void Session::on_bytes(std::string_view bytes) {
    if (!listens()) return;
    last_in_ = now();
    pinged_for_life_.reset();
    decoder_.feed(bytes);
    read_frames();
    if (held_) decoder_.keep_rest();  // what was under way already waits, too
}

// Until there are no more, or one has to wait.
void Session::read_frames() {
    while (listens() && !held_) {
        const stomp::Decoded decoded = decoder_.next();
        if (std::holds_alternative<stomp::NeedMore>(decoded)) return;
        if (const auto* error = std::get_if<stomp::ProtocolError>(&decoded))
            return fail(refusal_of(*error), {});
        if (std::holds_alternative<stomp::Beat>(decoded))
            ++services_.counters.frames_received[admin::FrameIn::kHeartbeat];
        if (const auto* frame = std::get_if<const stomp::Frame*>(&decoded)) handle(**frame);
    }
}

// It goes back to the decoder, and no other is read before it is handled anew.
void Session::hold_frame() {
    held_ = true;
    transport_.read_on(false);
    decoder_.put_back();
}

void Session::read_on() {
    held_ = false;
    handled_anew_ = true;
    waits_for_sends_ = false;
    transport_.read_on(true);
    read_frames();
}

// What follows this frame is not read before it is answered.
void Session::pause_reading() {
    held_ = reading_paused_ = true;
    transport_.read_on(false);
}

void Session::resume_reading() {
    held_ = reading_paused_ = false;
    transport_.read_on(true);
    read_frames();
}

void Session::handle(const stomp::Frame& frame) {
    if (!std::exchange(handled_anew_, false)) count(services_.counters, frame.command());
    const bool connects =
        frame.command() == stomp::Command::kConnect || frame.command() == stomp::Command::kStomp;
    if (stage_ == Stage::kConnecting) {
        if (connects) return on_connect(frame);
        return fail({ErrorCode::kProtocolError, "the first frame must be CONNECT or STOMP", {}},
                    origin_of(frame));
    }
    if (connects) return fail({ErrorCode::kProtocolError, "already connected", {}}, origin_of(frame));
    handle_connected(frame);
}

void Session::handle_connected(const stomp::Frame& frame) {
    switch (frame.command()) {
        case stomp::Command::kBegin:
            return on_begin(frame);
        case stomp::Command::kCommit:
            return on_commit(frame);
        case stomp::Command::kAbort:
            return on_abort(frame);
        case stomp::Command::kSend:
            return on_send(frame);
        case stomp::Command::kSubscribe:
            return on_subscribe(frame);
        case stomp::Command::kUnsubscribe:
            return on_unsubscribe(frame);
        case stomp::Command::kDisconnect:
            return on_disconnect(frame);
        case stomp::Command::kAck:
            return on_ack(frame, AckLedger::Answer::kAck);
        case stomp::Command::kNack:
            return on_ack(frame, AckLedger::Answer::kNack);
        default:
            break;
    }
    fail({ErrorCode::kProtocolError,
          std::string(stomp::name_of(frame.command())) + " is not a frame that a client sends",
          {}},
         origin_of(frame));
}

Origin Session::origin_of(const stomp::Frame& frame) {
    Origin origin;
    origin.receipt = frame.header("receipt");
    origin.destination = frame.header("destination").value_or("");
    if (frame.command() == stomp::Command::kSubscribe || frame.command() == stomp::Command::kUnsubscribe)
        origin.subscription = frame.header("id").value_or("");
    return origin;
}

void Session::send(std::string_view stomp_frame) {
    transport_.send(net::wrap(transport_.wire(), stomp_frame));
}

void Session::send_receipt(std::optional<std::string_view> receipt, const routing::Headers& extra) {
    if (!receipt || stage_ == Stage::kClosed) return;
    ++services_.counters.frames_sent[admin::FrameOut::kReceipt];
    send(receipt_frame(version_, *receipt, extra));
}

bool Session::hears_notices() const { return notify_on_denied_ || !listening_to("errors").empty(); }

// PRODUCT 10: a notice where the client can hear one, else what STOMP 1.2 demands.
void Session::refuse(const Refusal& refusal, const Origin& origin) {
    if (!hears_notices()) return fail(refusal, origin);
    notify(refusal, origin);
}

void Session::notify(const Refusal& refusal, const Origin& origin) {
    if (stage_ == Stage::kClosed) return;
    ++services_.counters.errors[refusal.code];
    const About about{origin.receipt, origin.destination, origin.subscription};
    routing::Message notice;
    notice.message_id = services_.ids.next();
    const auto listeners = listening_to("errors");
    for (ClientSubscription* const listener : listeners) {
        routing::Headers extra;
        if (AckLedger* const ledger = listener->ledger()) put_ack(*ledger, notice, extra);
        send(notice_frame(version_, refusal, about, notice.message_id, listener->id(), extra));
    }
    if (listeners.empty()) send(notice_frame(version_, refusal, about, notice.message_id, "errors"));
}

void Session::fail(const Refusal& refusal, const Origin& origin) {
    if (stage_ == Stage::kClosed) return;
    ++services_.counters.errors[refusal.code];
    ++services_.counters.frames_sent[admin::FrameOut::kError];
    ++services_.counters.closed[close_reason(refusal.code)];
    const std::string error =
        error_frame(version_, refusal, {origin.receipt, origin.destination, origin.subscription});
    leave(Leaving::kLost);
    transport_.close(net::wrap(transport_.wire(), error), {row(refusal.code).close_code, refusal.text});
}

void Session::end(ErrorCode code, const std::string& text) { fail({code, text, {}}, {}); }

void Session::go_away() {
    if (stage_ == Stage::kClosed) return;
    ++services_.counters.closed[admin::CloseReason::kDrain];
    leave();
    transport_.close({}, {1001, "the broker is stopping"});
}

void Session::on_slow() {
    fail({ErrorCode::kSlowConsumer,
          "more than limits.outgoing_bytes = " + std::to_string(services_.limits.outgoing_bytes) +
              " octets waited, or none was read for limits.outgoing_age, or those of all sessions "
              "together were more than limits.outgoing_total",
          {}},
         {});
}

void Session::on_violation(const net::Violation& violation) {
    if (violation.close_code != 1009) return fail({ErrorCode::kProtocolError, violation.text, {}}, {});
    const bool connecting = stage_ == Stage::kConnecting;
    const std::string_view key = connecting ? "limits.connect_bytes" : "limits.frame_bytes";
    const std::size_t limit = connecting ? services_.limits.connect_bytes : services_.limits.frame_bytes;
    const std::string size =
        violation.size > 0 ? std::to_string(violation.size) + " octets or more" : "more octets than are taken";
    fail({ErrorCode::kMessageTooLarge,
          "a message of " + size + ", and " + std::string(key) + " = " + std::to_string(limit), std::string(key)},
         {});
}

void Session::on_gone(Gone how) {
    if (stage_ == Stage::kClosed) return;
    ++services_.counters
          .closed[how == Gone::kBroken ? admin::CloseReason::kTransportError : admin::CloseReason::kClient];
    leave(how == Gone::kOurs ? Leaving::kOrderly : Leaving::kLost);
}

// After this nothing reaches the client but what is queued already.
// What consumers had counts as delivered in vain, if they were lost.
void Session::leave(Leaving how) {
    if (stage_ == Stage::kClosed) return;
    stage_ = Stage::kClosed;
    for (const auto& subscription : subscriptions_) take_leave(*subscription, how);
    services_.cursors.flush();
    services_.watermarks.flush();
    services_.counters.subscriptions -= subscriptions_.size();
    subscriptions_.clear();
    parts_.clear();
    transactions_.reset();
    if (proof_wanted_) std::erase(services_.wants_proof, this);
    if (!joined_) return;
    joined_ = false;
    --services_.counters.sessions;
    if (services_.users.leave(identity_.user)) tell_user(false);
}

// Who has no account neither comes nor goes.
void Session::tell_user(bool online) {
    if (!identity_.anonymous)
        services_.on_user({identity_, device_id_, client_type_, transport_.opening().peer, online});
}

}  // namespace causeway::session
