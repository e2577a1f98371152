#include "broker/app/message_envelope.hpp"

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

}  // namespace causeway::app
