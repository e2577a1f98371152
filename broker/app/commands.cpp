#include "broker/app/commands.hpp"

#include <algorithm>
#include <array>

#include "broker/app/command_table.hpp"
#include "broker/app/fields.hpp"
#include "broker/app/names.hpp"

namespace causeway::app {

namespace {

constexpr std::string_view kEnvelopeVersion = "1";

enum class Subscribe : std::uint8_t { kRefused, kAnswered };

struct Row {
    std::string_view name;
    Handler handler;  // null: known, but not in this version
    Subscribe subscribe = Subscribe::kRefused;
};

constexpr std::array kCommands{
    Row{"chat", chat},
    Row{"private-message", private_message},
    Row{"heartbeat", heartbeat},
    Row{"auth", authenticate},
    Row{"conversations/create", create_conversation},
    Row{"conversations/join", join_conversation},
    Row{"conversations/leave", leave_conversation},
    Row{"conversations/add", add_member},
    Row{"conversations/remove", remove_member},
    Row{"conversations/list", list_conversations, Subscribe::kAnswered},
    Row{"edit-message", edit_message},
    Row{"delete-message", delete_message},
    Row{"read", mark_read},
    Row{"unread", unread, Subscribe::kAnswered},
    Row{"sync", sync},
    Row{"history", history},
    Row{"pin-message", nullptr},
    Row{"forward-message", nullptr},
    Row{"typing", nullptr},
    Row{"presence", nullptr},
    Row{"notifications/read", nullptr},
    Row{"iot/control", nullptr},
};

constexpr std::size_t kLongestEcho = 64;

const Row* find(std::string_view command) {
    const auto* row = std::find_if(kCommands.begin(), kCommands.end(),
                                   [&](const Row& candidate) { return candidate.name == command; });
    return row == kCommands.end() ? nullptr : row;
}

bool is_protobuf(std::string_view content_type) {
    constexpr std::string_view kType = "application/x-protobuf";
    return content_type.substr(0, kType.size()) == kType &&
           (content_type.size() == kType.size() || content_type[kType.size()] == ';');
}

}  // namespace

Commands::Commands(storage::Store& store, const Clock& clock, MessageIds& ids, Post post, VerifyToken verify,
                   CommandLimits limits)
    : services_(new Services{store, clock, ids, std::move(post), std::move(verify), limits}) {}

Commands::~Commands() = default;

Refusal unsupported(std::string_view command, std::string_view why) {
    std::string text = "/app/" + std::string(command.substr(0, kLongestEcho));
    return {ErrorCode::kTypeUnsupported, text.append(why), "destination"};
}

void Commands::run(const Caller& caller, std::string_view command, std::string_view body,
                   std::string_view content_type, OnOutcome on_outcome) {
    run_command(*services_, caller, command, body, content_type, std::move(on_outcome));
}

void run_command(Services& services, const Caller& caller, std::string_view command, std::string_view body,
                 std::string_view content_type, OnOutcome on_outcome) {
    const Row* row = find(command);
    if (row == nullptr) return on_outcome(unsupported(command, " is not a command"));
    if (row->handler == nullptr) return on_outcome(unsupported(command, " is not available in this version"));
    row->handler(services, {caller, row->name, body, is_protobuf(content_type)}, std::move(on_outcome));
}

bool Commands::answers_subscribe(std::string_view command) {
    const Row* row = find(command);
    return row != nullptr && row->subscribe == Subscribe::kAnswered;
}

Fields read_fields(const Services& services, const Command& command) {
    if (!command.protobuf) return Fields(command.body, services.limits.json_depth);
    storage::Envelope envelope;
    Fields fault{nlohmann::json::object()};
    if (!envelope.ParseFromArray(command.body.data(), static_cast<int>(command.body.size()))) {
        fault.refuse("", "the body is not a protobuf WebSocketMessage");
        return fault;
    }
    Fields fields(envelope.system().content(), services.limits.json_depth);
    fields.set_default("conversationId", envelope.conversationid());
    fields.set_default("userId", envelope.receiverid());
    return fields;
}

void fill_sender(Services& services, const Caller& caller, storage::Envelope& envelope) {
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

routing::MessagePtr reply(std::string destination, std::string message_id, std::int64_t timestamp,
                          std::string json) {
    auto message = std::make_shared<routing::Message>();
    message->destination = std::move(destination);
    message->message_id = std::move(message_id);
    message->timestamp = timestamp;
    message->content = std::make_shared<routing::Content>(std::move(json), "application/json");
    return message;
}

}  // namespace causeway::app
