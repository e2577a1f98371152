// Where the endpoints are: a row for each path, added by the file that answers it. A handler is called with a
// request that has passed the guard; what it refers to outlives the rows.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/admin/broker_view.hpp"
#include "broker/admin/json.hpp"
#include "broker/admin/request.hpp"
#include "broker/admin/store_jobs.hpp"
#include "broker/admin/store_view.hpp"

namespace causeway::admin {

struct Route {
    using Handler = std::function<Response(const Request&)>;
    enum class Match { kExact, kBelow };
    enum class Access { kOpen, kMetrics, kToken };

    std::string_view path;
    Match match = Match::kExact;
    Access access = Access::kToken;
    Handler get{};                     // and HEAD
    std::string_view change_method{};  // POST or DELETE
    Handler change{};

    [[nodiscard]] std::string allow() const;
};
using Routes = std::vector<Route>;

// A line for each request that changes something.
using Audit = std::function<void(const Request&, const Response&, const std::string& what)>;

inline constexpr std::size_t kMaxPage = 1000;

// 200 with a JSON body that is not cached.
[[nodiscard]] Response ok(const Json& body);
// 503: the store gave no answer.
[[nodiscard]] Response problem(const StoreTrouble& trouble);

void add_broker_routes(Routes& routes, BrokerView& broker, const Audit& audit);      // status, publish
void add_connection_routes(Routes& routes, BrokerView& broker, const Audit& audit);  // connections
void add_store_routes(Routes& routes, StoreView& store, const Audit& audit);  // cursors, outbox, history
void add_queue_routes(Routes& routes, BrokerView& broker, const Audit& audit);  // queues, purge
// Export, erase.
void add_user_routes(Routes& routes, BrokerView& broker, StoreView& store, const Audit& audit);
void add_job_routes(Routes& routes, StoreView& store, StoreJobs& jobs, const Audit& audit);  // backup, verify

}  // namespace causeway::admin
