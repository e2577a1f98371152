// What a session does for its subscriptions to logs: where they begin, what is read for them, what is
// sent, and what the device has got of it. A part of Session with files of its own: Session owns the
// subscriptions and is told what to drop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "broker/session/cursors.hpp"
#include "broker/session/delivery_marks.hpp"
#include "broker/session/log_subscription.hpp"

namespace causeway::session {

class LogSubscriptions {
public:
    // A part of `session`.
    explicit LogSubscriptions(Session& session) : session_(session) {}
    LogSubscriptions(const LogSubscriptions&) = delete;
    LogSubscriptions& operator=(const LogSubscriptions&) = delete;

    // The subscription has just been registered: from now on live messages are kept back, so that nothing
    // is missed while it is read where its log stands. Answers the SUBSCRIBE, sooner or later.
    void open(LogSubscription& subscription);
    // A message came live.
    void deliver(LogSubscription& subscription, const routing::MessagePtr& message);
    // Sends what is ready while the client takes it; reads on when nothing is.
    void pump(LogSubscription& subscription);
    void on_drained();
    // A ping follows all that was sent so far; its pong has come.
    void on_pinged();
    void on_pong();
    // The client acknowledged (or refused) what its ledger says.
    void on_settled(LogSubscription& subscription, AckLedger::Answer answer,
                    const std::vector<AckLedger::Delivery>& deliveries);
    // What the store has to write if the subscription's ledger is to be this one.
    void add_parts(const LogSubscription& subscription, const AckLedger& ledger,
                   std::vector<storage::Part>& parts) const;
    // While the place of any of them is being looked up, the frame at hand goes back to the decoder until it
    // is found: true. For what the store will keep, so that it comes behind the SUBSCRIBEs before it.
    [[nodiscard]] bool hold_frame();
    // The subscription ends.
    void on_end(const LogSubscription& subscription);

private:
    template <typename Read, typename Then>
    storage::OnRead<Read> on_read(const LogSubscription& subscription, Then then);
    [[nodiscard]] LogSubscription* find(std::uint64_t serial);
    [[nodiscard]] bool is_opening() const;
    void read_frame_if_begun();
    template <typename Do>
    void for_each(Do&& what);

    void read_state(const LogSubscription& subscription);
    void read_state_behind_moves(const LogSubscription& subscription);
    void open_in_memory(LogSubscription& subscription);
    void on_state(LogSubscription& subscription, const storage::LogState& state);
    bool take_first_place(LogSubscription& subscription, const storage::LogState& state);
    void begin(LogSubscription& subscription, const storage::LogState& state);
    bool begin_at_newest(LogSubscription& subscription, const storage::LogState& state);
    void tell(LogSubscription& subscription, const storage::LogState& state, bool recovered);
    void tell_gap(LogSubscription& subscription, Offset floor);
    void on_read_failed(LogSubscription& subscription);
    void read_on(LogSubscription& subscription, Offset after);
    void on_page(LogSubscription& subscription, storage::LogPage page);
    [[nodiscard]] routing::MessagePtr replayed(const LogSubscription& subscription,
                                               const storage::LogEntry& entry, bool of_room) const;
    [[nodiscard]] bool is_own(const LogSubscription& subscription, const storage::LogEntry& entry,
                              const routing::Message& message) const;
    void send(LogSubscription& subscription, const routing::MessagePtr& message);
    void mark(const routing::Message& message);
    [[nodiscard]] Cursors::Key key_of(const LogSubscription& subscription) const;

    Session& session_;
    DeliveryMarks marks_;
    bool frame_waits_ = false;
};

}  // namespace causeway::session
