// What happens because time passes: heart-beats, silence, tokens that expire.
#include <algorithm>

#include "broker/session/replies.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

namespace {

constexpr Milliseconds kLongest{24 * 3600 * 1000};  // between two looks at what may be due

constexpr std::uint32_t kLifePing = 0xffffffff;  // never a token of ProofOfReceipt in practice

Milliseconds silence_before_ping(const SessionLimits& limits, Milliseconds agreed) {
    const Milliseconds base = agreed.count() > 0 ? agreed : limits.heart_beat;
    const auto tolerated = std::chrono::duration_cast<Milliseconds>(base * limits.heart_beat_tolerance);
    return std::max(tolerated, limits.heart_beat_floor);
}

}  // namespace

void Session::on_deadline(Monotonic at) {
    if (stage_ == Stage::kConnecting) {
        ++services_.counters.rejected[admin::RejectReason::kTimeout];
        return fail({ErrorCode::kConnectTimeout,
                     "no CONNECT within limits.connect_timeout = " +
                         std::to_string(services_.limits.connect_timeout.count()) + " ms",
                     {}},
                    {});
    }
    if (stage_ != Stage::kConnected) return;
    beat(at);
    check_life(at);
    check_expiry();
    expire_transactions(at);
    if (proof_.due()) want_proof();
    set_deadline();
}

// Looked at twice in each interval, so that the gap between two writes is never longer than it.
void Session::beat(Monotonic at) {
    if (at < next_beat_) return;
    next_beat_ = at + beat_every_ / 2;
    const std::uint64_t written = transport_.written();
    const bool silent = written == written_at_beat_ && transport_.queued() == 0;
    written_at_beat_ = written;
    if (!silent) return;
    ++services_.counters.frames_sent[admin::FrameOut::kHeartbeat];
    send("\n");
}

// Where no ping can ask, only a promise of heart-beats makes silence mean anything; without one the kernel
// looks after the connection.
Monotonic Session::silence_ends() const {
    const bool promised = silence_allowed_.count() > 0;
    if (!promised && !transport_.answers_pings()) return Monotonic::max();
    return last_in_ + silence_before_ping(services_.limits, silence_allowed_);
}

// Browsers slow the timers of hidden tabs down but answer WebSocket pings: so those have the last word.
void Session::check_life(Monotonic at) {
    if (pinged_for_life_) {
        if (at - *pinged_for_life_ < services_.limits.ping_timeout) return;
        return fail(
            {ErrorCode::kHeartbeatTimeout, "nothing was heard from you, nor did you answer a ping", {}}, {});
    }
    if (at < silence_ends()) return;
    if (!transport_.answers_pings())
        return fail({ErrorCode::kHeartbeatTimeout, "nothing was heard from you", {}}, {});
    pinged_for_life_ = at;
    transport_.ping(kLifePing);
}

void Session::check_expiry() {
    if (stage_ != Stage::kConnected || !identity_.expires_at) return;
    const Milliseconds left(to_ms(*identity_.expires_at) - to_ms(services_.clock.wall()));
    if (left <= -services_.limits.expiry_grace)
        return fail({ErrorCode::kTokenExpired, "your token has expired; connect with a new one", {}}, {});
    if (left > services_.limits.expiry_warning || expiry_warned_) return;
    expiry_warned_ = true;
    if (hears_notices())
        notify({ErrorCode::kTokenExpired, "your token expires soon; SEND a new one to /app/auth", {}}, {});
}

void Session::set_deadline() {
    if (stage_ != Stage::kConnected) return;
    Monotonic due = next_beat_;
    due =
        std::min(due, pinged_for_life_ ? *pinged_for_life_ + services_.limits.ping_timeout : silence_ends());
    if (const auto proof = proof_.due()) due = std::min(due, *proof);
    if (const auto transaction = transactions_ ? transactions_->due() : std::nullopt)
        due = std::min(due, *transaction);
    if (identity_.expires_at) {
        const Milliseconds left(to_ms(*identity_.expires_at) - to_ms(services_.clock.wall()));
        const Milliseconds until =
            expiry_warned_ ? left + services_.limits.expiry_grace : left - services_.limits.expiry_warning;
        due = std::min(due, now() + std::clamp(until, Milliseconds(0), Milliseconds(24 * 3600 * 1000)));
    }
    transport_.set_deadline(std::min(due, now() + kLongest));
}

}  // namespace causeway::session
