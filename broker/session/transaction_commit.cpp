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
        outcome_.refusal = transaction_.said_of(name_of_part(refused->part), refused->refusal);
    else if (const auto* const refusal = std::get_if<Refusal>(&answer))
        outcome_.refusal = *refusal;
    else
        outcome_.refusal =
            Refusal{ErrorCode::kSendFailed, "the store gave an answer to another question", {}};
    outcome_.acks.clear();
    on_done_(std::move(outcome_));
}

void TransactionCommit::on_kept(storage::Togethered done) {
    outcome_.kept = true;
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

// In order. One of these may still be refused by whoever takes it; that undoes nothing.
void TransactionCommit::send_rest() {
    under_way_ = 1;
    std::size_t part = 0;
    auto& frames = transaction_.frames();
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const bool kept = part < frame_of_part_.size() && frame_of_part_[part] == i;
        part += kept ? 1U : 0U;
        auto* const send = std::get_if<KeptSends::Send>(&frames[i].what);
        if (send == nullptr || kept) continue;
        ++under_way_;
        send->on_sent = [self = shared_from_this(), name = frames[i].name](const SendResult& result) {
            self->on_sent(name, result);
        };
        sends_->submit(std::move(*send));
    }
    finish();
}

void TransactionCommit::on_sent(const std::string& frame_name, const SendResult& result) {
    const auto* const refusal = std::get_if<Refusal>(&result);
    if (refusal != nullptr && !outcome_.refusal)
        outcome_.refusal =
            Refusal{refusal->code,
                    "transaction " + transaction_.name() + " was committed, but of what is not kept " +
                        frame_name + " was refused: " + refusal->text,
                    refusal->field};
    finish();
}

void TransactionCommit::finish() {
    if (--under_way_ == 0) on_done_(std::move(outcome_));
}

}  // namespace causeway::session
