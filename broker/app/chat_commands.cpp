// chat and private-message: the path that most traffic takes. The client's timestamp is not kept: an
// envelope's timestamp is ours.
#include "broker/app/chat_message.hpp"
#include "broker/app/fields.hpp"
#include "broker/app/handlers.hpp"
#include "broker/app/names.hpp"

namespace causeway::app {

namespace {

constexpr std::string_view kEnvelopeVersion = "1";

Done stored(const storage::Appended& answer) {
    return {{{"message-id", answer.message_id},
             {"sequence", std::to_string(value(answer.sequence))},
             {"timestamp", std::to_string(answer.timestamp)},
             {"offset", std::to_string(value(answer.offset))},
             {"conversation-id", answer.conversation},
             {"duplicate", answer.duplicate ? "true" : "false"},
             {"stored", "true"}},
            nullptr,
            {}};
}

void submit(Services& services, storage::Append append, OnOutcome on_outcome) {
    services.store.submit(
        std::move(append), [post = services.post, done = std::move(on_outcome)](storage::Answer answer) {
            post([done, answer = std::move(answer)] {
                if (const auto* appended = std::get_if<storage::Appended>(&answer))
                    return done(stored(*appended));
                if (const auto* refusal = std::get_if<Refusal>(&answer)) return done(*refusal);
                done(Refusal{ErrorCode::kSendFailed, "the store gave an answer to another question", ""});
            });
        });
}

void fill_sender(Services& services, const Caller& caller, storage::Append& append) {
    append.sender = caller.identity.user;
    append.origin = caller.session;
    append.client_msg_id = append.envelope.clientmessageid();

    auto& envelope = append.envelope;
    envelope.set_messageid(services.ids.next());
    envelope.set_senderid(caller.identity.user);
    envelope.set_sendername(caller.identity.name);
    envelope.set_version(std::string(kEnvelopeVersion));
    // These come from headers, which may be long and hold any octets; a field of the envelope may not.
    const std::size_t max = services.limits.id_bytes;
    if (is_name(caller.device_id, max)) envelope.set_deviceid(std::string(caller.device_id));
    if (is_name(caller.client_type, max)) envelope.set_source(std::string(caller.client_type));
    envelope.set_timestamp(to_ms(services.clock.wall()));
}

// Reads the body in either form. `target` is the field that says where the message goes.
Fields read(const Services& services, const Command& command, std::string_view target,
            storage::Append& append) {
    const ChatLimits limits{services.limits.id_bytes, services.limits.attachments};
    if (!command.protobuf) {
        Fields fields(command.body, services.limits.json_depth);
        if (fields.fault()) return fields;
        read_chat(fields, limits, append.envelope);
        if (!append.envelope.clientmessageid().empty()) append.body_digest = fields.digest();
        return fields;
    }
    Fields fields{nlohmann::json::object()};
    storage::Envelope sent;
    if (!sent.ParseFromArray(command.body.data(), static_cast<int>(command.body.size()))) {
        fields.refuse("", "the body is not a protobuf WebSocketMessage");
        return fields;
    }
    read_chat(sent, limits, fields, append.envelope);
    fields.set_default(target, target == "receiverId" ? sent.receiverid() : sent.conversationid());
    sent.clear_timestamp();
    if (!append.envelope.clientmessageid().empty()) append.body_digest = sha256(sent.SerializeAsString());
    return fields;
}

}  // namespace

void chat(Services& services, const Command& command, OnOutcome on_outcome) {
    storage::Append append;
    append.command = command.name;
    Fields fields = read(services, command, "conversationId", append);
    append.conversation = fields.conversation_id("conversationId", services.limits.id_bytes);
    if (fields.fault()) return on_outcome(*fields.fault());
    append.envelope.set_conversationid(append.conversation);
    fill_sender(services, command.caller, append);
    submit(services, std::move(append), std::move(on_outcome));
}

void private_message(Services& services, const Command& command, OnOutcome on_outcome) {
    storage::Append append;
    append.command = command.name;
    Fields fields = read(services, command, "receiverId", append);
    append.receiver = fields.required_name("receiverId", services.limits.id_bytes);
    if (append.receiver == command.caller.identity.user)
        fields.refuse("receiverId", "receiverId is the sender");
    if (fields.fault()) return on_outcome(*fields.fault());
    append.envelope.set_receiverid(append.receiver);
    fill_sender(services, command.caller, append);
    submit(services, std::move(append), std::move(on_outcome));
}

}  // namespace causeway::app
