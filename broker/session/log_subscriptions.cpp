#include "broker/session/log_subscriptions.hpp"

#include <algorithm>
#include <utility>

#include "broker/app/deliveries.hpp"
#include "broker/routing/topic_history.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

namespace {

constexpr std::size_t kPageEntries = 200;

// What no proof of receipt may move: with acknowledgements these alone do.
bool moves_by_proof(LogSubscription& subscription) {
    return subscription.has_cursor() && subscription.ledger() == nullptr;
}

}  // namespace

// Carries the answer of a read to this shard, and there to the subscription if both still live.
template <typename Read, typename Then>
storage::OnRead<Read> LogSubscriptions::on_read(const LogSubscription& of, Then then) {
    return [&services = session_.services_, post = session_.services_.post, id = session_.id_,
            serial = of.serial(), then](std::variant<Read, storage::ReadFailed> result) {
        post([&services, id, serial, then, result = std::move(result)]() mutable {
            Session* const session = services.find(id);
            if (session == nullptr) return;
            if (LogSubscription* const found = session->logs_.find(serial)) {
                if (auto* read = std::get_if<Read>(&result))
                    then(session->logs_, *found, std::move(*read));
                else
                    session->logs_.on_read_failed(*found);
            }
            session->logs_.read_frame_if_begun();
        });
    };
}

LogSubscription* LogSubscriptions::find(std::uint64_t serial) {
    for (const auto& subscription : session_.subscriptions_)
        if (auto* const log = subscription->as_log(); log != nullptr && log->serial() == serial) return log;
    return nullptr;
}

bool LogSubscriptions::is_opening() const {
    return std::any_of(session_.subscriptions_.begin(), session_.subscriptions_.end(),
                       [](const auto& subscription) {
                           auto* const log = subscription->as_log();
                           return log != nullptr && log->feed().state() == LogFeed::State::kOpening;
                       });
}

bool LogSubscriptions::hold_frame() {
    if (!is_opening()) return false;
    frame_waits_ = true;
    session_.hold_frame();
    return true;
}

void LogSubscriptions::read_frame_if_begun() {
    if (!frame_waits_ || session_.stage_ == Session::Stage::kClosed || is_opening()) return;
    frame_waits_ = false;
    session_.read_on();
}

template <typename Do>
void LogSubscriptions::for_each(Do&& what) {
    for (const auto& subscription : session_.subscriptions_)
        if (auto* const log = subscription->as_log()) what(*log);
}

Cursors::Key LogSubscriptions::key_of(const LogSubscription& subscription) const {
    return {session_.identity_.user, session_.device_id_, subscription.place().name};
}

void LogSubscriptions::open(LogSubscription& subscription) {
    if (subscription.place().in_memory()) return open_in_memory(subscription);
    if (!subscription.has_cursor()) return read_state(subscription);
    // Before anything is sent: should the broker crash, the store knows that something may have been.
    session_.services_.cursors.begin(key_of(subscription));
    subscription.on_counted();
    read_state_behind_moves(subscription);
}

// A device's cursor is read after everything that any shard has handed over about it, so that what a session
// proved before it ended does not come again.
void LogSubscriptions::read_state_behind_moves(const LogSubscription& subscription) {
    session_.services_.cursors.flush_and(
        [&services = session_.services_, id = session_.id_, serial = subscription.serial()](bool written) {
            Session* const session = services.find(id);
            if (session == nullptr) return;
            LogSubscriptions& logs = session->logs_;
            LogSubscription* const found = logs.find(serial);
            if (found == nullptr) return logs.read_frame_if_begun();
            if (written || !found->tries_to_be_counted()) return logs.read_state(*found);
            logs.read_state_behind_moves(*found);
        });
}

void LogSubscriptions::read_state(const LogSubscription& subscription) {
    session_.services_.store.read_log_state(
        subscription.log(), subscription.has_cursor() ? session_.device_id_ : std::string(),
        on_read<storage::LogState>(subscription, [](LogSubscriptions& logs, LogSubscription& of,
                                                    storage::LogState state) { logs.on_state(of, state); }));
}

void LogSubscriptions::open_in_memory(LogSubscription& subscription) {
    const routing::HistoryRule& rule = *subscription.place().rule;
    const auto history = session_.services_.router.histories().state(rule, subscription.destination());
    const storage::LogState state{.epoch = std::string(history.epoch),
                                  .first = history.first,
                                  .last = history.last,
                                  .store_end = history.end,
                                  .floor = history.floor,
                                  .cursor = std::nullopt};
    if (subscription.resume().from != Resume::From::kLive || rule.replay == 0)
        return begin(subscription, state);
    subscription.begins_without_cursor(history.replay_after);
    subscription.feed().begin_replay(history.replay_after);
    tell(subscription, state, false);
    pump(subscription);
}

