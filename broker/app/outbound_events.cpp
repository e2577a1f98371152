// Outbound: what happened here, for back ends.
#include "broker/app/event_requests.hpp"
#include "broker/app/json_text.hpp"
#include "broker/app/nats_events.hpp"
#include "broker/base/random.hpp"

namespace causeway::app {

namespace {

namespace v1 = causeway::v1;
using storage::Committed;
using storage::CommittedConversation;
using storage::CommittedEntry;
using storage::CommittedHidden;
using storage::CommittedMembership;
using storage::CommittedWatermark;

// Writes {"eventType":…,… in the order of the calls.
class Payload {
public:
    explicit Payload(std::string_view event_type) : text_(R"({"eventType":)") {
        append_json_string(text_, event_type);
    }
    Payload& text(std::string_view key, std::string_view value) {
        append_json_string(start(key), value);
        return *this;
    }
    Payload& number(std::string_view key, std::int64_t value) {
        append_json_number(start(key), value);
        return *this;
    }
    // `value` is JSON text already.
    Payload& raw(std::string_view key, std::string_view value) {
        start(key) += value.empty() ? "null" : value;
        return *this;
    }
    std::string end() { return std::move(text_ += '}'); }

private:
    std::string& start(std::string_view key) {
        text_ += ",\"";
        text_ += key;
        return text_ += "\":";
    }
    std::string text_;
};

// By what a commit made true, whatever it was.
std::string_view subject_of(const CommittedEntry& entry) {
    const auto& envelope = *entry.envelope;
    if (!envelope.has_chat()) return {};
    // A client can call itself what it likes, but it has a session.
    if (value(entry.origin) == 0 && envelope.source() == kSourceNats) return {};
    if (envelope.type() == v1::CHAT_EDIT) return kMessageEdited;
    return envelope.type() == v1::CHAT_RECALL ? kMessageRecalled : kMessageSent;
}
std::string_view subject_of(const CommittedConversation& made) {
    return made.trusted ? std::string_view() : kConversationCreated;
}
std::string_view subject_of(const CommittedMembership& change) {
    if (change.trusted || change.with_conversation) return {};
    return change.member ? kMemberAdded : kMemberRemoved;
}
std::string_view subject_of(const CommittedWatermark& mark) {
    return mark.mark == storage::Mark::kRead ? kMessageRead : std::string_view();
}
std::string_view subject_of(const CommittedHidden&) { return kMessageDeleted; }

Payload& sequence_and_offset(Payload& payload, const CommittedEntry& entry) {
    return payload.number("sequence", static_cast<std::int64_t>(value(entry.sequence)))
        .number("offset", static_cast<std::int64_t>(value(entry.offset)));
}

std::string sent_payload(const CommittedEntry& entry) {
    const auto& envelope = *entry.envelope;
    Payload payload(kMessageSent);
    payload.text("messageId", envelope.messageid())
        .text("conversationId", entry.conversation)
        .text("senderId", envelope.senderid());
    if (!envelope.receiverid().empty()) payload.text("receiverId", envelope.receiverid());
    return sequence_and_offset(payload, entry)
        .number("msgType", envelope.type())
        .raw("content", envelope.chat().content())
        .number("timestamp", envelope.timestamp())
        .text("clientMsgId", envelope.clientmessageid())
        .end();
}

// `messageId` is the original's: that is the message a client has to show in another way.
std::string amended_payload(std::string_view subject, const CommittedEntry& entry) {
    const auto& envelope = *entry.envelope;
    const auto& chat = envelope.chat();
    Payload payload(subject);
    payload.text("messageId", chat.originalmessageid())
        .text("conversationId", entry.conversation)
        .text("senderId", chat.quotedsenderid())
        .text("operatorId", envelope.senderid())
        .text("reason", chat.reason());
    sequence_and_offset(payload, entry);
    if (subject == kMessageEdited) payload.raw("content", chat.content());
    return payload.text("timestamp", iso_time(envelope.timestamp())).end();
}

std::string payload_of(std::string_view subject, const CommittedEntry& entry) {
    return subject == kMessageSent ? sent_payload(entry) : amended_payload(subject, entry);
}

std::string payload_of(std::string_view subject, const CommittedConversation& made) {
    std::string members = "[";
    for (const std::string& member : made.members) {
        if (members.size() > 1) members += ',';
        append_json_string(members, member);
    }
    return Payload(subject)
        .text("conversationId", made.id)
        .text("type", made.kind)
        .text("name", made.name)
        .text("creatorId", made.creator)
        .raw("members", members += ']')
        .text("timestamp", iso_time(made.at))
        .end();
}

// The member twice: by the name that back ends use, and by the one that says whom it concerns.
std::string payload_of(std::string_view subject, const CommittedMembership& change) {
    return Payload(subject)
        .text("conversationId", change.conversation)
        .text("conversationType", change.conversation_kind)
        .text("memberId", change.user)
        .text("userId", change.user)
        .text("operatorId", change.actor)
        .text("timestamp", iso_time(change.at))
        .end();
}

std::string payload_of(std::string_view subject, const CommittedWatermark& mark) {
    std::string messages = "[";
    for (const auto& sender : mark.senders) {
        messages += messages.size() > 1 ? R"(,{"senderId":)" : R"({"senderId":)";
        append_json_string(messages, sender.user);
        messages += R"(,"messageId":)";
        append_json_string(messages, sender.message_id);
        messages += R"(,"sequence":)";
        append_json_number(messages, static_cast<std::int64_t>(value(sender.sequence)));
        messages += '}';
    }
    return Payload(subject)
        .text("conversationId", mark.conversation)
        .text("userId", mark.user)
        .number("sequence", static_cast<std::int64_t>(value(mark.to)))
        .raw("messages", messages += ']')
        .text("timestamp", iso_time(mark.at))
        .end();
}

std::string payload_of(std::string_view subject, const CommittedHidden& hidden) {
    return Payload(subject)
        .text("messageId", hidden.message_id)
        .text("conversationId", hidden.conversation)
        .text("userId", hidden.user)
        .text("operatorId", hidden.user)
        .number("sequence", static_cast<std::int64_t>(value(hidden.sequence)))
        .number("deleteScope", 0)
        .text("timestamp", iso_time(hidden.at))
        .end();
}

Payload session_payload(std::string_view subject, const SessionFacts& session, std::string_view time_key,
                        WallTime at) {
    Payload payload(subject);
    payload.text("userId", session.identity.user)
        .text("deviceId", session.device_id)
        .text(time_key, iso_time(to_ms(at)))
        .text("ipAddress", session.ip_address)
        .text("clientType", session.client_type)
        .text("userAgent", session.user_agent);
    return payload;
}

std::string fresh_event_id() {
    thread_local SystemRandom random;
    return random_hex(random, 16);
}

}  // namespace

std::string_view outbound_subject(const Committed& committed) {
    return std::visit([](const auto& fact) { return subject_of(fact); }, committed);
}

std::optional<OutboundEvent> outbound_event(const Committed& committed) {
    const auto subject = outbound_subject(committed);
    if (subject.empty()) return std::nullopt;
    OutboundEvent event{std::string(subject), {}, {}};
    event.payload = std::visit([&](const auto& fact) { return payload_of(subject, fact); }, committed);
    if (const auto* entry = std::get_if<CommittedEntry>(&committed)) event.id = entry->envelope->messageid();
    return event;
}

std::optional<storage::OutboxEvent> outbox_event(const Committed& committed) {
    auto event = outbound_event(committed);
    if (!event) return std::nullopt;
    storage::OutboxEvent kept;
    kept.subject = std::move(event->subject);
    kept.payload = std::move(event->payload);
    kept.msg_id = std::move(event->id);
    if (kept.msg_id.empty()) kept.msg_id = fresh_event_id();
    return kept;
}

OutboundEvent login_event(const SessionFacts& session, WallTime at, MessageIds& ids) {
    return {std::string(kUserLogin), session_payload(kUserLogin, session, "loginTime", at).end(), ids.next()};
}

OutboundEvent logout_event(const SessionFacts& session, WallTime at, std::string_view reason,
                           MessageIds& ids) {
    return {std::string(kUserLogout),
            session_payload(kUserLogout, session, "logoutTime", at).text("reason", reason).end(), ids.next()};
}

}  // namespace causeway::app
