// Refusals of the admin API: RFC 9457 problem documents with a stable member `code`.
#pragma once

#include <string>
#include <string_view>

#include "broker/admin/request.hpp"
#include "broker/base/error_code.hpp"

namespace causeway::admin {

// `detail` says what happened, to what, and what to do.
[[nodiscard]] Response problem(int status, std::string_view code, std::string_view detail);

// A refusal by the broker: its own code, with the HTTP status that fits.
[[nodiscard]] Response problem(const Refusal& refusal);

}  // namespace causeway::admin
