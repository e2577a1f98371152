// Commands to /app, and the answers to them: at once, later, or in parts.
#include "broker/routing/destination.hpp"
#include "broker/routing/pattern.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

namespace {

bool covers(const ClientSubscription& subscription, std::string_view destination) {
    if (!subscription.is_pattern()) return subscription.destination() == destination;
    constexpr routing::DestinationLimits kWasAccepted{SIZE_MAX, SIZE_MAX};
    const auto pattern = routing::Pattern::parse(subscription.destination(), kWasAccepted);
    return std::holds_alternative<routing::Pattern>(pattern) &&
           std::get<routing::Pattern>(pattern).matches(destination);
}

}  // namespace

void Session::on_command(const stomp::Frame& frame, std::string_view command) {
    run_command(frame, command, {origin_of(frame), std::nullopt});
}

// A SUBSCRIBE that is answered once is the command without a body.
void Session::ask_once(const stomp::Frame& frame, std::string_view command, const Origin& origin, Form form) {
    run_command(frame, command, {origin, form});
}

void Session::run_command(const stomp::Frame& frame, std::string_view command, Ask ask) {
    if (const auto hindrance = hindrance_to_command(frame)) {
        if (hindrance->refusal) refuse(*hindrance->refusal, ask.origin);
        return;
    }
    ++commands_running_;
    services_.commands.run({identity_, device_id_, id_, client_type_}, command, frame.body(),
                           frame.header("content-type").value_or(""), answer_to(std::move(ask)));
}

// Nothing: it may be run, and counts as received.
std::optional<NotRead> Session::hindrance_to_command(const stomp::Frame& frame) {
    const identity::Verdict verdict = ask(identity::Action::kSend, frame.header("destination").value_or(""));
    if (verdict == identity::Verdict::kNeedsMembership) return memberships_first(frame);
    if (verdict == identity::Verdict::kDeny) {
        ++services_.counters.acl_denied[admin::AclAction::kSend];
        return Refusal{ErrorCode::kPermissionDenied, "no rule lets you SEND to this destination",
                       "destination"};
    }
    if (!command_rate_.admit(now())) {
        ++services_.counters.rate_limited[admin::RateScope::kSession];
        return Refusal{
            ErrorCode::kRateLimited, "more commands than limits.send_per_second allows; slow down", {}};
    }
    ++sent_;
    ++services_.counters.messages_received[admin::Source::kStomp];
    return std::nullopt;
}

Read<app::PreparedCommand> Session::prepare_command(const stomp::Frame& frame, std::string_view command) {
    if (auto hindrance = hindrance_to_command(frame)) return *std::move(hindrance);
    auto prepared = services_.commands.prepare({identity_, device_id_, id_, client_type_}, command,
                                               frame.body(), frame.header("content-type").value_or(""));
    if (auto* const refusal = std::get_if<Refusal>(&prepared)) return std::move(*refusal);
    return std::get<app::PreparedCommand>(std::move(prepared));
}

// The answer may come after this session has gone, so it is found again by its id.
app::OnOutcome Session::answer_to(Ask ask) {
    return [&services = services_, id = id_, ask = std::move(ask)](app::Outcome outcome) {
        if (Session* const session = services.find(id)) session->on_outcome(std::move(outcome), ask);
    };
}

void Session::on_outcome(app::Outcome outcome, Ask ask) {
    if (auto* const done = std::get_if<app::Done>(&outcome)) {
        on_done(std::move(*done), std::move(ask));
    } else {
        --commands_running_;
        refuse(std::get<Refusal>(outcome), ask.origin);
    }
    if (stage_ == Stage::kDisconnecting && commands_running_ == 0) finish_disconnect();
}

void Session::on_done(app::Done done, Ask ask) {
    if (stage_ == Stage::kClosed) {
        --commands_running_;
        return;
    }
    if (done.identity) {
        identity_ = std::move(*done.identity);
        expiry_warned_ = false;
        set_deadline();
        recheck(Whose::kAnothers);
    }
    // A SUBSCRIBE's RECEIPT comes before its MESSAGEs, a SEND's when all is done.
    if (ask.subscribes) send_receipt(std::exchange(ask.origin.receipt, std::nullopt), done.receipt_headers);
    if (done.reply && ask.subscribes)
        reply_to_subscribe(*done.reply, ask);
    else if (done.reply)
        reply(*done.reply);
    if (done.next) {
        parts_.push_back({std::move(done.next), std::move(ask)});
        return run_parts();
    }
    --commands_running_;
    send_receipt(ask.origin.receipt, done.receipt_headers);
}

// One part after the other, as the client takes them.
void Session::run_parts() {
    if (running_parts_) return;
    running_parts_ = true;
    while (!parts_.empty() && transport_.queued() < services_.limits.outgoing_bytes / 2) {
        AnswerPart part = std::move(parts_.front());
        parts_.erase(parts_.begin());
        part.next(answer_to(std::move(part.ask)));
    }
    running_parts_ = false;
    if (!parts_.empty()) transport_.tell_drained();
}

// The subscriptions of this session that /user/queue/{user_queue} reaches.
std::vector<ClientSubscription*> Session::listening_to(std::string_view user_queue) const {
    std::vector<ClientSubscription*> listening;
    const std::string routed = routing::user_destination(identity_.user, user_queue);
    for (const auto& subscription : subscriptions_)
        if (covers(*subscription, routed)) listening.push_back(subscription.get());
    return listening;
}

// To this session alone.
void Session::reply(const routing::Message& message) {
    const std::string_view queue = std::string_view(message.destination).substr(sizeof "/user/queue");
    const auto routed = std::make_shared<routing::Message>(message);
    routed->destination = routing::user_destination(identity_.user, queue);
    for (ClientSubscription* const subscription : listening_to(queue)) {
        routing::Headers extra;
        if (AckLedger* const ledger = subscription->ledger()) put_ack(*ledger, *routed, extra);
        transport_.send(subscription->encoding().frame_with(*routed, extra));
    }
}

// To the SUBSCRIBE that asked, under the name it asked for; nothing is kept, so an UNSUBSCRIBE finds nothing.
void Session::reply_to_subscribe(const routing::Message& message, const Ask& ask) {
    routing::Message named = message;
    named.destination = ask.origin.destination;
    const auto encoding =
        services_.encodings.get({version_, transport_.wire(), *ask.subscribes, ask.origin.subscription});
    if (!ended_.has(ask.origin.subscription))
        ended_.add(ask.origin.subscription, EndedSubscriptions::By::kBroker);
    transport_.send(encoding->frame_with(named, {}));
}

}  // namespace causeway::session
