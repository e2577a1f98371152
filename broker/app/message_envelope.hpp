// How a published message is kept: the envelope that a broker's own message carries already, or one of the
// sender's octets and headers as they are; and what tells it from another one. The other way is
// deliveries.hpp.
#pragma once

#include "broker/routing/history_rules.hpp"
#include "broker/routing/message.hpp"
#include "storage/requests.hpp"

namespace causeway::app {

// Any thread. Complete but for what the store fills in.
[[nodiscard]] storage::Envelope envelope_of(const routing::Message& message);

// What a topic's stored history is to keep of it, complete but for its bounds. With a client_msg_id it is
// kept once: a SEND under an id used before is a conflict if it says something else, an event that comes
// again is the same whatever it says.
[[nodiscard]] storage::Append topic_append(const routing::Message& message);

// The same, with the bounds of the topic's history.
[[nodiscard]] storage::Append topic_append(const routing::Message& message, const routing::HistoryRule& rule);

// By which a SEND is known again: destination, content-type and body. Headers may differ between tries: a
// trace id does.
[[nodiscard]] std::string send_digest(const routing::Message& message);

}  // namespace causeway::app
