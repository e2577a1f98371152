// The frames that a session answers with, other than MESSAGEs: one function for each, all header
// names and the JSON of refusals in one place. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/admin/counters.hpp"
#include "broker/base/error_code.hpp"
#include "broker/identity/identity.hpp"
#include "broker/routing/message.hpp"
#include "stomp/frame.hpp"
#include "stomp/protocol_error.hpp"
#include "stomp/version.hpp"

namespace causeway::session {

// What of the refused frame is told back. Empty ones are left out.
struct About {
    std::optional<std::string_view> receipt;
    std::string_view destination;
    std::string_view subscription;
};

struct Greeting {
    const identity::Identity& identity;
    std::string_view session;
    std::string_view server;
    Milliseconds heart_beat;
};

[[nodiscard]] std::string connected_frame(stomp::Version version, const Greeting& greeting);
[[nodiscard]] std::string receipt_frame(stomp::Version version, std::string_view receipt,
                                        const routing::Headers& extra);
// PRODUCT 10: code, ws-code, number and text as headers, and as JSON in the body.
[[nodiscard]] std::string error_frame(stomp::Version version, const Refusal& refusal, const About& about);
// The same as a MESSAGE on /user/queue/errors, for a session that lives on; `extra`: headers of this
// subscription alone.
[[nodiscard]] std::string notice_frame(stomp::Version version, const Refusal& refusal, const About& about,
                                       std::string_view message_id, std::string_view subscription_id,
                                       const routing::Headers& extra = {});

[[nodiscard]] Refusal refusal_of(const stomp::ProtocolError& error);
[[nodiscard]] admin::CloseReason close_reason(ErrorCode code);
// Counts a frame received.
void count(admin::ShardCounters& counters, stomp::Command command);

}  // namespace causeway::session
