#include "broker/app/envelope_json.hpp"

#include "broker/app/json_text.hpp"
#include "broker/base/base64.hpp"

namespace causeway::app {

namespace {

namespace v1 = causeway::v1;

// `key` is all that stands before the value: {"name": or ,"name":
void text(std::string& out, std::string_view key, const std::string& value) {
    out += key;
    append_json_string(out, value);
}

void number(std::string& out, std::string_view key, std::int64_t value) {
    out += key;
    append_json_number(out, value);
}

void append(std::string& out, const v1::Attachment& m) {
    text(out, R"({"url":)", m.url());
    text(out, R"(,"name":)", m.name());
    text(out, R"(,"contentType":)", m.contenttype());
    number(out, R"(,"size":)", m.size());
    out += '}';
}

void append(std::string& out, const v1::OpaqueMessage::Header& m) {
    text(out, R"({"name":)", m.name());
    text(out, R"(,"value":)", m.value());
    out += '}';
}

template <typename Repeated>
void list(std::string& out, std::string_view key, const Repeated& items) {
    out += key;
    out += '[';
    bool first = true;
    for (const auto& item : items) {
        if (!first) out += ',';
        first = false;
        append(out, item);
    }
    out += ']';
}

void append(std::string& out, const v1::ChatMessage& m) {
    text(out, R"({"content":)", m.content());
    list(out, R"(,"attachments":)", m.attachments());
    text(out, R"(,"quotedMessageId":)", m.quotedmessageid());
    text(out, R"(,"quotedContent":)", m.quotedcontent());
    text(out, R"(,"quotedSenderId":)", m.quotedsenderid());
    text(out, R"(,"originalMessageId":)", m.originalmessageid());
    text(out, R"(,"reason":)", m.reason());
    text(out, R"(,"signature":)", m.signature());
    out += '}';
}

void append(std::string& out, const v1::NotificationMessage& m) {
    text(out, R"({"content":)", m.content());
    text(out, R"(,"notificationId":)", m.notificationid());
    text(out, R"(,"priority":)", m.priority());
    number(out, R"(,"expiresAt":)", m.expiresat());
    out += '}';
}

void append(std::string& out, const v1::SystemMessage& m) {
    text(out, R"({"content":)", m.content());
    text(out, R"(,"code":)", m.code());
    out += '}';
}

void append(std::string& out, const v1::EventMessage& m) {
    text(out, R"({"content":)", m.content());
    text(out, R"(,"eventType":)", m.eventtype());
    text(out, R"(,"subject":)", m.subject());
    out += '}';
}

void append(std::string& out, const v1::OrderMessage& m) {
    text(out, R"({"orderId":)", m.orderid());
    text(out, R"(,"status":)", m.status());
    text(out, R"(,"content":)", m.content());
    out += '}';
}

void append(std::string& out, const v1::ShippingMessage& m) {
    text(out, R"({"orderId":)", m.orderid());
    text(out, R"(,"trackingNumber":)", m.trackingnumber());
    text(out, R"(,"status":)", m.status());
    text(out, R"(,"content":)", m.content());
    out += '}';
}

void append(std::string& out, const v1::PresenceMessage& m) {
    text(out, R"({"userId":)", m.userid());
    text(out, R"(,"userName":)", m.username());
    text(out, R"(,"status":)", m.status());
    number(out, R"(,"since":)", m.since());
    out += '}';
}

void append(std::string& out, const v1::ReceiptMessage& m) {
    text(out, R"({"messageId":)", m.messageid());
    text(out, R"(,"conversationId":)", m.conversationid());
    number(out, R"(,"sequence":)", m.sequence());
    text(out, R"(,"userId":)", m.userid());
    number(out, R"(,"status":)", m.status());
    out += '}';
}

void append(std::string& out, const v1::TypingMessage& m) {
    text(out, R"({"conversationId":)", m.conversationid());
    text(out, R"(,"userId":)", m.userid());
    text(out, R"(,"userName":)", m.username());
    text(out, R"(,"state":)", m.state());
    out += '}';
}

void append(std::string& out, const v1::IotStatusMessage& m) {
    text(out, R"({"deviceId":)", m.deviceid());
    text(out, R"(,"status":)", m.status());
    text(out, R"(,"content":)", m.content());
    out += '}';
}

void append(std::string& out, const v1::IotCommandMessage& m) {
    text(out, R"({"deviceId":)", m.deviceid());
    text(out, R"(,"command":)", m.command());
    text(out, R"(,"parameters":)", m.parameters());
    text(out, R"(,"requestId":)", m.requestid());
    out += '}';
}

void append(std::string& out, const v1::OpaqueMessage& m) {
    text(out, R"({"body":)", base64_encode(m.body()));
    text(out, R"(,"contentType":)", m.contenttype());
    list(out, R"(,"headers":)", m.headers());
    out += '}';
}

template <typename Payload>
void payload(std::string& out, std::string_view key, const Payload& m) {
    out += key;
    append(out, m);
}

void append_payload(std::string& out, const Envelope& m) {
    switch (m.payload_case()) {
        case Envelope::kChat:
            return payload(out, R"(,"chat":)", m.chat());
        case Envelope::kNotification:
            return payload(out, R"(,"notification":)", m.notification());
        case Envelope::kSystem:
            return payload(out, R"(,"system":)", m.system());
        case Envelope::kEvent:
            return payload(out, R"(,"event":)", m.event());
        case Envelope::kOrder:
            return payload(out, R"(,"order":)", m.order());
        case Envelope::kShipping:
            return payload(out, R"(,"shipping":)", m.shipping());
        case Envelope::kPresence:
            return payload(out, R"(,"presence":)", m.presence());
        case Envelope::kReceipt:
            return payload(out, R"(,"receipt":)", m.receipt());
        case Envelope::kTyping:
            return payload(out, R"(,"typing":)", m.typing());
        case Envelope::kIotStatus:
            return payload(out, R"(,"iotStatus":)", m.iotstatus());
        case Envelope::kIotCommand:
            return payload(out, R"(,"iotCommand":)", m.iotcommand());
        case Envelope::kOpaque:
            return payload(out, R"(,"opaque":)", m.opaque());
        case Envelope::PAYLOAD_NOT_SET:
            return;
    }
}

}  // namespace

void append_json(std::string& out, const Envelope& m) {
    text(out, R"({"messageId":)", m.messageid());
    number(out, R"(,"type":)", m.type());
    number(out, R"(,"status":)", m.status());
    text(out, R"(,"senderId":)", m.senderid());
    text(out, R"(,"receiverId":)", m.receiverid());
    text(out, R"(,"conversationId":)", m.conversationid());
    text(out, R"(,"clientMessageId":)", m.clientmessageid());
    text(out, R"(,"version":)", m.version());
    text(out, R"(,"deviceId":)", m.deviceid());
    text(out, R"(,"source":)", m.source());
    number(out, R"(,"timestamp":)", m.timestamp());
    number(out, R"(,"sequence":)", m.sequence());
    append_payload(out, m);
    text(out, R"(,"senderName":)", m.sendername());
    out += '}';
}

std::string to_json(const Envelope& envelope) {
    std::string out;
    // The names come to some 300 octets; quoting a text of JSON adds perhaps an eighth.
    out.reserve(512 + envelope.chat().content().size() * 9 / 8);
    append_json(out, envelope);
    return out;
}

}  // namespace causeway::app
