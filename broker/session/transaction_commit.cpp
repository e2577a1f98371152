#include "broker/session/transaction_commit.hpp"

#include <utility>

#include "broker/app/message_envelope.hpp"

namespace causeway::session {

namespace {

// What the store is to keep of a SEND; nothing: it is only passed on.
std::optional<storage::Append> append_of(KeptSends::Send& send, const routing::Router& router) {
    if (send.append) return std::move(*send.append);
    if (send.way != KeptSends::Send::Way::kTopic) return std::nullopt;
    return app::topic_append(*send.message, *router.history_of(send.message->destination));
}

}  // namespace

void TransactionCommit::start(std::vector<storage::Part> of_acks, OnDone on_done) {
    on_done_ = std::move(on_done);
    take_parts();
    for (storage::Part& part : of_acks) parts_.push_back(std::move(part));
    reserve_room();
}

// What may still be refused is asked for before anything is done.
void TransactionCommit::reserve_room() {
    const auto& frames = transaction_.frames();
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const auto* const send = std::get_if<KeptSends::Send>(&frames[i].what);
        if (send == nullptr || send->way != KeptSends::Send::Way::kQueue) continue;
        queued_.push_back(send->message);
        frame_of_queued_.push_back(i);
    }
    if (queued_.empty()) return keep();
    services_.queues.reserve(queued_,
                             [self = shared_from_this()](const std::optional<queue::NoRoom>& refused) {
                                 self->on_reserved(refused);
                             });
}

void TransactionCommit::on_reserved(const std::optional<queue::NoRoom>& refused) {
    if (!refused) return keep();
    const std::string& frame = transaction_.frames()[frame_of_queued_[refused->message]].name;
    queued_.clear();
    refuse(transaction_.said_of(frame, refused->refusal));
}

void TransactionCommit::keep() {
    if (parts_.empty()) return send_rest();
    services_.store.submit(storage::Together{std::move(parts_)},
                           [self = shared_from_this(), post = services_.post](storage::Answer answer) {
                               auto shared =
                                   std::make_shared<storage::Answer>(std::move(answer));  // a task is copied
                               post([self, shared] { self->on_answer(std::move(*shared)); });
                           });
}

void TransactionCommit::take_parts() {
    auto& frames = transaction_.frames();
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (auto* const send = std::get_if<KeptSends::Send>(&frames[i].what)) {
            auto append = append_of(*send, services_.router);
            if (!append) continue;
            parts_.emplace_back(*std::move(append));
        } else if (auto* const command = std::get_if<app::PreparedCommand>(&frames[i].what)) {
            parts_.push_back(std::move(command->part));
        } else {
            outcome_.acks.push_back(std::get<Acknowledgement>(frames[i].what));
            continue;
        }
        frame_of_part_.push_back(i);
    }
}

std::string TransactionCommit::name_of_part(std::size_t part) const {
    if (part >= frame_of_part_.size()) return "its acknowledgements";
    return transaction_.frames()[frame_of_part_[part]].name;
}

void TransactionCommit::on_answer(storage::Answer answer) {
    if (auto* const done = std::get_if<storage::Togethered>(&answer)) return on_kept(std::move(*done));
    if (const auto* const refused = std::get_if<storage::PartRefused>(&answer))
        return refuse(transaction_.said_of(name_of_part(refused->part), refused->refusal));
    if (const auto* const refusal = std::get_if<Refusal>(&answer)) return refuse(*refusal);
    refuse({ErrorCode::kSendFailed, "the store gave an answer to another question", {}});
}

void TransactionCommit::refuse(Refusal refusal) {
    services_.queues.give_up_reserved(queued_);
    outcome_.refusal = std::move(refusal);
    outcome_.acks.clear();
    on_done_(std::move(outcome_));
}

void TransactionCommit::on_kept(storage::Togethered done) {
    for (std::size_t part = 0; part < frame_of_part_.size(); ++part) {
        auto* const command =
            std::get_if<app::PreparedCommand>(&transaction_.frames()[frame_of_part_[part]].what);
        if (command == nullptr) continue;
        const app::Outcome outcome = command->outcome(std::move(done.answers[part]));
        const auto* const told = std::get_if<app::Done>(&outcome);
        if (told != nullptr && told->reply) outcome_.replies.push_back(told->reply);
    }
    send_rest();
}

// In order. Nobody refuses these any more.
void TransactionCommit::send_rest() {
    under_way_ = 1;
    std::size_t part = 0;
    auto& frames = transaction_.frames();
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const bool kept = part < frame_of_part_.size() && frame_of_part_[part] == i;
        part += kept ? 1U : 0U;
        auto* const send = std::get_if<KeptSends::Send>(&frames[i].what);
        if (send == nullptr || kept) continue;
        if (send->way == KeptSends::Send::Way::kQueue) {
            services_.queues.put_reserved(send->message);
            continue;
        }
        ++under_way_;
        send->on_sent = [self = shared_from_this()](const SendResult&) { self->finish(); };
        sends_->submit(std::move(*send));
    }
    finish();
}

void TransactionCommit::finish() {
    if (--under_way_ == 0) on_done_(std::move(outcome_));
}

}  // namespace causeway::session
