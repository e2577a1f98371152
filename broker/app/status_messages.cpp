#include "broker/app/status_messages.hpp"

#include <map>
#include <tuple>

#include "broker/app/envelope_json.hpp"
#include "broker/routing/destination.hpp"

namespace causeway::app {

namespace {

namespace v1 = causeway::v1;
using storage::CommittedWatermark;
using storage::Mark;

std::shared_ptr<storage::Envelope> envelope_of(v1::MessageStatus status, std::string by, std::int64_t now) {
    auto envelope = std::make_shared<storage::Envelope>();
    envelope->set_type(v1::EVENT_MESSAGE_STATUS_CHANGE);
    envelope->set_status(status);
    envelope->set_version("1");
    envelope->set_timestamp(now);
    envelope->set_senderid(by);
    envelope->mutable_receipt()->set_userid(std::move(by));
    envelope->mutable_receipt()->set_status(status);
    return envelope;
}

// The marks of one commit, the furthest per (conversation, reader, whom to tell).
class Furthest {
public:
    struct Reached {
        Sequence sequence{};
        std::string message_id;
    };
    using Key = std::tuple<std::string, std::string, std::string>;

    void add(const CommittedWatermark& mark) {
        auto& reached = mark.mark == Mark::kRead ? read_ : delivered_;
        for (const auto& sender : mark.senders)
            move(reached[{mark.conversation, mark.user, sender.user}], sender.sequence, sender.message_id);
        if (mark.mark == Mark::kRead) move(read_[{mark.conversation, mark.user, mark.user}], mark.to, "");
    }
    // `tell(key, reached, status)`; what has been read is not told as delivered, too.
    template <typename Tell>
    void for_each(Tell tell) const {
        for (const auto& [key, reached] : read_) tell(key, reached, v1::MESSAGE_READ);
        for (const auto& [key, reached] : delivered_) {
            const auto read = read_.find(key);
            if (read == read_.end() || read->second.sequence < reached.sequence)
                tell(key, reached, v1::MESSAGE_DELIVERED);
        }
    }

private:
    static void move(Reached& reached, Sequence to, const std::string& message_id) {
        if (to > reached.sequence) reached = {to, message_id};
    }
    std::map<Key, Reached> read_;
    std::map<Key, Reached> delivered_;
};

}  // namespace

std::vector<routing::MessagePtr> StatusMessages::of(const storage::CommittedEntry& entry) {
    const storage::Envelope& envelope = *entry.envelope;
    std::vector<routing::MessagePtr> made;
    if (!envelope.has_chat()) return made;
    const auto& chat = envelope.chat();
    switch (envelope.type()) {
        case v1::CHAT_EDIT:
            add(made, {chat.quotedsenderid(), v1::MESSAGE_EDITED, envelope.senderid(), entry.conversation,
                       entry.original, chat.originalmessageid()});
            return made;
        case v1::CHAT_RECALL:
            add(made, {chat.quotedsenderid(), v1::MESSAGE_RECALLED, envelope.senderid(), entry.conversation,
                       entry.original, chat.originalmessageid()});
            return made;
        default:
            add(made, {envelope.senderid(), v1::MESSAGE_SENT, envelope.senderid(), entry.conversation,
                       entry.sequence, envelope.messageid(), envelope.clientmessageid()});
            return made;
    }
}

std::vector<routing::MessagePtr> StatusMessages::of(const std::vector<CommittedWatermark>& marks) {
    std::vector<routing::MessagePtr> made;
    Furthest furthest;
    for (const CommittedWatermark& mark : marks) furthest.add(mark);
    furthest.for_each([&](const Furthest::Key& key, const auto& reached, v1::MessageStatus status) {
        const auto& [conversation, by, to] = key;
        add(made, {to, status, by, conversation, reached.sequence, reached.message_id});
    });
    return made;
}

std::vector<routing::MessagePtr> StatusMessages::of(const storage::CommittedHidden& hidden) {
    std::vector<routing::MessagePtr> made;
    add(made, {hidden.user, v1::MESSAGE_DELETED, hidden.user, hidden.conversation, hidden.sequence,
               hidden.message_id});
    return made;
}

void StatusMessages::add(std::vector<routing::MessagePtr>& made, const Status& status) {
    if (status.to.empty()) return;
    std::string destination = routing::user_destination(status.to, "message-status");
    if (!wanted_(destination)) return;
    const std::int64_t now = to_ms(clock_.wall());
    auto envelope = envelope_of(status.status, status.by, now);
    envelope->set_messageid(ids_.next());
    envelope->set_receiverid(status.to);
    envelope->set_conversationid(status.conversation);
    envelope->set_clientmessageid(status.client_message_id);
    auto& receipt = *envelope->mutable_receipt();
    receipt.set_messageid(status.message_id);
    receipt.set_conversationid(status.conversation);
    receipt.set_sequence(static_cast<std::int64_t>(value(status.sequence)));

    auto message = std::make_shared<routing::Message>();
    message->destination = std::move(destination);
    message->message_id = envelope->messageid();
    message->sender_id = status.by;
    message->timestamp = now;
    message->content = std::make_shared<routing::Content>(envelope->SerializeAsString(),
                                                          [envelope] { return to_json(*envelope); });
    made.push_back(std::move(message));
}

}  // namespace causeway::app
