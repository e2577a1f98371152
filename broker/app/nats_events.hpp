// What an event on NATS means here, and what happened here means on NATS: values in, values out. It
// publishes nothing and stores nothing; the caller routes the messages and submits the requests. Any
// thread, as long as `ids` is that thread's own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/app/deliveries.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/message_id.hpp"
#include "broker/identity/identity.hpp"
#include "broker/routing/message.hpp"
#include "storage/store.hpp"

namespace causeway::app {

// Subjects of what happens here.
inline constexpr std::string_view kMessageSent = "communication.message.sent";
inline constexpr std::string_view kMessageEdited = "communication.message.edited";
inline constexpr std::string_view kMessageRecalled = "communication.message.recalled";
inline constexpr std::string_view kMessageDeleted = "communication.message.deleted";
inline constexpr std::string_view kMessageRead = "communication.message.read";
inline constexpr std::string_view kConversationCreated = "business.conversation.created";
inline constexpr std::string_view kMemberAdded = "business.conversation.member.added";
inline constexpr std::string_view kMemberRemoved = "business.conversation.member.removed";
inline constexpr std::string_view kUserLogin = "business.user.login";
inline constexpr std::string_view kUserLogout = "business.user.logout";

// By the header Causeway-Origin. What our own cluster published is mirrored but never stored again.
enum class EventOrigin : std::uint8_t { kBackEnd, kOurCluster };

struct InboundEvent {
    std::string_view subject;  // checked by the bridge: concrete, printable UTF-8 without blanks or slashes
    std::string_view payload;
    const std::vector<std::pair<std::string, std::string>>& headers;
    EventOrigin origin;
    bool only_mirror = false;  // no copies, whomever it names
};

struct EventEffects {
    std::string id;                             // for dropping repeats: its Nats-Msg-Id; empty if it has none
    std::vector<routing::MessagePtr> messages;  // the topic's first; they share one Content
    std::vector<storage::Request> requests;     // membership changes, a new message
    std::string ignored;  // why an event that should have been stored is not; for the log
};

// Total: any payload is at least mirrored to /topic/{subject}. Copies go to whom the payload names:
// conversationId, userId, receiverId, of a new conversation its members. Of a sent message, and of whatever
// our own cluster says of messages, only the mirror: the message or its status is delivered itself.
// Unwanted copies are not made.
[[nodiscard]] EventEffects effects_of(const InboundEvent& event, const Clock& clock, MessageIds& ids,
                                      const Wanted& wanted);

struct OutboundEvent {
    std::string subject;
    std::string payload;  // JSON object with eventType
    std::string id;       // for Nats-Msg-Id: unique per event, the same when repeated; empty: it has none yet
};

// The subject of what a commit made true; empty if it is nobody's business outside: DELIVERED marks, logs of
// their own, members that came with their conversation, and what a back end's event had said already.
[[nodiscard]] std::string_view outbound_subject(const storage::Committed& committed);
// The event under that subject; nothing if it has none.
[[nodiscard]] std::optional<OutboundEvent> outbound_event(const storage::Committed& committed);
// The same for the outbox, with an id of its own.
[[nodiscard]] std::optional<storage::OutboxEvent> outbox_event(const storage::Committed& committed);

struct SessionFacts {
    const identity::Identity& identity;
    std::string_view device_id;
    std::string_view client_type;
    std::string_view ip_address;
    std::string_view user_agent;
};
// business.user.login, business.user.logout.
[[nodiscard]] OutboundEvent login_event(const SessionFacts& session, WallTime at, MessageIds& ids);
[[nodiscard]] OutboundEvent logout_event(const SessionFacts& session, WallTime at, std::string_view reason,
                                         MessageIds& ids);

}  // namespace causeway::app
