#include "broker/admin/api.hpp"

#include <exception>

#include "broker/admin/health.hpp"
#include "broker/admin/json.hpp"
#include "broker/admin/problem.hpp"

namespace causeway::admin {

std::string Route::allow() const {
    std::string methods = get ? "GET, HEAD" : "";
    if (change) (methods += methods.empty() ? "" : ", ") += change_method;
    return methods;
}

Response ok(const Json& body) {
    return {200, "application/json", dump(body), {{"Cache-Control", "no-store"}}};
}

Response problem(const StoreTrouble& trouble) { return problem(503, "store-unavailable", trouble.what); }

Api::Api(BrokerView& broker, StoreView& store, const Clock& clock, ApiOptions options)
    : broker_(broker), options_(std::move(options)), jobs_(clock), guard_(options_.guard) {
    const Audit audited = [this](const Request& request, const Response& response, const std::string& what) {
        audit(request, response, what);
    };
    add_broker_routes(routes_, broker, audited);
    add_connection_routes(routes_, broker, audited);
    add_queue_routes(routes_, broker, audited);
    add_store_routes(routes_, store, audited);
    add_user_routes(routes_, broker, store, audited);
    add_job_routes(routes_, store, jobs_, audited);
    add_probe_routes();
}

void Api::add_probe_routes() {
    Route route;
    route.path = "/metrics";
    route.access = Route::Access::kMetrics;
    route.get = [this](const Request&) { return get_metrics(); };
    routes_.push_back(route);

    route.access = Route::Access::kOpen;
    for (const auto& [path, probe] : {std::pair<std::string_view, Probe>{"/livez", Probe::kLive},
                                      {"/readyz", Probe::kReady},
                                      {"/healthz", Probe::kReady}}) {
        route.path = path;
        route.get = [this, name = path.substr(1), probe = probe](const Request& request) {
            return health_response(request, broker_.health(), probe, name);
        };
        routes_.push_back(route);
    }
}

const Route* Api::find_route(std::string_view path) const {
    for (const Route& route : routes_) {
        const bool below = route.match == Route::Match::kBelow && path.size() > route.path.size() &&
                           path.substr(0, route.path.size()) == route.path;
        const bool exact = route.match == Route::Match::kExact && path == route.path;
        if (exact || below) return &route;
    }
    return nullptr;
}

Response Api::handle(const Request& request) {
    Response response;
    try {
        response = answer(request);
    } catch (const std::exception& e) {
        response = problem(500, "internal", std::string("the broker could not answer: ") + e.what());
    }
    if (request.method == "HEAD") response.body.clear();
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    ++requests_[status_class(response.status)];
    return response;
}

Response Api::answer(const Request& request) {
    if (auto refusal = guard_.check_browser(request)) return *refusal;
    const Route* route = find_route(request.path);
    if (!route) return problem(404, "path-unknown", "there is nothing at this path");
    const bool reads = request.method == "GET" || request.method == "HEAD";
    const bool changes = route->change && request.method == route->change_method;
    const Route::Handler* const handler = reads ? &route->get : changes ? &route->change : nullptr;
    if (handler == nullptr || !*handler) {
        Response refusal = problem(405, "method-unknown", "allowed here: " + route->allow());
        refusal.headers.emplace_back("Allow", route->allow());
        return refusal;
    }
    const bool needs_token = route->access == Route::Access::kToken ||
                             (route->access == Route::Access::kMetrics && options_.metrics_need_token);
    if (needs_token)
        if (auto refusal = guard_.check_token(request)) return *refusal;
    if (request.body.size() > kMaxAdminBody)
        return problem(413, "body-too-large", "the body has more than 1048576 bytes");
    return (*handler)(request);
}

Response Api::get_metrics() {
    Snapshot now = broker_.metrics();
    now.admin_requests = requests_;
    now.process = read_process_stats();
    return {
        200, "text/plain; version=0.0.4; charset=utf-8", to_prometheus(now), {{"Cache-Control", "no-store"}}};
}

void Api::audit(const Request& request, const Response& response, const std::string& what) {
    if (!options_.audit) return;
    // One line whatever a client put into the path or the reason.
    const Json line{{"audit", request.method},
                    {"path", request.path},
                    {"peer", request.peer},
                    {"status", response.status},
                    {"what", what}};
    std::string text = dump(line);
    text.pop_back();
    options_.audit(text);
}

}  // namespace causeway::admin
