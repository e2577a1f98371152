#include "bridge/kept_publisher.hpp"

namespace causeway::bridge {

namespace {

// Replies that wait to be read; more than this can only be forged.
constexpr std::size_t kMostReplies = 4096;

// What is wrong with a message, for people; nothing if NATS may have it.
std::optional<std::string> fault_of(const Outgoing& message, std::size_t max_payload) {
    if (message.payload.size() > max_payload)
        return "its payload has more than " + std::to_string(max_payload) + " bytes";
    if (!message.msg_id.empty() && fault_of_header(kMessageIdHeader, message.msg_id))
        return "its id cannot be a header";
    return fault_of_outgoing(message.headers);
}

}  // namespace

KeptPublisher::KeptPublisher(const NatsOptions& options, const Clock& clock, StreamWatch& streams,
                             OnAnswers on_answers, std::function<void()> wake)
    : options_(options),
      clock_(clock),
      streams_(streams),
      on_answers_(std::move(on_answers)),
      wake_(wake),
      window_(options.kept_messages, options.kept_bytes, std::move(wake)) {}

void KeptPublisher::on_reply(std::uint64_t token, Reply reply) {
    {
        const std::lock_guard lock(mutex_);
        if (replies_.size() >= kMostReplies) return;
        replies_.emplace_back(token, std::move(reply));
    }
    wake_();
}

void KeptPublisher::turn(NatsConnection& connection) {
    read_replies(connection);
    for (Kept& message : window_.take()) publish(connection, std::move(message));
    flush(connection);
    give_up_late();
    hand_out();
}

void KeptPublisher::publish(NatsConnection& connection, Kept kept) {
    const Outgoing& message = kept.message;
    const Waiting waiting{kept.id, message.subject.text(), message.payload.size(),
                          clock_.monotonic() + options_.kept_timeout};
    if (auto fault = fault_of(message, options_.max_payload_bytes))
        return answer(waiting, Fate::kRefused, *std::move(fault));
    const bool ask = streams_.coverage(connection, waiting.subject) != Coverage::kNone;
    const std::uint64_t token = ask ? next_token_++ : 0;
    switch (connection.publish(message, token)) {
        case Handed::kOver:
            if (ask)
                in_flight_.emplace(token, waiting);
            else
                unflushed_.push_back(waiting);
            return;
        case Handed::kRefused:
            return answer(waiting, Fate::kRefused, "NATS takes no such message");
        case Handed::kConnectionLost:
            return answer(waiting, Fate::kUncertain, connection.reason());
    }
}

void KeptPublisher::read_replies(NatsConnection& connection) {
    std::vector<std::pair<std::uint64_t, Reply>> replies;
    {
        const std::lock_guard lock(mutex_);
        replies.swap(replies_);
    }
    for (const auto& [token, reply] : replies) {
        const auto found = in_flight_.find(token);
        if (found == in_flight_.end()) continue;  // given up before
        const Waiting waiting = std::move(found->second);
        in_flight_.erase(found);
        read_reply(connection, waiting, reply);
    }
}

void KeptPublisher::read_reply(NatsConnection& connection, const Waiting& waiting, const Reply& reply) {
    if (reply.no_responders) {
        // Nobody heard it. That is well if there is no stream, and not if its leader is away.
        streams_.forget(waiting.subject);
        if (streams_.coverage(connection, waiting.subject) == Coverage::kNone)
            unflushed_.push_back(waiting);
        else
            answer(waiting, Fate::kUncertain, "no stream takes " + waiting.subject + " now");
        return;
    }
    const auto read = read_pub_ack(reply.payload);
    if (std::holds_alternative<PubAck>(read)) return answer(waiting, Fate::kStored);
    const auto& fault = std::get<ApiFault>(read);
    answer(waiting, fault.message_impossible() ? Fate::kRefused : Fate::kUncertain,
           "the stream for " + waiting.subject + ": " + fault.text);
}

void KeptPublisher::give_up_late() {
    const Monotonic now = clock_.monotonic();
    while (!in_flight_.empty() && in_flight_.begin()->second.until <= now) {
        const Waiting waiting = std::move(in_flight_.begin()->second);
        in_flight_.erase(in_flight_.begin());
        streams_.forget(waiting.subject);
        answer(waiting, Fate::kUncertain, "nobody confirmed " + waiting.subject);
    }
}

void KeptPublisher::flush(NatsConnection& connection) {
    if (unflushed_.empty()) return;
    const bool sent = connection.flush();
    for (const Waiting& waiting : unflushed_)
        answer(waiting, sent ? Fate::kSent : Fate::kUncertain, sent ? "" : "NATS does not answer");
    unflushed_.clear();
}

void KeptPublisher::close(const std::string& reason) {
    for (const Kept& kept : window_.close())
        answer({kept.id, {}, kept.message.payload.size(), {}}, Fate::kUncertain, reason);
    for (const auto& [token, waiting] : in_flight_) answer(waiting, Fate::kUncertain, reason);
    in_flight_.clear();
    {
        const std::lock_guard lock(mutex_);
        replies_.clear();
    }
    hand_out();
}

void KeptPublisher::answer(const Waiting& waiting, Fate fate, std::string detail) {
    answers_.push_back({waiting.id, fate, std::move(detail)});
    answered_bytes_ += waiting.bytes;
}

void KeptPublisher::hand_out() {
    if (answers_.empty()) return;
    window_.answered(answers_.size(), std::exchange(answered_bytes_, 0));
    auto answers = std::exchange(answers_, {});
    if (on_answers_) on_answers_(std::move(answers));
}

}  // namespace causeway::bridge
