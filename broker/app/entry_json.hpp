// A stored entry as the replies of sync and history show it. Any thread.
#pragma once

#include <string>

#include "storage/queries.hpp"

namespace causeway::app {

// The envelope's JSON with "offset" and "destination" (as its reader subscribes to it) at its end. A plain
// SEND has no payload in it but "contentType", "headers" and "body", a text; or base64, and then
// "bodyEncoding" says so. Empty if the octets are no envelope, which the store does not let in.
[[nodiscard]] std::string entry_json(const storage::LogEntry& entry);

}  // namespace causeway::app
