// The connections of the public listener: listed in pages, shown, closed.
#include "broker/admin/arguments.hpp"
#include "broker/admin/problem.hpp"
#include "broker/admin/routes.hpp"
#include "broker/base/utf8.hpp"

namespace causeway::admin {

namespace {

constexpr std::string_view kAll = "/api/v1/connections";
constexpr std::string_view kOne = "/api/v1/connections/";
constexpr std::size_t kMaxReason = 123;  // RFC 6455, 5.5.1: what a close frame can carry

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

std::optional<SessionId> id_of(const Request& request) {
    const auto number = parse_number(std::string_view(request.path).substr(kOne.size()));
    return number ? std::optional(SessionId{*number}) : std::nullopt;
}

Response no_connection() {
    return problem(404, "connection-unknown", "there is no connection with this id; it may have ended");
}

Response list(BrokerView& broker, const Request& request) {
    auto arguments = Arguments::of_query(request);
    ConnectionQuery query;
    query.limit = arguments.number("limit", 1, kMaxPage).value_or(query.limit);
    query.after = SessionId{arguments.number("cursor").value_or(0)};
    query.user = arguments.text("user");
    if (const auto fault = arguments.fault()) return *fault;
    const auto page = broker.connections(query);
    Json items = Json::array();
    for (const auto& connection : page.items) items.push_back(to_json(connection));
    Json body{{"items", std::move(items)}, {"next", nullptr}};
    if (page.more && !page.items.empty()) body["next"] = std::to_string(value(page.items.back().id));
    return ok(body);
}

Response show(BrokerView& broker, const Request& request) {
    const auto id = id_of(request);
    const auto found = id ? broker.connection(*id) : std::nullopt;
    return found ? ok(to_json(*found)) : no_connection();
}

Response close(BrokerView& broker, const Audit& audit, const Request& request) {
    std::string reason = "closed by an operator";
    if (const auto given = request.query.find("reason"); given != request.query.end()) reason = given->second;
    if (reason.size() > kMaxReason || !is_valid_utf8(reason))
        return problem(400, "reason-invalid", "reason must have at most 123 bytes of UTF-8");
    const auto id = id_of(request);
    const bool closed = id && broker.close_connection(*id, reason);
    Response response = closed ? ok({{"id", std::to_string(value(*id))}, {"closed", true}}) : no_connection();
    audit(request, response, reason);
    return response;
}

}  // namespace

void add_connection_routes(Routes& routes, BrokerView& broker, const Audit& audit) {
    Route route;
    route.path = kAll;
    route.get = [&broker](const Request& request) { return list(broker, request); };
    routes.push_back(route);

    route = {};
    route.path = kOne;
    route.match = Route::Match::kBelow;
    route.get = [&broker](const Request& request) { return show(broker, request); };
    route.change_method = "DELETE";
    route.change = [&broker, audit](const Request& request) { return close(broker, audit, request); };
    routes.push_back(route);
}

}  // namespace causeway::admin
