#include "broker/app/chat_message.hpp"

#include "broker/app/chat_content.hpp"
#include "broker/app/names.hpp"
#include "broker/app/strict_json.hpp"

namespace causeway::app {

namespace {

namespace v1 = causeway::v1;
using nlohmann::json;

constexpr std::size_t kContentDepth = 32;

// The types a sender may give: edits and recalls are made by their own commands only.
bool is_chat_type(std::int64_t type) {
    return (type >= v1::CHAT_TEXT && type <= v1::CHAT_CARD) || type == v1::CHAT_QUOTE ||
           type == v1::CHAT_FORWARD;
}

v1::MessageType checked_type(std::int64_t type, std::string_view field, Fields& faults) {
    if (is_chat_type(type)) return static_cast<v1::MessageType>(type);
    faults.refuse(field,
                  std::string(field) + " " + std::to_string(type) + " is not a chat type that can be sent",
                  ErrorCode::kTypeUnsupported);
    return v1::CHAT_TEXT;
}

void read_attachment(const json& from, std::size_t max_id, Fields& faults, v1::Attachment& into) {
    if (!from.is_object()) return faults.refuse("attachments", "attachments must hold objects");
    Fields fields{json(from)};
    into.set_url(fields.text("url"));
    into.set_name(fields.text("name"));
    into.set_contenttype(fields.name("contentType", max_id));
    into.set_size(fields.integer("size", 0));
    if (into.url().empty()) fields.refuse("url", "url is missing or empty");
    if (const auto& fault = fields.fault())
        faults.refuse("attachments", "an attachment's " + fault->text, fault->code);
}

void read_attachments(Fields& fields, const ChatLimits& limits, v1::ChatMessage& chat) {
    const json* list = fields.find("attachments");
    if (list == nullptr) return;
    if (!list->is_array()) return fields.refuse("attachments", "attachments must be an array");
    if (list->size() > limits.attachments)
        return fields.refuse("attachments",
                             "more than " + std::to_string(limits.attachments) + " attachments");
    for (const json& item : *list) read_attachment(item, limits.id_bytes, fields, *chat.add_attachments());
}

}  // namespace

void read_chat(Fields& fields, const ChatLimits& limits, v1::WebSocketMessage& into) {
    into.set_type(checked_type(fields.integer("msgType", v1::CHAT_TEXT), "msgType", fields));
    into.set_clientmessageid(fields.name("clientMsgId", limits.id_bytes));

    auto& chat = *into.mutable_chat();
    if (const json* content = fields.find("content")) {
        auto text = chat_content(*content, "content");
        if (auto* refusal = std::get_if<Refusal>(&text))
            fields.refuse("content", std::move(refusal->text));
        else
            chat.set_content(std::get<std::string>(std::move(text)));
    } else {
        fields.refuse("content", "content is missing");
    }
    read_attachments(fields, limits, chat);
    chat.set_quotedmessageid(
        fields.name(fields.has("quotedMessageId") ? "quotedMessageId" : "replyTo", limits.id_bytes));
    chat.set_quotedcontent(fields.text("quotedContent"));
    chat.set_quotedsenderid(fields.name("quotedSenderId", limits.id_bytes));
    chat.set_originalmessageid(fields.name("originalMessageId", limits.id_bytes));
    chat.set_reason(fields.text("forwardReason"));
    chat.set_signature(fields.text("signature"));
}

void read_chat(const v1::WebSocketMessage& from, const ChatLimits& limits, Fields& faults,
               v1::WebSocketMessage& into) {
    into.set_type(checked_type(from.type(), "type", faults));
    if (from.clientmessageid().size() > limits.id_bytes || !is_printable(from.clientmessageid()))
        faults.refuse("clientMessageId", "clientMessageId is too long or has control characters");
    into.set_clientmessageid(from.clientmessageid());

    if (!from.has_chat()) return faults.refuse("chat", "chat is missing");
    if (static_cast<std::size_t>(from.chat().attachments_size()) > limits.attachments)
        faults.refuse("chat.attachments", "more than " + std::to_string(limits.attachments) + " attachments");
    // The field holds JSON text by definition, so here a reader of JSON must find an object, and no byte
    // order mark, which our parser skips and others do not.
    const std::string& content = from.chat().content();
    if (!parse_json(content, kContentDepth).is_object() || content.front() == '\xef')
        faults.refuse("chat.content", "chat.content must be the JSON text of an object");
    *into.mutable_chat() = from.chat();
}

}  // namespace causeway::app
