// What is known of one user: handed out and erased, a slice for each request.
#include "broker/admin/arguments.hpp"
#include "broker/admin/problem.hpp"
#include "broker/admin/routes.hpp"

namespace causeway::admin {

namespace {

Response export_slice(StoreView& store, const Audit& audit, const Request& request) {
    auto arguments = Arguments::of_query(request);
    const std::string user = arguments.required("user");
    const std::string from = arguments.text("cursor");
    if (const auto fault = arguments.fault()) return *fault;
    const auto found = store.export_user(user, from);
    const auto* const trouble = std::get_if<StoreTrouble>(&found);
    Json body;
    if (const auto* slice = std::get_if<ExportSlice>(&found)) {
        body = {{"lines", slice->json_lines}, {"next", nullptr}};
        if (!slice->next.empty()) body["next"] = slice->next;
    }
    Response response = trouble ? problem(*trouble) : ok(body);
    // Changes nothing, but hands out all that somebody ever said.
    if (from.empty()) audit(request, response, user);
    return response;
}

// A session that goes on would write down anew what is being erased; so would one that came back since the
// last slice.
Response erase_slice(BrokerView& broker, StoreView& store, const Audit& audit, const Request& request) {
    auto arguments = Arguments::of_body(request);
    const std::string user = arguments.required("user");
    if (const auto fault = arguments.fault()) return *fault;
    const std::uint64_t closed = broker.close_connections_of(user, "all that is kept of you is being erased");
    const auto done = store.erase_user(user);
    const auto* const slice = std::get_if<EraseSlice>(&done);
    Response response = slice ? ok({{"rows", slice->rows}, {"more", slice->more}, {"closed", closed}})
                              : problem(std::get<Refusal>(done));
    audit(request, response, user);
    return response;
}

}  // namespace

void add_user_routes(Routes& routes, BrokerView& broker, StoreView& store, const Audit& audit) {
    Route route;
    route.path = "/api/v1/users/export";
    route.get = [&store, audit](const Request& request) { return export_slice(store, audit, request); };
    routes.push_back(route);

    route = {};
    route.path = "/api/v1/users/erase";
    route.change_method = "POST";
    route.change = [&broker, &store, audit](const Request& request) {
        return erase_slice(broker, store, audit, request);
    };
    routes.push_back(route);
}

}  // namespace causeway::admin
