// The body of POST /api/v1/publish, checked field by field.
#pragma once

#include <string_view>
#include <variant>

#include "broker/admin/broker_view.hpp"

namespace causeway::admin {

// A JSON object with one target (`destination`, `user` + `queue`, or `everyone` with a `queue` that
// defaults to "notifications"), at most one content (`body`, `json` or `base64`), and optional
// `contentType`, `headers` (text to text) and `persistent`. A field not named here is refused.
[[nodiscard]] std::variant<Publish, Refusal> parse_publish(std::string_view body);

}  // namespace causeway::admin
