#include "broker/app/message_envelope.hpp"

#include "broker/app/fields.hpp"
#include "broker/base/base64.hpp"

namespace causeway::app {

namespace {

constexpr const char* kVersion = "1";

void set_opaque(storage::Envelope& envelope, const routing::Message& message) {
    auto& opaque = *envelope.mutable_opaque();
    opaque.set_body(message.content->body());
    opaque.set_contenttype(message.content->content_type());
    for (const auto& [name, value] : message.headers) {
        auto& header = *opaque.add_headers();
        header.set_name(name);
        header.set_value(value);
    }
}

}  // namespace

storage::Envelope envelope_of(const routing::Message& message) {
    storage::Envelope envelope;
    const std::string& protobuf = message.content->protobuf();
    if (protobuf.empty() || !envelope.ParseFromString(protobuf)) {
        envelope.Clear();
        envelope.set_version(kVersion);
        envelope.set_senderid(message.sender_id);
        set_opaque(envelope, message);
    }
    envelope.set_messageid(message.message_id);
    envelope.set_timestamp(message.timestamp);
    return envelope;
}

storage::Append topic_append(const routing::Message& message) {
    storage::Append append;
    append.command = "send";
    append.sender = message.sender_id;
    append.destination = message.destination;
    append.envelope = envelope_of(message);
    if (message.client_msg_id.empty()) return append;
    if (message.content->protobuf().empty()) {
        append.client_msg_id = message.client_msg_id;
        append.body_digest = send_digest(message);
        append.envelope.set_clientmessageid(message.client_msg_id);
    } else {
        append.command = "event";
        // One event may go to several topics, and its id be of any length and kind.
        append.client_msg_id = base64url_encode(sha256(message.destination + '\n' + message.client_msg_id));
    }
    return append;
}

storage::Append topic_append(const routing::Message& message, const routing::HistoryRule& rule) {
    storage::Append append = topic_append(message);
    append.bounds = {rule.count, rule.bytes, rule.age, rule.retained};
    return append;
}

std::string send_digest(const routing::Message& message) {
    return sha256(message.destination + '\n' + message.content->content_type() + '\n' +
                  message.content->body());
}

}  // namespace causeway::app
