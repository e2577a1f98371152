// Subscriptions to logs: where they begin, what is read for them, what the client has got.
#include "broker/app/deliveries.hpp"
#include "broker/session/replies.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

namespace {

constexpr std::size_t kPageEntries = 200;
bool moves_cursor(const LogSubscription& subscription) {
    return subscription.resume().from == Resume::From::kDevice;
}

}  // namespace

// Registered first, read afterwards: what is committed in between arrives live and is kept back.
void Session::open_log(std::unique_ptr<LogSubscription> subscription) {
    const LogSubscription& opened = *subscription;
    keep(std::move(subscription));
    services_.store.read_log_state(
        opened.log(), opened.resume().from == Resume::From::kDevice ? device_id_ : std::string(),
        on_log<storage::LogState>(opened.serial(),
                                  [](Session& session, LogSubscription& of, storage::LogState state) {
                                      session.on_log_state(of, state);
                                  }));
}

// Carries the answer of a read to this shard, and there to the subscription if both still live.
template <typename Read, typename Then>
storage::OnRead<Read> Session::on_log(std::uint64_t serial, Then then) {
    return [&services = services_, post = services_.post, id = id_, serial,
            then](std::variant<Read, storage::ReadFailed> result) {
        post([&services, id, serial, then, result = std::move(result)]() mutable {
            Session* const session = services.find(id);
            LogSubscription* const subscription = session != nullptr ? session->find_log(serial) : nullptr;
            if (subscription == nullptr) return;
            if (auto* read = std::get_if<Read>(&result))
                return then(*session, *subscription, std::move(*read));
            session->on_read_failed(*subscription);
        });
    };
}

LogSubscription* Session::find_log(std::uint64_t serial) {
    for (const auto& subscription : subscriptions_)
        if (auto* const log = subscription->as_log(); log != nullptr && log->serial() == serial) return log;
    return nullptr;
}

void Session::on_read_failed(LogSubscription& subscription) {
    const Origin origin{subscription.receipt(), subscription.log_name(), subscription.id()};
    drop(subscription);
    refuse({ErrorCode::kSubscribeFailed, "the store cannot be read; subscribe again later", {}}, origin);
}

void Session::on_log_state(LogSubscription& subscription, const storage::LogState& state) {
    routing::Headers headers;
    const bool recovered = begin(subscription, state);
    if (subscription.resume().from != Resume::From::kLive)
        headers.emplace_back("recovered", recovered ? "true" : "false");
    headers.emplace_back("epoch", state.epoch);
    headers.emplace_back("first", std::to_string(value(state.first)));
    headers.emplace_back("last", std::to_string(value(state.last)));
    if (subscription.receipt())
        send_receipt(subscription.receipt(), headers);
    else
        subscription.first_headers = std::move(headers);
    pump(subscription);
}

// True when everything after the wished place will come.
bool Session::begin(LogSubscription& subscription, const storage::LogState& state) {
    const Resume& resume = subscription.resume();
    if (resume.from == Resume::From::kDevice && state.cursor) {
        subscription.begins_after(*state.cursor);
        subscription.feed().begin_replay(*state.cursor);
        return true;
    }
    const bool same_log = !resume.epoch || *resume.epoch == state.epoch;
    const bool replays = resume.after && same_log && *resume.after <= state.store_end;
    const Offset from = replays ? *resume.after : state.store_end;
    if (moves_cursor(subscription)) {  // a new device: from here on nothing may be missed
        subscription.begins_after(from);
        services_.cursors.move(identity_.user, device_id_, subscription.log_name(), from);
    }
    if (replays)
        subscription.feed().begin_replay(from);
    else
        subscription.feed().begin_live(from);
    return replays;
}

// Sends what is ready while the client takes it; reads on when nothing is.
void Session::pump(LogSubscription& subscription) {
    const std::size_t budget = services_.limits.outgoing_bytes / 2;
    while (transport_.queued() < budget) {
        if (const routing::MessagePtr message = subscription.feed().next()) {
            send_entry(subscription, message);
            continue;
        }
        if (const auto after = subscription.feed().wants_read()) read_more(subscription, *after);
        return;
    }
    transport_.tell_drained();
}