void LogSubscriptions::on_state(LogSubscription& subscription, const storage::LogState& state) {
    if (!begin_at_newest(subscription, state) && !take_first_place(subscription, state))
        begin(subscription, state);
}

// A device that was never here is answered when the store knows where it begins: from then on it may miss
// nothing, not even after a crash. Of several that come at once the place of one is that of all.
bool LogSubscriptions::take_first_place(LogSubscription& subscription, const storage::LogState& state) {
    if (!subscription.has_cursor() || state.cursor) return false;
    if (!subscription.tries_first_place(state)) return false;
    session_.services_.cursors.place(key_of(subscription), subscription.first_place()->after);
    read_state_behind_moves(subscription);
    return true;
}

// A stored history begins with its newest, as its rule says, unless the client knows better.
bool LogSubscriptions::begin_at_newest(LogSubscription& subscription, const storage::LogState& state) {
    const routing::HistoryRule* const rule = subscription.place().rule;
    if (rule == nullptr || rule->replay == 0 || subscription.resume().from != Resume::From::kLive)
        return false;
    storage::HistoryQuery newest;
    newest.destination = subscription.destination();
    newest.limit = rule->replay;
    session_.services_.store.read_history(
        std::move(newest),
        on_read<storage::HistoryPage>(
            subscription, [state](LogSubscriptions& logs, LogSubscription& of, storage::HistoryPage page) {
                const Offset after =
                    page.entries.empty() ? state.store_end : Offset{value(page.entries.front().offset) - 1};
                of.begins_without_cursor(after);
                of.feed().begin_replay(after);
                logs.tell(of, state, false);
                logs.pump(of);
            }));
    return true;
}

void LogSubscriptions::begin(LogSubscription& subscription, const storage::LogState& now) {
    const storage::LogState& state = subscription.as_it_began(now);
    const Beginning beginning = beginning_of(subscription.resume(), state);
    if (subscription.has_cursor())
        subscription.begins_after(beginning.after, subscription.written_by(now));
    else
        subscription.begins_without_cursor(beginning.after);
    if (beginning.replays)
        subscription.feed().begin_replay(beginning.after);
    else
        subscription.feed().begin_live(beginning.after);
    tell(subscription, state, beginning.recovered);
    pump(subscription);
}

void LogSubscriptions::tell(LogSubscription& subscription, const storage::LogState& state, bool recovered) {
    routing::Headers headers;
    if (subscription.resume().from != Resume::From::kLive)
        headers.emplace_back("recovered", recovered ? "true" : "false");
    headers.emplace_back("epoch", state.epoch);
    headers.emplace_back("first", std::to_string(value(state.first)));
    headers.emplace_back("last", std::to_string(value(state.last)));
    subscription.knows_floor(state.floor);
    if (subscription.receipt())
        session_.send_receipt(subscription.receipt(), headers);
    else
        subscription.next_headers = std::move(headers);
}

// Retention or the log's bounds were faster than the client.
void LogSubscriptions::tell_gap(LogSubscription& subscription, Offset floor) {
    if (!subscription.has_gap(floor)) return;
    subscription.knows_floor(floor);
    routing::Headers& headers = subscription.next_headers;
    std::erase_if(headers, [](const auto& header) { return header.first == "recovered"; });
    headers.emplace_back("recovered", "false");
}

void LogSubscriptions::on_read_failed(LogSubscription& subscription) {
    const Origin origin{subscription.receipt(), subscription.place().name, subscription.id()};
    session_.end_subscription(subscription);
    session_.refuse({ErrorCode::kSubscribeFailed, "the store cannot be read; subscribe again later", {}},
                    origin);
}

void LogSubscriptions::pump(LogSubscription& subscription) {
    const std::size_t budget = session_.services_.limits.outgoing_bytes / 2;
    while (session_.transport_.queued() < budget) {
        if (AckLedger* const ledger = subscription.ledger(); ledger && ledger->full())
            return;  // an ACK goes on
        if (const routing::MessagePtr message = subscription.feed().next()) {
            send(subscription, message);
            continue;
        }
        const auto after = subscription.feed().wants_read();
        if (!after) return;
        if (!subscription.place().in_memory()) return read_on(subscription, *after);
        auto page =
            session_.services_.router.histories().read(subscription.destination(), *after, kPageEntries);
        tell_gap(subscription, page.floor);
        subscription.feed().on_page(std::move(page.messages), page.end);
    }
    session_.transport_.tell_drained();
}

void LogSubscriptions::on_drained() {
    for_each([this](LogSubscription& log) {
        if (log.feed().state() == LogFeed::State::kReplaying) pump(log);
    });
}

void LogSubscriptions::read_on(LogSubscription& subscription, Offset after) {
    session_.services_.store.read_log(
        subscription.log(), after, kPageEntries,
        on_read<storage::LogPage>(subscription,
                                  [](LogSubscriptions& logs, LogSubscription& of, storage::LogPage page) {
                                      logs.on_page(of, std::move(page));
                                  }));
}

