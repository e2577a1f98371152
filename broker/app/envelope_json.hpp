// The envelope as JSON for clients: the .proto's names in its order, enums and 64-bit integers as
// numbers, defaults printed, bytes as base64, only the payload that is set. Fields that hold JSON
// text stay strings. Any thread.
#pragma once

#include <string>

#include "causeway/v1/envelope.pb.h"

namespace causeway::app {

using Envelope = causeway::v1::WebSocketMessage;

void append_json(std::string& out, const Envelope& envelope);

[[nodiscard]] std::string to_json(const Envelope& envelope);

}  // namespace causeway::app