void Session::on_drained() {
    if (stage_ == Stage::kClosed) return;
    for (const auto& subscription : subscriptions_)
        if (auto* const log = subscription->as_log();
            log && log->feed().state() == LogFeed::State::kReplaying)
            pump(*log);
}

void Session::read_more(LogSubscription& subscription, Offset after) {
    services_.store.read_log(
        subscription.log(), after, kPageEntries,
        on_log<storage::LogPage>(subscription.serial(),
                                 [](Session& session, LogSubscription& of, storage::LogPage page) {
                                     session.on_log_page(of, std::move(page));
                                 }));
}

void Session::on_log_page(LogSubscription& subscription, storage::LogPage page) {
    std::vector<routing::MessagePtr> messages;
    messages.reserve(page.entries.size());
    for (const storage::LogEntry& entry : page.entries)
        if (auto message = replayed(subscription, entry)) messages.push_back(std::move(message));
    subscription.feed().on_page(std::move(messages), page.end);
    pump(subscription);
}

// A device does not get from its user queue what it sent itself: live that is the session's to skip.
routing::MessagePtr Session::replayed(const LogSubscription& subscription,
                                      const storage::LogEntry& entry) const {
    routing::MessagePtr message = app::message_from_entry(entry, subscription.destination());
    if (!message || !moves_cursor(subscription) ||
        subscription.log().kind != storage::Log::Kind::kPrivateMessages ||
        message->sender_id != identity_.user)
        return message;
    storage::Envelope envelope;
    if (!envelope.ParseFromString(entry.protobuf) || envelope.deviceid() != device_id_) return message;
    auto mine = std::make_shared<routing::Message>(*message);
    mine->skip = id_;
    return mine;
}

void Session::deliver_live(LogSubscription& subscription, const routing::MessagePtr& message) {
    if (!message->offset) return deliver(subscription, message);  // not of the log
    if (subscription.feed().on_live(message)) send_entry(subscription, message);
}

void Session::send_entry(LogSubscription& subscription, const routing::MessagePtr& message) {
    if (message->skip != id_) {
        count_delivery(admin::Source::kBroker);
        if (subscription.first_headers.empty())
            transport_.send(subscription.encoding().frame(message));
        else
            transport_.send(
                subscription.encoding().frame_with(*message, std::exchange(subscription.first_headers, {})));
    }
    if (!moves_cursor(subscription)) return;
    proof_.on_delivered();  // also of what was skipped, so that the cursor passes it
    want_proof();
}

void Session::want_proof() {
    if (proof_wanted_) return;
    proof_wanted_ = true;
    services_.wants_proof.push_back(this);
}

void Session::on_turn_end() {
    proof_wanted_ = false;
    if (stage_ != Stage::kConnected) return;
    if (const auto token = proof_.ping_due(now())) {
        for (const auto& subscription : subscriptions_)
            if (auto* const log = subscription->as_log()) log->on_pinged();
        transport_.ping(*token);
    } else if (proof_.due()) {
        set_deadline();
    }
}

void Session::on_pong(std::uint32_t token) {
    last_in_ = now();
    pinged_for_life_.reset();
    if (stage_ == Stage::kClosed || !proof_.on_pong(token)) return;
    for (const auto& subscription : subscriptions_)
        if (auto* const log = subscription->as_log(); log != nullptr && moves_cursor(*log))
            if (const auto to = log->on_proven())
                services_.cursors.move(identity_.user, device_id_, log->log_name(), *to);
    if (proof_.due()) want_proof();
}

void ClientSubscription::deliver(const routing::MessagePtr& message) { session_.deliver(*this, message); }
void LogSubscription::deliver(const routing::MessagePtr& message) { session().deliver_live(*this, message); }

void Session::deliver(ClientSubscription& subscription, const routing::MessagePtr& message) {
    if (message->skip == id_) return;
    if (subscription.is_pattern() && !may_receive(message->destination)) return;
    count_delivery(message->content->protobuf().empty() ? admin::Source::kStomp : admin::Source::kBroker);
    transport_.send(subscription.encoding().frame(message));
}

void Session::count_delivery(admin::Source source) {
    ++delivered_;
    ++services_.counters.frames_sent[admin::FrameOut::kMessage];
    ++services_.counters.messages_delivered[source];
}

}  // namespace causeway::session
