#include "broker/admin/api.hpp"

#include <charconv>
#include <exception>
#include <optional>

#include "broker/admin/health.hpp"
#include "broker/admin/json.hpp"
#include "broker/admin/problem.hpp"
#include "broker/admin/publish_request.hpp"
#include "broker/base/utf8.hpp"

namespace causeway::admin {

namespace {

constexpr std::string_view kConnectionPath = "/api/v1/connections/";
constexpr std::size_t kMaxReason = 123;  // RFC 6455, 5.5.1: what a close frame can carry

// All of the text as a decimal number.
std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return number;
}

Response ok(const Json& body) {
    return {200, "application/json", dump(body), {{"Cache-Control", "no-store"}}};
}

Json to_json(const Connection& c) {
    return {{"id", std::to_string(value(c.id))},
            {"user", c.user},
            {"device", c.device},
            {"clientType", c.client_type},
            {"address", c.address},
            {"transport", LabelValues<Transport>::texts[static_cast<std::size_t>(c.transport)]},
            {"stompVersion", c.stomp_version},
            {"connectedAt", rfc3339(to_ms(c.connected_at))},
            {"subscriptions", c.subscriptions},
            {"queuedBytes", c.queued_bytes},
            {"messagesReceived", c.messages_received},
            {"messagesDelivered", c.messages_delivered}};
}

Json to_json(const Status& s) {
    return {{"version", s.version},
            {"node", s.node},
            {"startedAt", rfc3339(to_ms(s.started_at))},
            {"ready", s.ready},
            {"draining", s.draining},
            {"shards", s.shards},
            {"connections", s.connections},
            {"sessions", s.sessions},
            {"users", s.users},
            {"subscriptions", s.subscriptions},
            {"nats", s.nats},
            {"store", s.store}};
}

Json to_json(const Published& p) {
    Json body{{"id", p.message_id}, {"delivered", p.delivered}, {"stored", p.stored}};
    if (p.offset) body["offset"] = value(*p.offset);
    return body;
}

std::optional<SessionId> connection_id(const Request& request) {
    const auto number = parse_number(std::string_view(request.path).substr(kConnectionPath.size()));
    return number ? std::optional(SessionId{*number}) : std::nullopt;
}

Response no_connection() {
    return problem(404, "connection-unknown", "there is no connection with this id; it may have ended");
}

std::variant<ConnectionQuery, Response> parse_query(const Request& request) {
    ConnectionQuery query;
    for (const auto& [name, text] : request.query) {
        const auto number = parse_number(text);
        if (name == "limit") {
            if (!number || *number < 1 || *number > kMaxPage)
                return problem(400, "limit-invalid", "limit must be a number from 1 to 1000");
            query.limit = *number;
        } else if (name == "cursor") {
            if (!number) return problem(400, "cursor-invalid", "use the value of `next` of the page before");
            query.after = SessionId{*number};
        } else if (name == "user") {
            query.user = text;
        } else {
            return problem(400, "parameter-unknown", "the parameters are limit, cursor and user");
        }
    }
    return query;
}

}  // namespace

struct Api::Route {
    using Handler = Response (Api::*)(const Request&);
    enum class Match { kExact, kBelow };
    enum class Access { kOpen, kMetrics, kToken };

    std::string_view path;
    Match match;
    Access access;
    std::string_view allow;
    Handler get;
    Handler change;  // of the method named below
    std::string_view change_method;
};

