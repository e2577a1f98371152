// ACK and NACK, in the forms of all three versions.
#include <algorithm>
#include <charconv>

#include "broker/session/replies.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

namespace {

constexpr std::int64_t kLongestDelay = 24LL * 3600 * 1000;
constexpr const char* kNoSuchMessage = "no message with this id was sent to be acknowledged";

Refusal wrong(std::string text, std::string field) {
    return {ErrorCode::kProtocolError, std::move(text), std::move(field)};
}

// What a NACK wants of a queue.
std::optional<Refusal> read_wishes(const stomp::Frame& frame, Acknowledgement& ack) {
    const std::string_view requeue = frame.header("requeue").value_or("true");
    if (requeue != "true" && requeue != "false") return wrong("requeue must be 'true' or 'false'", "requeue");
    ack.requeue = requeue == "true";
    const auto delay = frame.header("delay");
    if (!delay) return std::nullopt;
    std::int64_t milliseconds = -1;
    const char* const end = delay->data() + delay->size();
    const auto read = std::from_chars(delay->data(), end, milliseconds);
    if (read.ec != std::errc{} || read.ptr != end || milliseconds < 0 || milliseconds > kLongestDelay)
        return wrong("delay must be a number of milliseconds, at most 24 hours", "delay");
    ack.delay = Milliseconds(milliseconds);
    return std::nullopt;
}

}  // namespace

// An acknowledgement whose RECEIPT waits until it is written.
struct Session::AwaitedAck {
    Origin origin;
    std::size_t left = 1;  // with the one who asks
    std::optional<Refusal> refusal{};
};

void Session::on_ack(const stomp::Frame& frame, AckLedger::Answer answer) {
    const Origin origin = origin_of(frame);
    if (frame.header("transaction")) return on_frame_in_transaction(frame);
    const Read<Acknowledgement> read = read_ack(frame, answer);
    if (const auto* const fault = std::get_if<NotRead>(&read)) return fail(*fault->refusal, origin);
    const auto& ack = std::get<Acknowledgement>(read);
    if (!origin.receipt) return carry_out(ack);
    // What a queue has stored is to be removed before the RECEIPT.
    const auto awaited = std::make_shared<AwaitedAck>(AwaitedAck{.origin = origin});
    const auto on_written = [&services = services_, id = id_,
                             awaited](const std::optional<Refusal>& refusal) {
        if (refusal) awaited->refusal = refusal;
        if (--awaited->left > 0) return;
        if (Session* const session = services.find(id)) session->on_acknowledged(*awaited);
    };
    ++commands_running_;
    carry_out(ack, [&awaited, &on_written]() -> queue::OnSettled {
        ++awaited->left;
        return on_written;
    });
    on_written(std::nullopt);
}

void Session::on_acknowledged(const AwaitedAck& awaited) {
    if (awaited.refusal)
        refuse(*awaited.refusal, awaited.origin);
    else
        send_receipt(awaited.origin.receipt);
    on_carried_out();
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
    std::optional<Refusal> fault;
    if (answer == AckLedger::Answer::kNack) fault = read_wishes(frame, ack);
    if (!fault) fault = fault_of(ack);
    if (fault) {
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

void Session::carry_out(const Acknowledgement& ack, const AwaitWrite& await_write) {
    for (ClientSubscription* const subscription : meant_by(ack)) {
        AckLedger& ledger = *subscription->ledger();
        const AckLedger::Settled settled =
            ack.id ? ledger.settle(ack.answer, ack.id->number) : ledger.settle(ack.answer, ack.message_id);
        if (!settled.known) continue;
        if (LogSubscription* const log = subscription->as_log())
            logs_.on_settled(*log, ack.answer, settled.deliveries);
        else if (QueueSubscription* const queued = subscription->as_queue())
            queued_.on_settled(*queued, ack, settled.deliveries,
                               await_write ? await_write() : queue::OnSettled());
    }
}

// STOMP 1.2, MESSAGE: "ack" is there if it is to be acknowledged. Earlier versions have message-id for that.
void Session::put_ack(AckLedger& ledger, const routing::Message& message, routing::Headers& headers) {
    std::string id = ledger.on_delivered(message, message.sender_id != identity_.user);
    if (version_ == stomp::Version::k12) headers.emplace_back("ack", std::move(id));
}

}  // namespace causeway::session
