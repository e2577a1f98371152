// What the store keeps beside users: where devices are, what waits for NATS, what was said.
#include "broker/admin/arguments.hpp"
#include "broker/admin/problem.hpp"
#include "broker/admin/routes.hpp"

namespace causeway::admin {

namespace {

constexpr std::size_t kMaxHistory = 200;

Json to_json(const Cursor& c) {
    return {{"user", c.user},
            {"device", c.device},
            {"log", c.log},
            {"offset", c.offset},
            {"updatedAt", rfc3339(c.updated_at)}};
}

Json to_json(const WaitingEvent& e) {
    return {{"id", std::to_string(e.id)},
            {"subject", e.subject},
            {"msgId", e.msg_id},
            {"createdAt", rfc3339(e.created_at)},
            {"bytes", e.bytes}};
}

Json to_json(const KeptMessage& m) {
    Json row{{"offset", m.offset}};
    if (m.sequence != 0) row["sequence"] = m.sequence;
    if (!m.destination.empty()) row["destination"] = m.destination;
    row["message"] = parse_json(m.envelope).value_or(Json());
    return row;
}

// Sorted as the store has them, in pages by number: nothing points at a cursor.
Response list_cursors(StoreView& store, const Request& request) {
    auto arguments = Arguments::of_query(request);
    const std::string user = arguments.text("user");
    const std::string device = arguments.text("device");
    const std::size_t skip = arguments.number("cursor").value_or(0);
    const std::size_t limit = arguments.number("limit", 1, kMaxPage).value_or(100);
    if (const auto fault = arguments.fault()) return *fault;
    const auto found = store.cursors(user);
    if (const auto* trouble = std::get_if<StoreTrouble>(&found)) return problem(*trouble);
    Json items = Json::array();
    std::size_t at = 0;
    bool more = false;
    for (const Cursor& cursor : std::get<std::vector<Cursor>>(found)) {
        if (!device.empty() && cursor.device != device) continue;
        if (at++ < skip) continue;
        more = items.size() == limit;
        if (more) break;
        items.push_back(to_json(cursor));
    }
    Json body{{"items", std::move(items)}, {"next", nullptr}};
    if (more) body["next"] = std::to_string(skip + limit);
    return ok(body);
}

Response reset_cursors(StoreView& store, const Audit& audit, const Request& request) {
    auto arguments = Arguments::of_body(request);
    CursorReset reset;
    reset.user = arguments.required("user");
    reset.device = arguments.text("device");
    reset.log = arguments.text("log");
    reset.to = arguments.number("to");
    if (const auto fault = arguments.fault()) return *fault;
    const auto answer = store.reset_cursors(reset);
    const auto* const refusal = std::get_if<Refusal>(&answer);
    Json body{{"user", reset.user}};
    if (!reset.device.empty()) body["device"] = reset.device;
    if (!reset.log.empty()) body["log"] = reset.log;
    body["to"] = reset.to ? Json(*reset.to) : Json();
    if (!refusal) body["changed"] = std::get<bool>(answer);
    Response response = refusal ? problem(*refusal) : ok(body);
    audit(request, response, body.dump(-1, ' ', false, Json::error_handler_t::replace));
    return response;
}

Response list_outbox(StoreView& store, const Request& request) {
    auto arguments = Arguments::of_query(request);
    const std::uint64_t after = arguments.number("cursor").value_or(0);
    const std::size_t limit = arguments.number("limit", 1, kMaxPage).value_or(100);
    if (const auto fault = arguments.fault()) return *fault;
    const auto found = store.outbox(after, limit + 1);
    if (const auto* trouble = std::get_if<StoreTrouble>(&found)) return problem(*trouble);
    const auto& events = std::get<std::vector<WaitingEvent>>(found);
    Json body{{"items", Json::array()}, {"next", nullptr}};
    for (std::size_t i = 0; i < events.size() && i < limit; ++i) body["items"].push_back(to_json(events[i]));
    if (events.size() > limit) body["next"] = std::to_string(events[limit - 1].id);
    return ok(body);
}

Response retry_outbox(StoreView& store, const Audit& audit, const Request& request) {
    const auto waiting = store.retry_outbox();
    const auto* const trouble = std::get_if<StoreTrouble>(&waiting);
    Response response = trouble ? problem(*trouble) : ok({{"waiting", std::get<std::uint64_t>(waiting)}});
    audit(request, response, "outbox");
    return response;
}

Response show_history(StoreView& store, const Request& request) {
    auto arguments = Arguments::of_query(request);
    HistoryRange range;
    range.conversation = arguments.text("conversation");
    range.destination = arguments.text("destination");
    range.before = arguments.number("before");
    range.after = arguments.number("after");
    range.limit = arguments.number("limit", 1, kMaxHistory).value_or(range.limit);
    if (range.conversation.empty() == range.destination.empty())
        arguments.refuse("conversation", "name either a conversation or a destination");
    if (range.before && range.after) arguments.refuse("after", "before and after exclude each other");
    if (const auto fault = arguments.fault()) return *fault;
    const auto found = store.history(range);
    if (const auto* trouble = std::get_if<StoreTrouble>(&found)) return problem(*trouble);
    const auto& page = std::get<KeptMessages>(found);
    if (!page.known)
        return problem(404, "log-unknown", "nothing was ever kept for this conversation or destination");
    Json items = Json::array();
    for (const KeptMessage& message : page.items) items.push_back(to_json(message));
    return ok({{"items", std::move(items)}, {"more", page.more}});
}

}  // namespace

void add_store_routes(Routes& routes, StoreView& store, const Audit& audit) {
    const auto reading = [&](std::string_view path, Response (*answer)(StoreView&, const Request&)) {
        Route route;
        route.path = path;
        route.get = [&store, answer](const Request& request) { return answer(store, request); };
        routes.push_back(route);
    };
    const auto posting = [&](std::string_view path,
                             Response (*answer)(StoreView&, const Audit&, const Request&)) {
        Route route;
        route.path = path;
        route.change_method = "POST";
        route.change = [&store, audit, answer](const Request& request) {
            return answer(store, audit, request);
        };
        routes.push_back(route);
    };
    reading("/api/v1/cursors", list_cursors);
    posting("/api/v1/cursors/reset", reset_cursors);
    reading("/api/v1/outbox", list_outbox);
    posting("/api/v1/outbox/retry", retry_outbox);
    reading("/api/v1/history", show_history);
}

}  // namespace causeway::admin