const Api::Route* Api::find_route(std::string_view path) {
    using Match = Route::Match;
    using Access = Route::Access;
    static constexpr Route kRoutes[] = {
        {"/api/v1/status", Match::kExact, Access::kToken, "GET, HEAD", &Api::get_status, nullptr, ""},
        {"/api/v1/connections", Match::kExact, Access::kToken, "GET, HEAD", &Api::list_connections, nullptr,
         ""},
        {kConnectionPath, Match::kBelow, Access::kToken, "GET, HEAD, DELETE", &Api::show_connection,
         &Api::close_connection, "DELETE"},
        {"/api/v1/publish", Match::kExact, Access::kToken, "POST", nullptr, &Api::publish, "POST"},
        {"/metrics", Match::kExact, Access::kMetrics, "GET, HEAD", &Api::get_metrics, nullptr, ""},
        {"/livez", Match::kExact, Access::kOpen, "GET, HEAD", &Api::get_livez, nullptr, ""},
        {"/readyz", Match::kExact, Access::kOpen, "GET, HEAD", &Api::get_readyz, nullptr, ""},
        {"/healthz", Match::kExact, Access::kOpen, "GET, HEAD", &Api::get_healthz, nullptr, ""},
    };
    for (const Route& route : kRoutes) {
        if (path == route.path) return route.match == Match::kExact ? &route : nullptr;
        const bool below = path.size() > route.path.size() && path.substr(0, route.path.size()) == route.path;
        if (route.match == Match::kBelow && below) return &route;
    }
    return nullptr;
}

Api::Api(BrokerView& broker, ApiOptions options)
    : broker_(broker), options_(std::move(options)), guard_(options_.guard) {}

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
    const Route::Handler handler =
        reads ? route->get : (request.method == route->change_method ? route->change : nullptr);
    if (!handler) {
        Response refusal = problem(405, "method-unknown", "allowed here: " + std::string(route->allow));
        refusal.headers.emplace_back("Allow", std::string(route->allow));
        return refusal;
    }
    const bool needs_token = route->access == Route::Access::kToken ||
                             (route->access == Route::Access::kMetrics && options_.metrics_need_token);
    if (needs_token)
        if (auto refusal = guard_.check_token(request)) return *refusal;
    if (request.body.size() > kMaxAdminBody)
        return problem(413, "body-too-large", "the body has more than 1048576 bytes");
    return (this->*handler)(request);
}

Response Api::get_status(const Request&) { return ok(to_json(broker_.status())); }

Response Api::list_connections(const Request& request) {
    auto parsed = parse_query(request);
    if (auto* refusal = std::get_if<Response>(&parsed)) return *refusal;
    const auto page = broker_.connections(std::get<ConnectionQuery>(parsed));
    Json items = Json::array();
    for (const auto& connection : page.items) items.push_back(to_json(connection));
    Json body{{"items", std::move(items)}, {"next", nullptr}};
    if (page.more && !page.items.empty()) body["next"] = std::to_string(value(page.items.back().id));
    return ok(body);
}

Response Api::show_connection(const Request& request) {
    const auto id = connection_id(request);
    const auto found = id ? broker_.connection(*id) : std::nullopt;
    return found ? ok(to_json(*found)) : no_connection();
}

Response Api::close_connection(const Request& request) {
    std::string reason = "closed by an operator";
    if (const auto given = request.query.find("reason"); given != request.query.end()) reason = given->second;
    if (reason.size() > kMaxReason || !is_valid_utf8(reason))
        return problem(400, "reason-invalid", "reason must have at most 123 bytes of UTF-8");
    const auto id = connection_id(request);
    const bool closed = id && broker_.close_connection(*id, reason);
    Response response = closed ? ok({{"id", std::to_string(value(*id))}, {"closed", true}}) : no_connection();
    audit(request, response, reason);
    return response;
}

Response Api::publish(const Request& request) {
    const auto parsed = parse_publish(request.body);
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) return problem(*refusal);
    const auto result = broker_.publish(std::get<Publish>(parsed));
    const auto* published = std::get_if<Published>(&result);
    Response response = published ? ok(to_json(*published)) : problem(std::get<Refusal>(result));
    audit(request, response, published ? published->message_id : std::string());
    return response;
}

Response Api::get_metrics(const Request&) {
    Snapshot now = broker_.metrics();
    now.admin_requests = requests_;
    now.process = read_process_stats();
    return {
        200, "text/plain; version=0.0.4; charset=utf-8", to_prometheus(now), {{"Cache-Control", "no-store"}}};
}

Response Api::get_livez(const Request& request) {
    return health_response(request, broker_.health(), Probe::kLive, "livez");
}

Response Api::get_readyz(const Request& request) {
    return health_response(request, broker_.health(), Probe::kReady, "readyz");
}

Response Api::get_healthz(const Request& request) {
    return health_response(request, broker_.health(), Probe::kReady, "healthz");
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
