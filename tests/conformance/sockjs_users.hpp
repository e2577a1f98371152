// What the services of the SockJS test server do with what they get.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "broker/net/sockjs_hub.hpp"

namespace causeway::test {

// Everybody on one loop who listens to a broadcast.
using Audience = std::set<net::Transport*>;

// Of one loop; `audience` outlives them.
[[nodiscard]] std::vector<net::SockJsService> services(Audience& audience);

}  // namespace causeway::test
