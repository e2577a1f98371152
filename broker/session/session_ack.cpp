// ACK and NACK, in the forms of all three versions.
#include "broker/session/replies.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

namespace {

Refusal wrong(std::string text, std::string field) {
    return {ErrorCode::kProtocolError, std::move(text), std::move(field)};
}

}  // namespace

// Only the keys of the version count: clients that know several say more.
void Session::on_ack(const stomp::Frame& frame, AckLedger::Answer answer) {
    const Origin origin = origin_of(frame);
    const std::string name(stomp::name_of(frame.command()));
    if (version_ == stomp::Version::k10 && answer == AckLedger::Answer::kNack)
        return fail(wrong("STOMP 1.0 has no NACK", {}), origin);
    if (frame.header("transaction"))
        return refuse(
            {ErrorCode::kTypeUnsupported, "transactions are not available in this version", "transaction"},
            origin);
    const std::string_view key = version_ == stomp::Version::k12 ? "id" : "message-id";
    const auto id = frame.header(key);
    if (!id || id->empty())
        return fail(wrong(name + " without " + std::string(key), std::string(key)), origin);
    std::optional<Refusal> refusal;
    if (version_ == stomp::Version::k12)
        refusal = settle(*id, answer);
    else if (version_ == stomp::Version::k11)
        refusal = settle_in(frame.header("subscription").value_or(""), *id, answer);
    else
        refusal = settle_anywhere(*id);
    if (refusal) return fail({refusal->code, name + ": " + refusal->text, refusal->field}, origin);
    send_receipt(origin.receipt);
}

// STOMP 1.2: the header `ack` of the MESSAGE. What is acknowledged again, or too late, is no error.
std::optional<Refusal> Session::settle(std::string_view ack_id, AckLedger::Answer answer) {
    const auto id = AckLedger::parse(ack_id);
    const Refusal unknown = wrong("no message with this id was sent to be acknowledged", "id");
    if (!id || id->serial == 0 || id->serial > ledgers_) return unknown;
    for (const auto& subscription : subscriptions_) {
        AckLedger* const ledger = subscription->ledger();
        if (ledger == nullptr || ledger->serial() != id->serial) continue;
        const AckLedger::Settled settled = ledger->settle(answer, id->number);
        if (!settled.known) return unknown;
        on_settled(*subscription, answer, settled);
        break;
    }
    return std::nullopt;
}

// STOMP 1.1
std::optional<Refusal> Session::settle_in(std::string_view subscription_id, std::string_view message_id,
                                          AckLedger::Answer answer) {
    if (subscription_id.empty()) return wrong("the header subscription is missing", "subscription");
    ClientSubscription* const subscription = find(subscription_id);
    if (subscription == nullptr) {
        if (ended_.has(subscription_id)) return std::nullopt;
        return wrong("there is no subscription with this id", "subscription");
    }
    AckLedger* const ledger = subscription->ledger();
    if (ledger == nullptr) return wrong("this subscription is ack:auto", "subscription");
    const AckLedger::Settled settled = ledger->settle(answer, message_id);
    if (!settled.known) return wrong("no message with this id was sent to be acknowledged", "message-id");
    on_settled(*subscription, answer, settled);
    return std::nullopt;
}

// STOMP 1.0 does not say on which subscription: on all that got it.
std::optional<Refusal> Session::settle_anywhere(std::string_view message_id) {
    bool known = !ended_.empty();
    for (const auto& subscription : subscriptions_) {
        AckLedger* const ledger = subscription->ledger();
        if (ledger == nullptr) continue;
        const AckLedger::Settled settled = ledger->settle(AckLedger::Answer::kAck, message_id);
        if (!settled.known) continue;
        known = true;
        on_settled(*subscription, AckLedger::Answer::kAck, settled);
    }
    if (known) return std::nullopt;
    return wrong("no message with this id was sent to be acknowledged", "message-id");
}

void Session::on_settled(ClientSubscription& subscription, AckLedger::Answer answer,
                         const AckLedger::Settled& settled) {
    if (LogSubscription* const log = subscription.as_log())
        logs_.on_settled(*log, answer, settled.deliveries);
}

// STOMP 1.2, MESSAGE: "ack" is there if it is to be acknowledged. Earlier versions have message-id for that.
void Session::put_ack(AckLedger& ledger, const routing::Message& message, routing::Headers& headers) {
    std::string id = ledger.on_delivered(message, message.sender_id != identity_.user);
    if (version_ == stomp::Version::k12) headers.emplace_back("ack", std::move(id));
}

}  // namespace causeway::session
