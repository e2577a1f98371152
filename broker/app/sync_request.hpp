// What a client says it has, read from the body of a sync. Any thread.
#pragma once

#include <optional>
#include <string>

#include "broker/app/commands.hpp"
#include "broker/app/fields.hpp"

namespace causeway::app {

struct SyncRequest {
    storage::SyncQuery query;  // its user is the caller's to fill in
    std::string epoch;         // that the numbers are of; empty: not said
};

// `cursors` as an object {conversationId: sequence} or an array [{conversationId, sequence}], `after`,
// `epoch`, `lastSyncTime` in milliseconds since 1970 or as ISO 8601, `limit`. Faults are left in `fields`.
[[nodiscard]] SyncRequest read_sync_request(Fields& fields, const CommandLimits& limits);

}  // namespace causeway::app
