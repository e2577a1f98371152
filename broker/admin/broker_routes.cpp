// The broker as a whole: what it is doing, and publishing through it.
#include "broker/admin/problem.hpp"
#include "broker/admin/publish_request.hpp"
#include "broker/admin/routes.hpp"

namespace causeway::admin {

namespace {

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
    Json body{{"id", p.message_id}};
    if (p.delivered) body["delivered"] = *p.delivered;
    body["stored"] = p.stored;
    if (p.offset) body["offset"] = value(*p.offset);
    return body;
}

Response publish(BrokerView& broker, const Audit& audit, const Request& request) {
    const auto parsed = parse_publish(request.body);
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) return problem(*refusal);
    const auto result = broker.publish(std::get<Publish>(parsed));
    const auto* published = std::get_if<Published>(&result);
    Response response = published ? ok(to_json(*published)) : problem(std::get<Refusal>(result));
    audit(request, response, published ? published->message_id : std::string());
    return response;
}

}  // namespace

void add_broker_routes(Routes& routes, BrokerView& broker, const Audit& audit) {
    Route route;
    route.path = "/api/v1/status";
    route.get = [&broker](const Request&) { return ok(to_json(broker.status())); };
    routes.push_back(route);

    route = {};
    route.path = "/api/v1/publish";
    route.change_method = "POST";
    route.change = [&broker, audit](const Request& request) { return publish(broker, audit, request); };
    routes.push_back(route);
}

}  // namespace causeway::admin
