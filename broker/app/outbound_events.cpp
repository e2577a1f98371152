// Outbound: what happened here, for back ends.
#include "broker/app/event_requests.hpp"
#include "broker/app/json_text.hpp"
#include "broker/app/nats_events.hpp"

namespace causeway::app {

namespace {

namespace v1 = causeway::v1;

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

std::string_view subject_of(v1::MessageType type) {
    switch (type) {
        case v1::CHAT_EDIT:
            return "communication.message.edited";
        case v1::CHAT_RECALL:
            return "communication.message.recalled";
        default:
            return kMessageSent;
    }
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

}  // namespace

std::optional<OutboundEvent> outbound_event(const storage::CommittedEntry& entry) {
    const auto& envelope = *entry.envelope;
    if (!envelope.has_chat()) return std::nullopt;
    // A client can call itself what it likes, but it has a session.
    if (value(entry.origin) == 0 && envelope.source() == kSourceNats) return std::nullopt;

    const auto subject = subject_of(envelope.type());
    Payload payload(subject);
    payload.text("messageId", envelope.messageid())
        .text("conversationId", entry.conversation)
        .text("senderId", envelope.senderid());
    if (!envelope.receiverid().empty()) payload.text("receiverId", envelope.receiverid());
    payload.number("sequence", static_cast<std::int64_t>(value(entry.sequence)))
        .number("offset", static_cast<std::int64_t>(value(entry.offset)))
        .number("msgType", envelope.type())
        .raw("content", envelope.chat().content())
        .number("timestamp", envelope.timestamp())
        .text("clientMsgId", envelope.clientmessageid());
    return OutboundEvent{std::string(subject), payload.end(), envelope.messageid()};
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
