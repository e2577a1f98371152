// The token of the admin API: the configured one, or one made at each start and left in the storage
// directory for causewayctl, readable by the broker's own user only.
#pragma once

#include <string>

#include "broker/config/config.hpp"

namespace causeway {

// Throws std::runtime_error naming the file when it cannot be written.
[[nodiscard]] std::string admin_token(const config::Config& config);

}  // namespace causeway
