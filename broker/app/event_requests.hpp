// What a back end's event asks of the store: members that come and go, a message it sent. Any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/message_id.hpp"
#include "storage/store.hpp"

namespace causeway::app {

// `source` of an envelope that came from a back end's event.
inline constexpr std::string_view kSourceNats = "nats";

struct EventRequests {
    std::vector<storage::Request> requests;
    std::string ignored;  // why there are none although the subject says there should be
};

// Empty for subjects that ask nothing. `fields` is the payload's object, `event_id` its Nats-Msg-Id.
[[nodiscard]] EventRequests requests_of(std::string_view subject, const nlohmann::json& fields,
                                        std::string_view event_id, const Clock& clock, MessageIds& ids);

// A field that holds an id, as a string or as an integer; empty if there is none or it cannot be one.
[[nodiscard]] std::string id_field(const nlohmann::json& fields, std::string_view name);
// The ids in `members`: each an id, or an object with userId or memberId.
[[nodiscard]] std::vector<std::string> members_field(const nlohmann::json& fields);

}  // namespace causeway::app
