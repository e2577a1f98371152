#include "broker/session/kept_sends.hpp"

#include <utility>

#include "broker/app/message_envelope.hpp"

namespace causeway::session {

namespace {

// After the commit, so that what is passed on next is behind it on every shard.
SendResult sent_of(const storage::Answer& answer) {
    if (const auto* appended = std::get_if<storage::Appended>(&answer))
        return Sent{appended->message_id, appended->timestamp, appended->offset, appended->duplicate};
    if (const auto* refusal = std::get_if<Refusal>(&answer)) return *refusal;
    return Refusal{ErrorCode::kSendFailed, "the store gave an answer to another question", {}};
}

}  // namespace

void KeptSends::submit(Send send) {
    ++count_;
    bytes_ += send.message->content->body().size();
    Line& line = lines_[send.message->destination];
    const bool waits = send.way == Send::Way::kPassOn || send.way == Send::Way::kQueue
                           ? line.under_way > 0 || !line.waiting.empty()
                           : !line.waiting.empty();
    if (waits) return line.waiting.push_back(std::move(send));
    const std::string destination = send.message->destination;
    carry_out(line, std::move(send));
    release(destination);
}

void KeptSends::carry_out(Line& line, Send send) {
    if (send.way == Send::Way::kPassOn) {
        services_.router.publish(send.message);
        return finish(send, Sent{send.message->message_id, send.message->timestamp, std::nullopt, false});
    }
    if (send.way == Send::Way::kQueue) return enqueue(std::move(send));
    ++line.under_way;
    const auto kept = std::make_shared<const Send>(std::move(send));
    auto answer = [self = shared_from_this(), post = services_.post, kept](SendResult result) {
        post([self, kept, result = std::move(result)] { self->on_stored(*kept, result); });
    };
    if (kept->way == Send::Way::kInbox)
        return services_.store.submit(std::move(*kept->append),
                                      [answer](const storage::Answer& stored) { answer(sent_of(stored)); });
    const routing::Message& message = *kept->message;
    const auto published =
        services_.router.publish(kept->message, [answer, kept](const routing::Stored& stored) {
            if (const auto* refusal = std::get_if<Refusal>(&stored)) return answer(*refusal);
            const auto& done = std::get<routing::Kept>(stored);
            answer(Sent{done.message_id, done.timestamp, done.offset, done.duplicate});
        });
    if (published == routing::Published::kNow)  // this broker keeps stored histories in memory
        answer(Sent{message.message_id, message.timestamp, std::nullopt, false});
}

// Those behind it need not wait: the owner gets them in this order.
void KeptSends::enqueue(Send send) {
    const auto kept = std::make_shared<const Send>(std::move(send));
    services_.router.enqueue(kept->message, [self = shared_from_this(), post = services_.post,
                                             kept](std::optional<Refusal> refusal) {
        post([self, kept, refusal = std::move(refusal)] {
            if (refusal) return self->finish(*kept, *refusal);
            self->finish(*kept,
                         Sent{kept->message->message_id, kept->message->timestamp, std::nullopt, false});
        });
    });
}

void KeptSends::finish(const Send& send, SendResult result) {
    --count_;
    bytes_ -= send.message->content->body().size();
    send.on_sent(std::move(result));
}

void KeptSends::on_stored(const Send& send, SendResult result) {
    --lines_[send.message->destination].under_way;
    finish(send, std::move(result));
    release(send.message->destination);
}

// Lets go what may go now.
void KeptSends::release(const std::string& destination) {
    while (true) {
        const auto found = lines_.find(destination);
        if (found == lines_.end()) return;
        Line& line = found->second;
        if (line.waiting.empty()) {
            if (line.under_way == 0) lines_.erase(found);
            return;
        }
        const Send::Way next_way = line.waiting.front().way;
        if ((next_way == Send::Way::kPassOn || next_way == Send::Way::kQueue) && line.under_way > 0) return;
        Send next = std::move(line.waiting.front());
        line.waiting.pop_front();
        carry_out(line, std::move(next));
    }
}

std::shared_ptr<storage::Append> inbox_append(const routing::Message& message, const std::string& owner,
                                              std::string_view client_msg_id) {
    auto append = std::make_shared<storage::Append>();
    append->command = "send";
    append->sender = message.sender_id;
    append->destination = message.destination;
    append->inbox_of = owner;
    append->client_msg_id = client_msg_id;
    if (message.skip) append->origin = *message.skip;
    append->envelope = app::envelope_of(message);
    append->envelope.set_receiverid(owner);
    append->envelope.set_clientmessageid(append->client_msg_id);
    if (!append->client_msg_id.empty()) append->body_digest = app::send_digest(message);
    return append;
}

}  // namespace causeway::session
