// conversations/…: who is in which conversation. What a user may do there the store decides, in the
// transaction that does it.
#include "broker/app/answers.hpp"
#include "broker/app/conversation_kind.hpp"
#include "broker/app/fields.hpp"
#include "broker/app/handlers.hpp"
#include "broker/app/names.hpp"
#include "broker/app/row_parts.hpp"
#include "broker/base/base64.hpp"

namespace causeway::app {

namespace {

using nlohmann::json;

constexpr const char* kReplies = "/user/queue/conversations";

std::string read_kind(Fields& fields, std::size_t max) {
    std::string kind = fields.name("type", max);
    if (kind.empty()) return std::string(kGroup);
    if (!is_conversation_kind(kind))
        fields.refuse("type", "type must be group, drama_chat, live_stream, ai_assistant or cultural_circle",
                      ErrorCode::kTypeUnsupported);
    return kind;
}

std::vector<std::string> read_members(Fields& fields, const CommandLimits& limits) {
    std::vector<std::string> members;
    const json* list = fields.find("members");
    if (list == nullptr) return members;
    if (!list->is_array() || list->size() > limits.members) {
        fields.refuse("members", "members must be an array of at most " + std::to_string(limits.members));
        return members;
    }
    for (const json& item : *list) {
        const auto* user = item.get_ptr<const std::string*>();
        if (user == nullptr || user->empty() || user->size() > limits.id_bytes || !is_printable(*user)) {
            fields.refuse("members", "members must hold names of users");
            return members;
        }
        members.push_back(*user);
    }
    return members;
}

// A retried create without an id of its own must make the same conversation, so the id is made from
// what the two have in common.
std::string id_of_request(const std::string& user, const std::string& client_msg_id) {
    return "c-" + base64url_encode(sha256(user + '\n' + client_msg_id).substr(0, 16));
}

Done made(const storage::ConversationMade& answer, const ReplyStamp& stamp) {
    const json body{{"action", "create"}, {"conversationId", answer.id}, {"existed", answer.existed}};
    return {{{"conversation-id", answer.id},
             {"duplicate", answer.existed ? "true" : "false"},
             {"stored", "true"}},
            stamp.reply(kReplies, body.dump()),
            {}};
}

Done changed(const storage::Changed& answer, const std::string& conversation) {
    return {{{"conversation-id", conversation},
             {"duplicate", answer.changed ? "false" : "true"},
             {"stored", "true"}},
            nullptr,
            {}};
}

enum class Whom : std::uint8_t { kCaller, kNamed };

void change(Services& services, const Command& command, storage::MembershipChange what, Whom whom,
            OnOutcome on_outcome) {
    Fields fields = read_fields(services, command);
    storage::ChangeMembership request{what,
                                      fields.conversation_id("conversationId", services.limits.id_bytes),
                                      command.caller.identity.user, command.caller.identity.user, false};
    if (whom == Whom::kNamed) request.user = fields.required_name("userId", services.limits.id_bytes);
    if (fields.fault()) return on_outcome(*fields.fault());

    std::string conversation = request.conversation;
    services.store.submit(std::move(request),
                          on_answer<storage::Changed>(services, std::move(on_outcome),
                                                      [conversation](const storage::Changed& answer) {
                                                          return changed(answer, conversation);
                                                      }));
}

std::string list_body(std::span<const storage::ConversationRow> rows, bool more) {
    json list = json::array();
    for (const auto& row : rows)
        list.push_back({{"conversationId", row.id},
                        {"type", row.kind},
                        {"name", row.name},
                        {"role", row.role},
                        {"lastSequence", value(row.last_sequence)},
                        {"lastTimestamp", row.last_timestamp}});
    const json body{{"action", "list"}, {"conversations", std::move(list)}, {"more", more}};
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

void create_conversation(Services& services, const Command& command, OnOutcome on_outcome) {
    Fields fields = read_fields(services, command);
    const auto& limits = services.limits;
    storage::CreateConversation request;
    request.creator = command.caller.identity.user;
    request.kind = read_kind(fields, limits.id_bytes);
    request.name = fields.name("name", limits.id_bytes);
    request.members = read_members(fields, limits);
    const std::string client_msg_id = fields.name("clientMsgId", limits.id_bytes);
    if (fields.has("conversationId"))
        request.id = fields.conversation_id("conversationId", limits.id_bytes);
    else if (!client_msg_id.empty())
        request.id = id_of_request(request.creator, client_msg_id);
    if (fields.fault()) return on_outcome(*fields.fault());

    services.store.submit(std::move(request), on_answer<storage::ConversationMade>(
                                                  services, std::move(on_outcome),
                                                  [stamp = ReplyStamp(services)](const auto& answer) {
                                                      return made(answer, stamp);
                                                  }));
}

void join_conversation(Services& services, const Command& command, OnOutcome on_outcome) {
    change(services, command, storage::MembershipChange::kJoin, Whom::kCaller, std::move(on_outcome));
}

void leave_conversation(Services& services, const Command& command, OnOutcome on_outcome) {
    change(services, command, storage::MembershipChange::kLeave, Whom::kCaller, std::move(on_outcome));
}

void add_member(Services& services, const Command& command, OnOutcome on_outcome) {
    change(services, command, storage::MembershipChange::kAdd, Whom::kNamed, std::move(on_outcome));
}

void remove_member(Services& services, const Command& command, OnOutcome on_outcome) {
    change(services, command, storage::MembershipChange::kRemove, Whom::kNamed, std::move(on_outcome));
}

void list_conversations(Services& services, const Command& command, OnOutcome on_outcome) {
    using Rows = std::vector<storage::ConversationRow>;
    services.store.read_conversations(
        command.caller.identity.user,
        on_read<Rows>(services, "the conversations", std::move(on_outcome),
                      [&services, stamp = ReplyStamp(services)](Rows& rows) {
                          return row_part(services, stamp, kReplies,
                                          std::make_shared<const Rows>(std::move(rows)), list_body);
                      }));
}

}  // namespace causeway::app
