#include "broker/app/deliveries.hpp"

#include <optional>

#include "broker/app/envelope_json.hpp"
#include "broker/routing/destination.hpp"

namespace causeway::app {

namespace {

using EnvelopePtr = std::shared_ptr<const storage::Envelope>;

// A plain SEND is its sender's octets again, everything else the envelope.
routing::ContentPtr content_of(const std::string& protobuf, const EnvelopePtr& envelope) {
    if (envelope->has_opaque())
        return std::make_shared<routing::Content>(envelope->opaque().body(),
                                                  envelope->opaque().contenttype());
    return std::make_shared<routing::Content>(protobuf, [envelope] { return to_json(*envelope); });
}

routing::Message copy_of(const storage::Envelope& envelope, Offset offset, Sequence sequence) {
    routing::Message message;
    message.message_id = envelope.messageid();
    message.sender_id = envelope.senderid();
    message.timestamp = envelope.timestamp();
    for (const auto& header : envelope.opaque().headers())
        message.headers.emplace_back(header.name(), header.value());
    message.offset = offset;
    if (value(sequence) == 0) return message;
    message.sequence = sequence;
    message.conversation = envelope.conversationid();
    message.tracks_delivery = envelope.has_chat();
    return message;
}

// Makes the copies of one entry; its forms when the first copy is wanted.
class Copies {
public:
    Copies(const storage::CommittedEntry& entry, const Wanted& wanted) : entry_(entry), wanted_(wanted) {
        tracked_ = entry.kind != storage::ConversationKind::kRoom && entry.members &&
                   entry.members->size() <= storage::kMaxMembersTold;
        if (value(entry.origin) != 0) origin_ = entry.origin;
    }

    void to_topic(const std::string& destination) { add(destination, std::nullopt); }
    void to_user_queue(const std::string& destination) { add(destination, origin_); }
    std::vector<routing::MessagePtr> take() { return std::move(made_); }

private:
    void add(const std::string& destination, std::optional<SessionId> skip) {
        if (!wanted_(destination)) return;
        if (!content_) content_ = content_of(entry_.protobuf, entry_.envelope);
        auto message =
            std::make_shared<routing::Message>(copy_of(*entry_.envelope, entry_.offset, entry_.sequence));
        message->destination = destination;
        message->content = content_;
        message->skip = skip;
        message->tracks_delivery = message->tracks_delivery && tracked_;
        made_.push_back(std::move(message));
    }

    const storage::CommittedEntry& entry_;
    const Wanted& wanted_;
    bool tracked_;
    std::optional<SessionId> origin_;
    routing::ContentPtr content_;
    std::vector<routing::MessagePtr> made_;
};

}  // namespace

std::vector<routing::MessagePtr> deliveries(const storage::CommittedEntry& entry, const Wanted& wanted,
                                            QueueNames& names) {
    Copies copies(entry, wanted);
    if (!entry.destination.empty()) {
        if (entry.inbox_of.empty())
            copies.to_topic(entry.destination);
        else
            copies.to_user_queue(entry.destination);
        return copies.take();
    }
    copies.to_topic("/topic/conversation/" + entry.conversation);
    if (!entry.members || entry.kind == storage::ConversationKind::kRoom ||
        entry.members->size() > storage::kMaxMembersOnUserQueues)
        return copies.take();
    for (const std::string& queue : names.of(entry.members)) copies.to_user_queue(queue);
    if (entry.kind == storage::ConversationKind::kDirect)
        for (const std::string& member : *entry.members)
            copies.to_user_queue(routing::user_destination(member, "private-messages"));
    return copies.take();
}

std::vector<routing::MessagePtr> deliveries(const storage::CommittedEntry& entry, const Wanted& wanted) {
    QueueNames names;
    return deliveries(entry, wanted, names);
}

std::shared_ptr<routing::Message> message_from_entry(const storage::LogEntry& entry,
                                                     std::string destination) {
    auto envelope = std::make_shared<storage::Envelope>();
    if (!envelope->ParseFromString(entry.protobuf)) return nullptr;
    auto message = std::make_shared<routing::Message>(copy_of(*envelope, entry.offset, entry.sequence));
    message->destination = std::move(destination);
    message->content = content_of(entry.protobuf, envelope);
    return message;
}

std::shared_ptr<routing::Message> queue_message(const storage::QueueEntry& entry, const std::string& destination) {
    return message_from_entry({entry.offset, Sequence{}, entry.protobuf, {}}, destination);
}

}  // namespace causeway::app
