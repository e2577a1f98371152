// chat and private-message: the path that most traffic takes. The client's timestamp is not kept: an
// envelope's timestamp is ours.
#include "broker/app/answers.hpp"
#include "broker/app/chat_message.hpp"
#include "broker/app/fields.hpp"
#include "broker/app/handlers.hpp"

namespace causeway::app {

namespace {

void submit(Services& services, const Caller& caller, storage::Append append, OnOutcome on_outcome) {
    fill_sender(services, caller, append.envelope);
    append.sender = caller.identity.user;
    append.origin = caller.session;
    append.client_msg_id = append.envelope.clientmessageid();
    services.store.submit(std::move(append),
                          on_answer<storage::Appended>(services, std::move(on_outcome), stored));
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
    submit(services, command.caller, std::move(append), std::move(on_outcome));
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
    submit(services, command.caller, std::move(append), std::move(on_outcome));
}

}  // namespace causeway::app
