// What a publisher hands to the router and every subscriber gets: immutable once published, shared
// by reference between shards. Copies to several destinations share one Content.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/numbers.hpp"
#include "broker/routing/content.hpp"

namespace causeway::routing {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Message {
    std::string destination;  // concrete, as routed: /topic/a, /user/{name}/queue/x (name percent-encoded)
    std::string message_id;
    std::string sender_id;       // user; empty for the broker itself
    std::int64_t timestamp = 0;  // milliseconds since 1970
    Headers headers;             // the sender's own, reserved ones removed; sent after the broker's
    ContentPtr content;          // never null in a published message

    std::optional<Offset> offset;      // of a stored entry
    std::optional<Sequence> sequence;  // within its conversation
    std::optional<SessionId> skip;     // the session that sent: user queues do not echo to it
    std::string conversation;          // of a stored entry: which one it belongs to; empty: none
    bool tracks_delivery = false;      // its sender is told how far it got: receipt by a device counts
    std::string
        client_msg_id;  // its publisher's own: a stored history keeps it once; empty: as often as it comes
};

using MessagePtr = std::shared_ptr<const Message>;

}  // namespace causeway::routing
