// The admin API: which endpoint a request means, who may use it, and the JSON of the answer. A function
// from Request to Response without I/O of its own; one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "broker/admin/broker_view.hpp"
#include "broker/admin/guard.hpp"
#include "broker/admin/request.hpp"

namespace causeway::admin {

inline constexpr std::size_t kMaxAdminBody = 1024 * 1024;
inline constexpr std::size_t kMaxPage = 1000;

struct ApiOptions {
    GuardOptions guard;
    bool metrics_need_token = false;
    // One line for each request that changes something; called before the answer is returned.
    std::function<void(std::string_view)> audit;
};

class Api {
public:
    // `broker` outlives this object.
    Api(BrokerView& broker, ApiOptions options);

    // Never throws: what goes wrong inside the broker is a 500 problem.
    [[nodiscard]] Response handle(const Request& request);

    // After a reload of the configuration. The thread of handle().
    void set_token(std::string token) { guard_.set_token(std::move(token)); }

private:
    struct Route;
    [[nodiscard]] static const Route* find_route(std::string_view path);
    [[nodiscard]] Response answer(const Request& request);
    [[nodiscard]] Response get_status(const Request& request);
    [[nodiscard]] Response list_connections(const Request& request);
    [[nodiscard]] Response show_connection(const Request& request);
    [[nodiscard]] Response close_connection(const Request& request);
    [[nodiscard]] Response publish(const Request& request);
    [[nodiscard]] Response get_metrics(const Request& request);
    [[nodiscard]] Response get_livez(const Request& request);
    [[nodiscard]] Response get_readyz(const Request& request);
    [[nodiscard]] Response get_healthz(const Request& request);
    void audit(const Request& request, const Response& response, const std::string& what);

    // Constant after construction
    BrokerView& broker_;
    const ApiOptions options_;

    Guard guard_;
    Counts<StatusClass> requests_;
};

}  // namespace causeway::admin
