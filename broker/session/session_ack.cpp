// ACK and NACK, in the forms of all three versions.
#include <algorithm>

#include "broker/session/replies.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

namespace {

constexpr const char* kNoSuchMessage = "no message with this id was sent to be acknowledged";

Refusal wrong(std::string text, std::string field) {
    return {ErrorCode::kProtocolError, std::move(text), std::move(field)};
}

}  // namespace

void Session::on_ack(const stomp::Frame& frame, AckLedger::Answer answer) {
    const Origin origin = origin_of(frame);
    if (frame.header("transaction"))
        return refuse(
            {ErrorCode::kTypeUnsupported, "transactions are not available in this version", "transaction"},
            origin);
    const Read<Acknowledgement> read = read_ack(frame, answer);
    if (const auto* const fault = std::get_if<NotRead>(&read)) return fail(*fault->refusal, origin);
    carry_out(std::get<Acknowledgement>(read));
    send_receipt(origin.receipt);
}

// Only the keys of the version count: clients that know several say more. Everything that can be wrong is
// found here, whether it is carried out now or at a COMMIT.
Read<Acknowledgement> Session::read_ack(const stomp::Frame& frame, AckLedger::Answer answer) const {
    const std::string name(stomp::name_of(frame.command()));
    if (version_ == stomp::Version::k10 && answer == AckLedger::Answer::kNack)
        return wrong("STOMP 1.0 has no NACK", {});
    const std::string_view key = version_ == stomp::Version::k12 ? "id" : "message-id";
    const std::string_view id = frame.header(key).value_or("");
    if (id.empty()) return wrong(name + " without " + std::string(key), std::string(key));
    Acknowledgement ack{.answer = answer};
    if (version_ == stomp::Version::k12) {
        ack.id = AckLedger::parse(id);
        if (!ack.id) return wrong(name + ": " + kNoSuchMessage, "id");
    } else {
        ack.message_id = id;
    }
    if (version_ == stomp::Version::k11) {
        ack.subscription = frame.header("subscription").value_or("");
        if (ack.subscription.empty())
            return wrong(name + ": the header subscription is missing", "subscription");
    }
    if (auto fault = fault_of(ack)) {
        fault->text.insert(0, name + ": ");
        return *std::move(fault);
    }
    return ack;
}

// What is acknowledged again, or too late, is no error.
std::optional<Refusal> Session::fault_of(const Acknowledgement& ack) const {
    if (ack.id && (ack.id->serial == 0 || ack.id->serial > ledgers_)) return wrong(kNoSuchMessage, "id");
    if (!ack.subscription.empty()) {
        ClientSubscription* const subscription = find(ack.subscription);
        if (subscription == nullptr && !ended_.has(ack.subscription))
            return wrong("there is no subscription with this id", "subscription");
        if (subscription != nullptr && subscription->ledger() == nullptr)
            return wrong("this subscription is ack:auto", "subscription");
    }
    const auto meant = meant_by(ack);
    if (ack.id) {
        const bool known = meant.empty() || meant.front()->ledger()->knows(ack.id->number);
        return known ? std::nullopt : std::optional(wrong(kNoSuchMessage, "id"));
    }
    // One that has ended may have been meant.
    if (meant.empty() && !ended_.empty()) return std::nullopt;
    const bool known = std::any_of(meant.begin(), meant.end(), [&](ClientSubscription* subscription) {
        return subscription->ledger()->knows(ack.message_id);
    });
    if (known || (ack.subscription.empty() && !ended_.empty())) return std::nullopt;
    return wrong(kNoSuchMessage, "message-id");
}

// With acknowledgements all of them. STOMP 1.0 does not say on which subscription: on all that got it.
std::vector<ClientSubscription*> Session::meant_by(const Acknowledgement& ack) const {
    std::vector<ClientSubscription*> meant;
    for (const auto& subscription : subscriptions_) {
        const AckLedger* const ledger = subscription->ledger();
        if (ledger == nullptr) continue;
        if (ack.id ? ledger->serial() == ack.id->serial
                   : ack.subscription.empty() || subscription->id() == ack.subscription)
            meant.push_back(subscription.get());
    }
    return meant;
}

void Session::carry_out(const Acknowledgement& ack) {
    for (ClientSubscription* const subscription : meant_by(ack)) {
        AckLedger& ledger = *subscription->ledger();
        const AckLedger::Settled settled =
            ack.id ? ledger.settle(ack.answer, ack.id->number) : ledger.settle(ack.answer, ack.message_id);
        if (settled.known) on_settled(*subscription, ack.answer, settled);
    }
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
