// An ACK or a NACK as its client said it: which message it means, in the words of its version.
#pragma once

#include <optional>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/session/ack_ledger.hpp"

namespace causeway::session {

struct Acknowledgement {
    AckLedger::Answer answer;
    std::optional<AckLedger::AckId> id{};  // STOMP 1.2: the header `ack` of the MESSAGE
    std::string message_id{};              // before: this, and …
    std::string subscription{};            // … in STOMP 1.1 on which one; empty: on all that got it
    // Of a NACK, to a queue: whether the message comes again, and after which delay, if not the queue's own.
    bool requeue = true;
    std::optional<Milliseconds> delay{};
};

}  // namespace causeway::session
