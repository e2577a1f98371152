// Who may use the admin API: the checks made before a request is looked at any further. A web page that
// an operator happens to visit must not be able to drive the broker, by its own origin or by a name
// that was rebound to a loopback address.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/admin/request.hpp"

namespace causeway::admin {

struct GuardOptions {
    std::string token;               // admin.token; empty: everything that needs one is refused
    std::vector<std::string> hosts;  // besides loopback names: host names or addresses, without port
    std::vector<std::string> allowed_origins;  // exact, "https://ops.example"; everything else is refused
};

class Guard {
public:
    explicit Guard(GuardOptions options) : options_(std::move(options)) {}

    // A reload: holds from the next request on.
    void set_token(std::string token) { options_.token = std::move(token); }

    // A 403 problem when Host or Origin are not ours.
    [[nodiscard]] std::optional<Response> check_browser(const Request& request) const;

    // A 401 problem unless `Authorization: Bearer` carries the token. Compares in constant time.
    [[nodiscard]] std::optional<Response> check_token(const Request& request) const;

private:
    [[nodiscard]] bool is_known_host(std::string_view host) const;

    GuardOptions options_;
};

}  // namespace causeway::admin
