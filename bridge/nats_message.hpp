// Between the client library's messages and our values.
#pragma once

#include <nats/nats.h>

#include <memory>
#include <optional>
#include <string>

#include "bridge/bridge.hpp"

namespace causeway::bridge {

struct NatsMessageDeleter {
    void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
};
using NatsMessage = std::unique_ptr<natsMsg, NatsMessageDeleter>;

// With Nats-Msg-Id and Causeway-Origin; `reply_to` may be empty. Null if the library had no memory for it.
[[nodiscard]] NatsMessage to_nats(const Outgoing& message, const std::string& origin,
                                  const std::string& reply_to = {});

// Nothing if it is malformed or its payload is above `max_payload`. Headers that could not be published
// (fault_of_header) are left out. Does not say where it is from: that is set_origin's.
[[nodiscard]] std::optional<Event> from_nats(natsMsg& message, std::size_t max_payload);

// Fills in `origin` and `origin_node` from Causeway-Origin: whether it names a node of `cluster`.
void set_origin(Event& event, std::string_view cluster);

}  // namespace causeway::bridge
