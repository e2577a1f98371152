// The envelope by which a published message is kept: what a broker's own message carries already, or the
// sender's octets and headers as they are. The other way is deliveries.hpp.
#pragma once

#include "broker/routing/message.hpp"
#include "storage/envelope.hpp"

namespace causeway::app {

// Any thread. Complete but for what the store fills in.
[[nodiscard]] storage::Envelope envelope_of(const routing::Message& message);

}  // namespace causeway::app
