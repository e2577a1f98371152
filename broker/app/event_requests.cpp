#include "broker/app/event_requests.hpp"

#include "broker/app/nats_events.hpp"

#include <nlohmann/json.hpp>

#include "broker/app/chat_message.hpp"
#include "broker/app/conversation_kind.hpp"
#include "broker/app/fields.hpp"
#include "broker/app/names.hpp"

namespace causeway::app {

namespace {

using nlohmann::json;
using storage::MembershipChange;

constexpr std::size_t kIdBytes = 128;
constexpr std::size_t kNoLimit = SIZE_MAX;

std::string id_of(const json& value) {
    std::string id;
    if (value.is_string())
        id = value.get<std::string>();
    else if (value.is_number_integer())
        id = value.dump();
    return id.size() <= kIdBytes && is_printable(id) ? id : std::string();
}

// A member is named by an id or by an object that holds one.
std::string member_of(const json& value) {
    if (!value.is_object()) return id_of(value);
    std::string id = id_field(value, "userId");
    return id.empty() ? id_field(value, "memberId") : id;
}

std::string string_field(const json& fields, std::string_view name) {
    const auto value = fields.find(name);
    return value != fields.end() && value->is_string() ? value->get<std::string>() : std::string();
}

EventRequests created(const json& fields, const std::string& conversation) {
    storage::CreateConversation request;
    request.id = conversation;
    request.kind = string_field(fields, "type");
    if (!is_conversation_kind(request.kind)) request.kind = kGroup;
    request.name = string_field(fields, "name");
    request.creator = id_field(fields, "creatorId");
    request.members = members_field(fields);
    request.trusted = true;
    return {{std::move(request)}, {}};
}

EventRequests changed(MembershipChange change, const json& fields, const std::string& conversation) {
    std::vector<std::string> users = members_field(fields);
    std::string one = id_field(fields, "memberId");
    if (one.empty()) one = id_field(fields, "userId");
    if (!one.empty() && users.empty()) users.push_back(std::move(one));

    EventRequests result;
    for (auto& user : users)
        result.requests.push_back(storage::ChangeMembership{
            change, conversation, id_field(fields, "operatorId"), std::move(user), true});
    if (result.requests.empty()) result.ignored = "memberId is missing";
    return result;
}

EventRequests sent(const json& object, std::string_view event_id, const Clock& clock, MessageIds& ids) {
    Fields fields{json(object)};
    storage::Append append;
    append.command = kMessageSent;
    append.trusted = true;
    read_chat(fields, {kIdBytes, kNoLimit}, append.envelope);
    append.sender = id_field(object, "senderId");
    if (append.sender.empty()) fields.refuse("senderId", "senderId is missing");
    append.conversation = id_field(object, "conversationId");
    const std::string receiver = id_field(object, "receiverId");
    if (append.conversation.empty()) append.receiver = receiver;
    if (append.conversation.empty() ? receiver.empty() : !is_conversation_id(append.conversation))
        fields.refuse("conversationId", "conversationId is missing or cannot be one");
    if (fields.fault()) return {{}, fields.fault()->text};

    auto& envelope = append.envelope;
    // Whatever names the event names its repetitions, too.
    append.client_msg_id = envelope.clientmessageid();
    if (append.client_msg_id.empty()) append.client_msg_id = id_field(object, "messageId");
    if (append.client_msg_id.empty()) append.client_msg_id = event_id;
    if (!append.client_msg_id.empty()) append.body_digest = fields.digest();
    envelope.set_messageid(ids.next());
    envelope.set_senderid(append.sender);
    envelope.set_sendername(string_field(object, "senderName"));
    envelope.set_receiverid(receiver);
    envelope.set_conversationid(append.conversation);
    envelope.set_version("1");
    envelope.set_source(std::string(kSourceNats));
    envelope.set_timestamp(to_ms(clock.wall()));
    return {{std::move(append)}, {}};
}

}  // namespace

std::string id_field(const json& fields, std::string_view name) {
    const auto value = fields.find(name);
    return value == fields.end() ? std::string() : id_of(*value);
}

std::vector<std::string> members_field(const json& fields) {
    std::vector<std::string> members;
    const auto list = fields.find("members");
    if (list == fields.end() || !list->is_array()) return members;
    for (const json& item : *list)
        if (std::string id = member_of(item); !id.empty()) members.push_back(std::move(id));
    return members;
}

EventRequests requests_of(std::string_view subject, const json& fields, std::string_view event_id,
                          const Clock& clock, MessageIds& ids) {
    if (subject == kMessageSent) return sent(fields, event_id, clock, ids);
    const bool create = subject == kConversationCreated;
    const bool add = subject == kMemberAdded;
    if (!create && !add && subject != kMemberRemoved) return {};

    const std::string conversation = id_field(fields, "conversationId");
    if (!is_conversation_id(conversation)) return {{}, "conversationId is missing or cannot be one"};
    if (create) return created(fields, conversation);
    return changed(add ? MembershipChange::kAdd : MembershipChange::kRemove, fields, conversation);
}

}  // namespace causeway::app
