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
inline constexpr std::string_view kUserLogin = "business.user.login";
inline constexpr std::string_view kUserLogout = "business.user.logout";

// By the header Causeway-Origin. What our own cluster published is mirrored but never stored again.
enum class EventOrigin : std::uint8_t { kBackEnd, kOurCluster };

struct InboundEvent {
    std::string_view subject;  // checked by the bridge: concrete, printable UTF-8 without blanks or slashes
    std::string_view payload;
    const std::vector<std::pair<std::string, std::string>>& headers;
    EventOrigin origin;
};

struct EventEffects {
    std::string id;                             // for dropping repeats: its Nats-Msg-Id; empty if it has none
    std::vector<routing::MessagePtr> messages;  // the topic's first; they share one Content
    std::vector<storage::Request> requests;     // membership changes, a new message
    std::string ignored;  // why an event that should have been stored is not; for the log
};

// Total: any payload is at least mirrored to /topic/{subject}. Copies go to whom the payload names:
// conversationId, userId, receiverId; of a sent message only the mirror, as the message itself is
// delivered. Unwanted copies are not made.
[[nodiscard]] EventEffects effects_of(const InboundEvent& event, const Clock& clock, MessageIds& ids,
                                      const Wanted& wanted);

struct OutboundEvent {
    std::string subject;
    std::string payload;  // JSON object with eventType
    std::string id;       // for Nats-Msg-Id: unique per event, the same when repeated
};

// communication.message.sent (edited, recalled) of a chat entry. Nothing for an entry that came from a
// back end's event: that one has been on the subject already.
[[nodiscard]] std::optional<OutboundEvent> outbound_event(const storage::CommittedEntry& entry);

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
