// Answers for load balancers and orchestrators, on both listeners: whether the process should live,
// and whether it should get traffic.
#pragma once

#include <string_view>
#include <vector>

#include "broker/admin/broker_view.hpp"
#include "broker/admin/request.hpp"

namespace causeway::admin {

// True when no required check of the probe failed. kReady asks all checks, kLive only its own.
[[nodiscard]] bool passes(const std::vector<Check>& checks, Probe probe);

// 200 or 503, never cached. Text "ok" or "failed"; with ?verbose one line for each check, "[+]nats ok";
// JSON when Accept names application/json. `name` is the endpoint's, for the last line.
[[nodiscard]] Response health_response(const Request& request, const std::vector<Check>& checks, Probe probe,
                                       std::string_view name);

}  // namespace causeway::admin
