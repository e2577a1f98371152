#include "broker/app/commands.hpp"

#include <algorithm>
#include <array>

#include "broker/app/fields.hpp"
#include "broker/app/handlers.hpp"

namespace causeway::app {

namespace {

struct Row {
    std::string_view name;
    Handler handler;  // null: known, but not in this version
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
    Row{"conversations/list", list_conversations},
    Row{"edit-message", nullptr},
    Row{"delete-message", nullptr},
    Row{"pin-message", nullptr},
    Row{"forward-message", nullptr},
    Row{"read", nullptr},
    Row{"typing", nullptr},
    Row{"presence", nullptr},
    Row{"sync", nullptr},
    Row{"history", nullptr},
    Row{"notifications/read", nullptr},
    Row{"iot/control", nullptr},
};

constexpr std::size_t kLongestEcho = 64;

Refusal unsupported(std::string_view command, std::string_view why) {
    std::string text = "/app/" + std::string(command.substr(0, kLongestEcho));
    return {ErrorCode::kTypeUnsupported, text.append(why), "destination"};
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

void Commands::run(const Caller& caller, std::string_view command, std::string_view body,
                   std::string_view content_type, OnOutcome on_outcome) {
    const auto* row = std::find_if(kCommands.begin(), kCommands.end(),
                                   [&](const Row& candidate) { return candidate.name == command; });
    if (row == kCommands.end()) return on_outcome(unsupported(command, " is not a command"));
    if (row->handler == nullptr) return on_outcome(unsupported(command, " is not available in this version"));
    row->handler(*services_, {caller, row->name, body, is_protobuf(content_type)}, std::move(on_outcome));
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
