#include "broker/app/deliveries.hpp"

#include <optional>

#include "broker/app/envelope_json.hpp"
#include "broker/routing/destination.hpp"

namespace causeway::app {

namespace {

using EnvelopePtr = std::shared_ptr<const storage::Envelope>;

routing::ContentPtr content_of(std::string protobuf, const EnvelopePtr& envelope) {
    return std::make_shared<routing::Content>(std::move(protobuf), [envelope] { return to_json(*envelope); });
}

routing::Message copy_of(const storage::Envelope& envelope, Offset offset, Sequence sequence) {
    routing::Message message;
    message.message_id = envelope.messageid();
    message.sender_id = envelope.senderid();
    message.timestamp = envelope.timestamp();
    message.offset = offset;
    message.sequence = sequence;
    return message;
}

// Makes the copies of one entry; its forms when the first copy is wanted.
class Copies {
public:
    Copies(const storage::CommittedEntry& entry, const Wanted& wanted) : entry_(entry), wanted_(wanted) {}

    void add(std::string destination, std::optional<SessionId> skip) {
        if (!wanted_(destination)) return;
        if (!content_) content_ = content_of(entry_.protobuf, entry_.envelope);
        auto message =
            std::make_shared<routing::Message>(copy_of(*entry_.envelope, entry_.offset, entry_.sequence));
        message->destination = std::move(destination);
        message->content = content_;
        message->skip = skip;
        made_.push_back(std::move(message));
    }

    std::vector<routing::MessagePtr> take() { return std::move(made_); }

private:
    const storage::CommittedEntry& entry_;
    const Wanted& wanted_;
    routing::ContentPtr content_;
    std::vector<routing::MessagePtr> made_;
};

}  // namespace

std::vector<routing::MessagePtr> deliveries(const storage::CommittedEntry& entry, const Wanted& wanted) {
    Copies copies(entry, wanted);
    copies.add("/topic/conversation/" + entry.conversation, std::nullopt);
    if (!entry.members || entry.kind == storage::ConversationKind::kRoom ||
        entry.members->size() > kMaxMembersOnUserQueues)
        return copies.take();

    std::optional<SessionId> skip;
    if (value(entry.origin) != 0) skip = entry.origin;
    for (const auto& member : *entry.members) {
        copies.add(routing::user_destination(member, "messages"), skip);
        if (entry.kind == storage::ConversationKind::kDirect)
            copies.add(routing::user_destination(member, "private-messages"), skip);
    }
    return copies.take();
}

routing::MessagePtr message_from_entry(const storage::LogEntry& entry, std::string destination) {
    auto envelope = std::make_shared<storage::Envelope>();
    if (!envelope->ParseFromString(entry.protobuf)) return nullptr;
    auto message = std::make_shared<routing::Message>(copy_of(*envelope, entry.offset, entry.sequence));
    message->destination = std::move(destination);
    message->content = content_of(entry.protobuf, envelope);
    return message;
}

}  // namespace causeway::app
