// The admin API: which endpoint a request means and who may use it. The endpoints are in *_routes.cpp. A
// function from Request to Response without I/O of its own; one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "broker/admin/broker_view.hpp"
#include "broker/admin/guard.hpp"
#include "broker/admin/request.hpp"
#include "broker/admin/routes.hpp"
#include "broker/admin/store_jobs.hpp"
#include "broker/admin/store_view.hpp"

namespace causeway::admin {

inline constexpr std::size_t kMaxAdminBody = 1024 * 1024;

struct ApiOptions {
    GuardOptions guard;
    bool metrics_need_token = false;
    // One line for each request that changes something; called before the answer is returned.
    std::function<void(std::string_view)> audit;
};

class Api {
public:
    // All outlive this object.
    Api(BrokerView& broker, StoreView& store, const Clock& clock, ApiOptions options);
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    // Never throws: what goes wrong inside the broker is a 500 problem.
    [[nodiscard]] Response handle(const Request& request);

    // After a reload of the configuration. The thread of handle().
    void set_token(std::string token) { guard_.set_token(std::move(token)); }

private:
    void add_probe_routes();
    [[nodiscard]] const Route* find_route(std::string_view path) const;
    [[nodiscard]] Response answer(const Request& request);
    [[nodiscard]] Response get_metrics();
    void audit(const Request& request, const Response& response, const std::string& what);

    // Constant after construction
    BrokerView& broker_;
    const ApiOptions options_;
    Routes routes_;

    StoreJobs jobs_;
    Guard guard_;
    Counts<StatusClass> requests_;
};

}  // namespace causeway::admin
