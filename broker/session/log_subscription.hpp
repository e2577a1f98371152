// A client's subscription to a log: it sees each entry once, in order, from where the client left off
// (LogFeed), and knows what of it the device has got.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "broker/session/client_subscription.hpp"
#include "broker/session/log_feed.hpp"
#include "broker/session/log_place.hpp"
#include "broker/session/resume.hpp"

namespace causeway::session {

// What a SUBSCRIBE to a log said.
struct LogWish {
    LogPlace place;
    Resume resume;
    std::optional<std::string> receipt;
    std::optional<AckLedger> ledger;  // nothing with ack:auto
};

class LogSubscription final : public ClientSubscription {
public:
    // `serial` tells this one from an earlier one with the same id, when an answer comes late.
    LogSubscription(Session& session, std::shared_ptr<Encoding> encoding, std::string destination,
                    std::uint64_t serial, LogWish wish)
        : ClientSubscription(session, std::move(encoding), std::move(destination), false),
          serial_(serial),
          wish_(std::move(wish)) {}

    void deliver(const routing::MessagePtr& message) override;

    [[nodiscard]] LogSubscription* as_log() override { return this; }
    [[nodiscard]] AckLedger* ledger() override { return wish_.ledger ? &*wish_.ledger : nullptr; }

    [[nodiscard]] std::uint64_t serial() const { return serial_; }
    [[nodiscard]] const LogPlace& place() const { return wish_.place; }
    [[nodiscard]] const storage::Log& log() const { return wish_.place.log; }
    [[nodiscard]] const Resume& resume() const { return wish_.resume; }
    [[nodiscard]] const std::optional<std::string>& receipt() const { return wish_.receipt; }
    [[nodiscard]] LogFeed& feed() { return feed_; }
    // It was sent everything up to here.
    [[nodiscard]] Offset delivered() const { return feed_.delivered(); }
    // The device's cursor is kept for this one.
    [[nodiscard]] bool has_cursor() const { return wish_.resume.from == Resume::From::kDevice; }

    // The device has no place in the log, as `state` says: true if the store is to be asked to remember the
    // one where it would begin, which stays the one of the first call. False: it was asked often enough.
    [[nodiscard]] bool tries_first_place(const storage::LogState& state) {
        if (!unplaced_) unplaced_ = state;
        return tries_to_place_++ < kTries;
    }
    // Nothing, if the device had a place.
    [[nodiscard]] std::optional<Beginning> first_place() const {
        return unplaced_ ? std::optional(beginning_of(wish_.resume, *unplaced_)) : std::nullopt;
    }
    // What a SUBSCRIBE is told of: the log as it was when the device took its first place, if that was here
    // and the device has not come further; otherwise `now`.
    [[nodiscard]] const storage::LogState& as_it_began(const storage::LogState& now) const {
        return unplaced_ && (!now.cursor || *now.cursor == first_place()->after) ? *unplaced_ : now;
    }

    // The store refused to write that a session of the device receives this log: true if it is to be asked
    // again. False: it was asked often enough.
    [[nodiscard]] bool tries_to_be_counted() { return tries_to_count_++ < kTries; }
    // What of the log the device may have been sent before. Whoever asks uncounted cannot tell another
    // session from none.
    [[nodiscard]] Offset written_by(const storage::LogState& state) const {
        return tries_to_count_ > kTries ? state.store_end : state.written;
    }

    // The device is known to have everything up to `cursor`, and was sent everything up to `written`.
    void begins_after(Offset cursor, Offset written) {
        cursor_ = cursor;
        written_ = written;
        if (wish_.ledger) wish_.ledger->on_passed(cursor);
    }
    // The same, where no cursor is kept.
    void begins_without_cursor(Offset offset) {
        if (wish_.ledger) wish_.ledger->on_passed(offset);
    }
    // The client is told that entries up to `floor` may be gone.
    void knows_floor(Offset floor) { known_floor_ = std::max(known_floor_, floor); }
    // What was to be sent next has been dropped in part, and the client does not know.
    [[nodiscard]] bool has_gap(Offset floor) const {
        return floor > feed_.delivered() && floor > known_floor_;
    }
    [[nodiscard]] bool is_repeat(Offset offset) const { return offset <= written_; }
    // The store is told that a session of the device receives this log.
    void on_counted() { counted_ = true; }
    [[nodiscard]] bool counted() const { return counted_; }

    // A ping follows all that was delivered; its pong proves that it arrived.
    void on_pinged() { pinged_ = feed_.delivered(); }
    // How far the device's cursor moves now; nothing if it is there already.
    [[nodiscard]] std::optional<Offset> on_proven() { return moves_to(pinged_); }
    [[nodiscard]] std::optional<Offset> on_acknowledged() { return moves_to(wish_.ledger->prefix()); }

    // Of the next MESSAGE: what no receipt could carry, or a gap before it.
    routing::Headers next_headers;

private:
    std::optional<Offset> moves_to(Offset offset) {
        if (offset <= cursor_) return std::nullopt;
        return cursor_ = offset;
    }

    // A store that refuses to write does not keep live messages from anybody.
    static constexpr int kTries = 3;

    const std::uint64_t serial_;
    LogWish wish_;
    LogFeed feed_;
    Offset pinged_{0};
    Offset cursor_{0};
    Offset written_{0};
    Offset known_floor_{0};
    bool counted_ = false;
    int tries_to_place_ = 0;
    int tries_to_count_ = 0;
    std::optional<storage::LogState> unplaced_;  // what was read of the log before its device had a place
};

}  // namespace causeway::session
