// BEGIN, COMMIT and ABORT, and the frames between them.
#include <algorithm>
#include <iterator>

#include "broker/routing/destination.hpp"
#include "broker/session/session.hpp"
#include "broker/session/transaction_commit.hpp"

namespace causeway::session {

namespace {

std::size_t size_of(const stomp::Frame& frame) {
    std::size_t bytes = frame.body().size();
    for (const auto& [name, value] : frame.headers()) bytes += name.size() + value.size();
    return bytes;
}

std::string name_of(const stomp::Frame& frame) {
    std::string name(stomp::name_of(frame.command()));
    if (const auto destination = frame.header("destination")) name.append(" to ").append(*destination);
    return name;
}

}  // namespace

void Session::on_begin(const stomp::Frame& frame) {
    const Origin origin = origin_of(frame);
    const std::string_view name = frame.header("transaction").value_or("");
    if (name.empty())
        return fail({ErrorCode::kProtocolError, "BEGIN without transaction", "transaction"}, origin);
    if (!transactions_) transactions_ = std::make_unique<Transactions>(services_.limits);
    if (const auto refusal = transactions_->begin(name, now()))
        return refuse_in_transactions(*refusal, origin);
    set_deadline();
    send_receipt(origin.receipt);
}

void Session::on_abort(const stomp::Frame& frame) {
    Transaction* const transaction = transaction_of(frame);
    if (transaction == nullptr) return;
    (void)transactions_->take(frame.header("transaction").value_or(""));
    send_receipt(origin_of(frame).receipt);
}

// Null: there is none, and the client has been told.
Transaction* Session::transaction_of(const stomp::Frame& frame) {
    const std::string_view name = frame.header("transaction").value_or("");
    Transaction* const found = transactions_ ? transactions_->find(name) : nullptr;
    if (found != nullptr) return found;
    const Refusal missing =
        transactions_ ? transactions_->missing(name) : Transactions(services_.limits).missing(name);
    refuse_in_transactions(missing, origin_of(frame));
    return nullptr;
}

// What STOMP calls an error is one, whoever hears notices.
void Session::refuse_in_transactions(const Refusal& refusal, const Origin& origin) {
    if (refusal.code == ErrorCode::kProtocolError) return fail(refusal, origin);
    refuse(refusal, origin);
}

// A SEND, ACK or NACK in a transaction: read now, carried out at its COMMIT.
void Session::on_frame_in_transaction(const stomp::Frame& frame) {
    Transaction* const transaction = transaction_of(frame);
    if (transaction == nullptr) return;
    const std::size_t bytes = size_of(frame);
    auto read = [&]() -> Read<Transaction::Frame> {
        if (auto no_room = transactions_->no_room_for(bytes)) return *std::move(no_room);
        return read_in_transaction(frame);
    }();
    const Origin origin = origin_of(frame);
    if (const auto* const fault = std::get_if<NotRead>(&read)) {
        if (!fault->refusal) return;
        transaction->on_refused(name_of(frame), *fault->refusal);
        return refuse_in_transactions(*fault->refusal, origin);
    }
    transaction->add(std::get<Transaction::Frame>(std::move(read)), bytes);
    send_receipt(origin.receipt);
}

Read<Transaction::Frame> Session::read_in_transaction(const stomp::Frame& frame) {
    const auto frame_of = [&](auto&& read) -> Read<Transaction::Frame> {
        if (auto* const fault = std::get_if<NotRead>(&read)) return std::move(*fault);
        return Transaction::Frame{name_of(frame), std::get<0>(std::move(read))};
    };
    if (frame.command() == stomp::Command::kAck) return frame_of(read_ack(frame, AckLedger::Answer::kAck));
    if (frame.command() == stomp::Command::kNack) return frame_of(read_ack(frame, AckLedger::Answer::kNack));
    const auto text = frame.header("destination");
    if (!text) return Refusal{ErrorCode::kProtocolError, "SEND without destination", "destination"};
    const auto parsed = routing::parse_destination(*text, services_.destination_limits);
    if (const auto* fault = std::get_if<std::string>(&parsed))
        return Refusal{ErrorCode::kMessageInvalid, "destination: " + *fault, "destination"};
    const auto& destination = std::get<routing::Destination>(parsed);
    if (destination.kind != routing::DestinationKind::kApp) return frame_of(read_send(frame, destination));
    return frame_of(prepare_command(frame, destination.name));
}

// What this session sent before is on its way first.
void Session::on_commit(const stomp::Frame& frame) {
    if (transaction_of(frame) == nullptr) return;
    if (sends_ && !sends_->idle()) return (void)sends_first();
    if (logs_.hold_frame()) return;
    auto transaction = *transactions_->take(frame.header("transaction").value_or(""));
    const Origin origin = origin_of(frame);
    if (transaction.refusal()) return refuse(*transaction.refusal(), origin);
    if (!sends_) sends_ = std::make_shared<KeptSends>(services_);
    const auto pledges = std::make_shared<QueuePledges>();
    auto parts = parts_of_acks(transaction, *pledges);
    const auto commit = std::make_shared<TransactionCommit>(services_, sends_, std::move(transaction));
    ++commands_running_;
    pledges_ = pledges;
    commit->start(std::move(parts), [&services = services_, id = id_, origin,
                                     pledges](const TransactionCommit::Outcome& outcome) {
        pledges->conclude(services.queues, outcome.refusal ? QueuePledges::Outcome::kRefused
                                                           : QueuePledges::Outcome::kCommitted);
        if (Session* const session = services.find(id)) session->on_committed(outcome, origin);
    });
    if (pledges_) pause_reading();
}

// What follows from the acknowledgements, found on copies: the subscriptions go on meanwhile.
std::vector<storage::Part> Session::parts_of_acks(const Transaction& transaction, QueuePledges& pledges) {
    std::vector<storage::Part> parts;
    std::vector<std::pair<ClientSubscription*, AckLedger>> ledgers;
    for (const auto& frame : transaction.frames()) {
        const auto* const ack = std::get_if<Acknowledgement>(&frame.what);
        if (ack == nullptr) continue;
        for (ClientSubscription* const subscription : meant_by(*ack)) {
            auto found = std::find_if(ledgers.begin(), ledgers.end(),
                                      [&](const auto& held) { return held.first == subscription; });
            if (found == ledgers.end()) {
                ledgers.emplace_back(subscription, *subscription->ledger());
                found = std::prev(ledgers.end());
            }
            const auto settled = ack->id ? found->second.settle(ack->answer, ack->id->number)
                                         : found->second.settle(ack->answer, ack->message_id);
            if (const QueueSubscription* const queue = subscription->as_queue())
                QueueSubscriptions::pledge(*queue, *ack, settled.deliveries, pledges, parts);
        }
    }
    for (const auto& [subscription, ledger] : ledgers)
        if (const LogSubscription* const log = subscription->as_log()) logs_.add_parts(*log, ledger, parts);
    return parts;
}

void Session::on_committed(const TransactionCommit::Outcome& outcome, const Origin& origin) {
    --commands_running_;
    pledges_.reset();
    if (stage_ == Stage::kClosed) return;
    for (const Acknowledgement& ack : outcome.acks) carry_out(ack);
    for (const routing::MessagePtr& message : outcome.replies) reply(*message);
    if (outcome.refusal)
        refuse(*outcome.refusal, origin);
    else
        send_receipt(origin.receipt);
    if (reading_paused_) resume_reading();
}

// Transactions that nobody ended.
void Session::expire_transactions(Monotonic at) {
    if (!transactions_) return;
    for (const Refusal& refusal : transactions_->expire(at))
        if (hears_notices()) notify(refusal, {});
}

}  // namespace causeway::session
