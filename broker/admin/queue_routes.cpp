// Queues: which there are, and emptying one.
#include "broker/admin/arguments.hpp"
#include "broker/admin/problem.hpp"
#include "broker/admin/routes.hpp"

namespace causeway::admin {

namespace {

Json to_json(const QueueRow& row) {
    return {{"destination", row.destination},
            {"ready", row.ready},
            {"delayed", row.delayed},
            {"unacked", row.unacked},
            {"bytes", row.bytes},
            {"consumers", row.consumers},
            {"stored", row.stored},
            {"storedBytes", row.stored_bytes}};
}

Response list(BrokerView& broker, const Request& request) {
    auto arguments = Arguments::of_query(request);
    const std::string after = arguments.text("cursor");
    const std::size_t limit = arguments.number("limit", 1, kMaxPage).value_or(100);
    if (const auto fault = arguments.fault()) return *fault;
    const auto found = broker.queues(after, limit);
    if (const auto* refusal = std::get_if<Refusal>(&found))
        return problem(503, "store-unavailable", refusal->text);
    const auto& page = std::get<QueuePage>(found);
    Json body{{"items", Json::array()}, {"next", nullptr}};
    for (const QueueRow& row : page.items) body["items"].push_back(to_json(row));
    if (page.more) body["next"] = page.items.back().destination;
    return ok(body);
}

Response purge(BrokerView& broker, const Audit& audit, const Request& request) {
    auto arguments = Arguments::of_body(request);
    const std::string destination = arguments.required("destination");
    if (!destination.starts_with("/queue/")) arguments.refuse("destination", "a queue is named /queue/…");
    if (const auto fault = arguments.fault()) return *fault;
    const auto answer = broker.purge_queue(destination);
    const auto* const refusal = std::get_if<Refusal>(&answer);
    Response response =
        refusal ? problem(*refusal)
                : ok({{"destination", destination}, {"removed", std::get<std::uint64_t>(answer)}});
    audit(request, response, destination);
    return response;
}

}  // namespace

void add_queue_routes(Routes& routes, BrokerView& broker, const Audit& audit) {
    Route route;
    route.path = "/api/v1/queues";
    route.get = [&broker](const Request& request) { return list(broker, request); };
    routes.push_back(route);

    route = {};
    route.path = "/api/v1/queues/purge";
    route.change_method = "POST";
    route.change = [&broker, audit](const Request& request) { return purge(broker, audit, request); };
    routes.push_back(route);
}

}  // namespace causeway::admin