void LogSubscriptions::on_page(LogSubscription& subscription, storage::LogPage page) {
    tell_gap(subscription, page.floor);
    std::vector<routing::MessagePtr> messages;
    messages.reserve(page.entries.size());
    for (const storage::LogEntry& entry : page.entries)
        if (auto message = replayed(subscription, entry, page.of_room))
            messages.push_back(std::move(message));
    subscription.feed().on_page(std::move(messages), page.end);
    pump(subscription);
}

routing::MessagePtr LogSubscriptions::replayed(const LogSubscription& subscription,
                                               const storage::LogEntry& entry, bool of_room) const {
    const auto message = app::message_from_entry(entry, subscription.destination());
    if (!message) return nullptr;
    if (of_room) message->tracks_delivery = false;
    if (is_own(subscription, entry, *message)) message->skip = session_.id_;
    return message;
}

// A device does not get from its user queues what it sent itself: live that is the session's to skip.
bool LogSubscriptions::is_own(const LogSubscription& subscription, const storage::LogEntry& entry,
                              const routing::Message& message) const {
    if (!subscription.has_cursor() || !subscription.place().is_user_queue() ||
        message.sender_id != session_.identity_.user)
        return false;
    storage::Envelope envelope;
    return envelope.ParseFromString(entry.protobuf) && envelope.deviceid() == session_.device_id_;
}

void LogSubscriptions::deliver(LogSubscription& subscription, const routing::MessagePtr& message) {
    AckLedger* const ledger = subscription.ledger();
    if (!message->offset) {  // not of the log
        if (ledger != nullptr) return session_.deliver_acked(subscription, message);
        return session_.deliver(subscription, message);
    }
    LogFeed& feed = subscription.feed();
    if (ledger != nullptr && ledger->full() && feed.state() == LogFeed::State::kLive) feed.fall_back();
    if (feed.on_live(message)) send(subscription, message);
}

void LogSubscriptions::send(LogSubscription& subscription, const routing::MessagePtr& message) {
    AckLedger* const ledger = subscription.ledger();
    if (message->skip == session_.id_) {
        if (ledger != nullptr) ledger->on_passed(*message->offset);
    } else {
        routing::Headers extra = std::exchange(subscription.next_headers, {});
        if (subscription.is_repeat(*message->offset)) extra.emplace_back("redelivered", "true");
        if (ledger != nullptr) session_.put_ack(*ledger, *message, extra);
        session_.send_message(subscription, message, extra);
        mark(*message);
    }
    if (!moves_by_proof(subscription)) return;
    session_.proof_.on_delivered();  // also of what was skipped, so that the cursor passes it
    session_.want_proof();
}

// Its sender is told once it is proven that it arrived.
void LogSubscriptions::mark(const routing::Message& message) {
    if (!message.tracks_delivery || !message.sequence || message.sender_id == session_.identity_.user) return;
    marks_.on_delivered(message.conversation, *message.sequence);
    session_.proof_.on_delivered();
    session_.want_proof();
}

void LogSubscriptions::on_pinged() {
    marks_.on_pinged();
    for_each([](LogSubscription& log) { log.on_pinged(); });
}

void LogSubscriptions::on_pong() {
    Services& services = session_.services_;
    for (const auto& [conversation, sequence] : marks_.take_proven())
        services.watermarks.delivered(session_.identity_.user, conversation, sequence);
    for_each([&](LogSubscription& log) {
        if (!moves_by_proof(log)) return;
        if (const auto to = log.on_proven()) services.cursors.move(key_of(log), *to);
    });
}

// What is acknowledged has been received.
void LogSubscriptions::on_settled(LogSubscription& subscription, AckLedger::Answer answer,
                                  const std::vector<AckLedger::Delivery>& deliveries) {
    Services& services = session_.services_;
    if (answer == AckLedger::Answer::kAck)
        for (const AckLedger::Delivery& delivery : deliveries)
            if (!delivery.conversation.empty())
                services.watermarks.delivered(session_.identity_.user, delivery.conversation,
                                              delivery.sequence);
    if (subscription.has_cursor())
        if (const auto to = subscription.on_acknowledged()) services.cursors.move(key_of(subscription), *to);
    if (subscription.feed().state() == LogFeed::State::kReplaying) pump(subscription);
}

void LogSubscriptions::add_parts(const LogSubscription& subscription, const AckLedger& ledger,
                                 std::vector<storage::Part>& parts) const {
    if (!subscription.has_cursor() || value(ledger.prefix()) == 0) return;
    const Cursors::Key key = key_of(subscription);
    parts.emplace_back(storage::MoveCursors{{{key.user, key.device, key.log, ledger.prefix()}}});
}

void LogSubscriptions::on_end(const LogSubscription& subscription) {
    if (!subscription.counted()) return;
    session_.services_.cursors.end(key_of(subscription), subscription.delivered());
}

}  // namespace causeway::session
