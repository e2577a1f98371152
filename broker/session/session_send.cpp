// SEND and DISCONNECT.
#include <algorithm>
#include <array>

#include "broker/routing/destination.hpp"
#include "broker/routing/pattern.hpp"
#include "broker/session/replies.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

namespace {

// What a sender may not say in the server's name, and what is between him and us only.
bool is_reserved(std::string_view header) {
    static constexpr std::array<std::string_view, 21> kReserved{
        "Authorization", "ack",        "code",        "content-length", "content-type", "destination",
        "epoch",         "message-id", "number",      "offset",         "passcode",     "receipt",
        "receipt-id",    "recovered",  "redelivered", "sender-id",      "sequence",     "subscription",
        "timestamp",     "token",      "transaction"};
    return std::binary_search(kReserved.begin(), kReserved.end(), header) || header.starts_with("user-") ||
           header == "ws-code";
}

bool covers(const ClientSubscription& subscription, std::string_view destination) {
    if (!subscription.is_pattern()) return subscription.destination() == destination;
    constexpr routing::DestinationLimits kWasAccepted{SIZE_MAX, SIZE_MAX};
    const auto pattern = routing::Pattern::parse(subscription.destination(), kWasAccepted);
    return std::holds_alternative<routing::Pattern>(pattern) &&
           std::get<routing::Pattern>(pattern).matches(destination);
}

}  // namespace

void Session::on_send(const stomp::Frame& frame) {
    const auto text = frame.header("destination");
    if (!text)
        return fail({ErrorCode::kProtocolError, "SEND without destination", "destination"}, origin_of(frame));
    const auto parsed = routing::parse_destination(*text, services_.destination_limits);
    if (const auto* fault = std::get_if<std::string>(&parsed))
        return refuse({ErrorCode::kMessageInvalid, "destination: " + *fault, "destination"},
                      origin_of(frame));
    const auto& destination = std::get<routing::Destination>(parsed);
    if (frame.header("transaction"))
        return refuse(
            {ErrorCode::kTypeUnsupported, "transactions are not available in this version", "transaction"},
            origin_of(frame));
    switch (destination.kind) {
        case routing::DestinationKind::kApp:
            return on_command(frame, destination.name);
        case routing::DestinationKind::kTopic:
            return publish(frame, std::string(*text), false);
        case routing::DestinationKind::kNamedUserQueue:
            return publish(frame, routing::routed_form(destination, identity_.user), true);
        case routing::DestinationKind::kUserQueue:
            return refuse(
                {ErrorCode::kPermissionDenied,
                 "a user's own queue is not sent to; name the user: /user/{name}/queue/…", "destination"},
                origin_of(frame));
        case routing::DestinationKind::kQueue:
        case routing::DestinationKind::kTempQueue:
            break;
    }
    refuse({ErrorCode::kTypeUnsupported, "/queue and /temp-queue are not available in this version",
            "destination"},
           origin_of(frame));
}

void Session::publish(const stomp::Frame& frame, std::string destination, bool skip_self) {
    // Most clients SEND to one destination many times; those with many would only fill a cache.
    const identity::Verdict verdict =
        destination == last_sent_to_ ? identity::Verdict::kAllow : ask(identity::Action::kSend, destination);
    if (verdict == identity::Verdict::kNeedsMembership) return wait_for_memberships(frame);
    if (verdict == identity::Verdict::kDeny) {
        ++services_.counters.acl_denied[admin::AclAction::kSend];
        return refuse(
            {ErrorCode::kPermissionDenied, "no rule lets you SEND to this destination", "destination"},
            origin_of(frame));
    }
    if (destination != last_sent_to_) last_sent_to_ = destination;
    ++sent_;
    ++services_.counters.messages_received[admin::Source::kStomp];
    auto message = std::make_shared<routing::Message>();
    message->destination = std::move(destination);
    message->message_id = services_.ids.next();
    message->sender_id = identity_.user;
    message->timestamp = to_ms(services_.clock.wall());
    for (const auto& [name, value] : frame.headers())
        if (!is_reserved(name)) message->headers.emplace_back(name, value);
    message->content = std::make_shared<const routing::Content>(
        std::string(frame.body()), std::string(frame.header("content-type").value_or("")));
    if (skip_self) message->skip = id_;
    services_.router.publish(message);
    if (const auto receipt = frame.header("receipt"))
        send_receipt(receipt, {{"message-id", message->message_id}});
}

void Session::on_command(const stomp::Frame& frame, std::string_view command) {
    const identity::Verdict verdict = ask(identity::Action::kSend, frame.header("destination").value_or(""));
    if (verdict == identity::Verdict::kNeedsMembership) return wait_for_memberships(frame);
    if (verdict == identity::Verdict::kDeny) {
        ++services_.counters.acl_denied[admin::AclAction::kSend];
        return refuse(
            {ErrorCode::kPermissionDenied, "no rule lets you SEND to this destination", "destination"},
            origin_of(frame));
    }
    if (!command_rate_.admit(now())) {
        ++services_.counters.rate_limited[admin::RateScope::kSession];
        return refuse(
            {ErrorCode::kRateLimited, "more commands than limits.send_per_second allows; slow down", {}},
            origin_of(frame));
    }
    ++sent_;
    ++services_.counters.messages_received[admin::Source::kStomp];
    ++commands_running_;
    // The answer may come after this session has gone, so it is found again by its id.
    services_.commands.run(
        {identity_, device_id_, id_, client_type_}, command, frame.body(),
        frame.header("content-type").value_or(""),
        [&services = services_, id = id_, origin = origin_of(frame)](app::Outcome outcome) {
            if (Session* const session = services.find(id)) session->on_outcome(std::move(outcome), origin);
        });
}

void Session::on_outcome(app::Outcome outcome, const Origin& origin) {
    --commands_running_;
    if (stage_ == Stage::kClosed) return;
    if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
        refuse(*refusal, origin);
    } else {
        auto& done = std::get<app::Done>(outcome);
        if (done.identity) {
            identity_ = std::move(*done.identity);
            expiry_warned_ = false;
            set_deadline();
            recheck();
        }
        if (done.reply) reply(*done.reply);
        send_receipt(origin.receipt, done.receipt_headers);
    }
    if (stage_ == Stage::kDisconnecting && commands_running_ == 0) finish_disconnect();
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
    routing::Message routed = message;
    routed.destination = routing::user_destination(identity_.user, queue);
    for (const ClientSubscription* const subscription : listening_to(queue))
        transport_.send(subscription->encoding().frame_with(routed, {}));
}

// The RECEIPT promises that everything before was handled, so it waits for the commands under way.
void Session::on_disconnect(const stomp::Frame& frame) {
    disconnect_ = std::make_unique<Origin>(origin_of(frame));
    stage_ = Stage::kDisconnecting;
    if (commands_running_ == 0) finish_disconnect();
}

// The RECEIPT is on its way before the Close frame is.
void Session::finish_disconnect() {
    send_receipt(disconnect_->receipt);
    ++services_.counters.closed[admin::CloseReason::kClient];
    leave();
    transport_.close({}, {1000, "bye"});
}

}  // namespace causeway::session
