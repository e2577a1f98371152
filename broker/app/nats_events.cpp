// Inbound: the mirror, the copies, the requests.
#include "broker/app/nats_events.hpp"

#include <algorithm>

#include "bridge/subject.hpp"
#include "broker/app/envelope_json.hpp"
#include "broker/app/event_content.hpp"
#include "broker/app/event_requests.hpp"
#include "broker/app/names.hpp"
#include "broker/routing/destination.hpp"

namespace causeway::app {

namespace {

namespace v1 = causeway::v1;

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

v1::MessageType type_of(std::string_view subject) {
    if (subject == "business.user.login" || subject == "business.user.logout" ||
        starts_with(subject, "business.user.status."))
        return v1::EVENT_USER_STATUS_CHANGE;
    if (starts_with(subject, "business.group.") || starts_with(subject, "business.conversation."))
        return v1::EVENT_GROUP_UPDATE;
    if (starts_with(subject, "communication.message.")) return v1::EVENT_MESSAGE_STATUS_CHANGE;
    if (starts_with(subject, "business.system.config.") || starts_with(subject, "business.config."))
        return v1::EVENT_SYSTEM_CONFIG_CHANGE;
    return v1::EVENT_GENERIC;
}

std::string_view queue_of(std::string_view subject) {
    if (starts_with(subject, "business.user.")) return "user-status";
    if (starts_with(subject, "communication.message.")) return "message-status";
    return "events";
}

std::string_view header(const InboundEvent& event, std::string_view name) {
    for (const auto& [key, value] : event.headers)
        if (key == name) return value;
    return {};
}

// Whether a foreign id can be a message id as it is: nothing a STOMP header would have to escape.
bool is_plain_id(std::string_view id) {
    constexpr std::string_view kPlain = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.";
    return !id.empty() && id.size() <= 128 && id.find_first_not_of(kPlain) == std::string_view::npos;
}

// The bridge's mapping, so that what a destination becomes and what a subject becomes agree.
std::string mirror_of(std::string_view subject) {
    const auto parsed = bridge::Subject::parse(subject);
    if (const auto* lawful = std::get_if<bridge::Subject>(&parsed))
        if (auto destination = bridge::destination_from_subject(*lawful)) return std::move(*destination);
    return "/topic/" + std::string(subject);
}

// What we say of messages has been delivered as such.
bool is_only_mirrored(const InboundEvent& event) {
    return event.only_mirror || event.subject == kMessageSent ||
           (event.origin == EventOrigin::kOurCluster && starts_with(event.subject, "communication.message."));
}

// Who is in a new conversation learns of it; of a large one they learn by its messages.
void add_members(const nlohmann::json& fields, std::vector<std::string>& destinations) {
    auto members = members_field(fields);
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    if (members.size() > storage::kMaxMembersOnUserQueues) return;
    for (const std::string& member : members)
        destinations.push_back(routing::user_destination(member, "events"));
}

// The destinations of an event, each once; the mirror first.
std::vector<std::string> destinations_of(const InboundEvent& event, const v1::WebSocketMessage& envelope,
                                         const nlohmann::json& fields) {
    const std::string_view subject = event.subject;
    std::vector<std::string> destinations{mirror_of(subject)};
    if (is_only_mirrored(event)) return destinations;
    if (envelope.type() == v1::EVENT_SYSTEM_CONFIG_CHANGE) destinations.emplace_back("/topic/system/config");
    if (is_conversation_id(envelope.conversationid()))
        destinations.push_back("/topic/conversation/" + envelope.conversationid());
    if (subject == kConversationCreated) {
        add_members(fields, destinations);
        return destinations;
    }
    const std::string user = id_field(fields, "userId");
    if (!user.empty()) destinations.push_back(routing::user_destination(user, queue_of(subject)));
    const std::string& receiver = envelope.receiverid();
    if (!receiver.empty() && receiver != user)
        destinations.push_back(routing::user_destination(receiver, queue_of(subject)));
    return destinations;
}

std::shared_ptr<v1::WebSocketMessage> envelope_of(const InboundEvent& event, EventContent& content) {
    auto envelope = std::make_shared<v1::WebSocketMessage>();
    envelope->set_type(type_of(event.subject));
    envelope->set_conversationid(id_field(content.fields, "conversationId"));
    envelope->set_receiverid(id_field(content.fields, "receiverId"));
    envelope->set_version("1");
    envelope->set_source(std::string(kSourceNats));
    auto& payload = *envelope->mutable_event();
    payload.set_content(std::move(content.text));
    payload.set_eventtype(content.event_type);
    payload.set_subject(std::string(event.subject));
    return envelope;
}

}  // namespace

EventEffects effects_of(const InboundEvent& event, const Clock& clock, MessageIds& ids,
                        const Wanted& wanted) {
    EventContent content = event_content(event.subject, event.payload);
    EventEffects effects;
    effects.id = header(event, "Nats-Msg-Id");
    const auto envelope = envelope_of(event, content);
    envelope->set_messageid(is_plain_id(effects.id) ? effects.id : ids.next());
    envelope->set_timestamp(to_ms(clock.wall()));

    routing::ContentPtr shared;
    for (auto& destination : destinations_of(event, *envelope, content.fields)) {
        if (!wanted(destination)) continue;
        if (!shared)
            shared = std::make_shared<routing::Content>(envelope->SerializeAsString(),
                                                        [envelope] { return to_json(*envelope); });
        auto message = std::make_shared<routing::Message>();
        message->destination = std::move(destination);
        message->message_id = envelope->messageid();
        message->timestamp = envelope->timestamp();
        message->content = shared;
        message->client_msg_id = effects.id;
        effects.messages.push_back(std::move(message));
    }
    if (event.origin == EventOrigin::kOurCluster) return effects;
    auto asked = requests_of(event.subject, content.fields, effects.id, clock, ids);
    effects.requests = std::move(asked.requests);
    effects.ignored = std::move(asked.ignored);
    return effects;
}

}  // namespace causeway::app
