// What operators are told of queues, and that a purge is asked for by name and written down.
#include <doctest/doctest.h>

#include "broker/admin/json.hpp"
#include "tests/admin/fake_broker.hpp"

using namespace causeway;
using namespace causeway::admin;

namespace {

struct QueueDesk {
    FakeBroker broker;
    std::vector<std::string> audited;
    Api api{broker, broker.store, broker.clock, options()};

    ApiOptions options() {
        ApiOptions made = options_with_token();
        made.audit = [this](std::string_view line) { audited.emplace_back(line); };
        return made;
    }
    Response get(std::string_view target) { return api.handle(request("GET", target)); }
    Response post(std::string_view target, std::string body = {}) {
        return api.handle(request("POST", target, std::move(body)));
    }
    Json json(std::string_view target) { return parse_json(get(target).body).value(); }
};

}  // namespace

TEST_CASE("queues are listed by name, in pages") {
    QueueDesk desk;
    for (const char* name : {"/queue/a", "/queue/b", "/queue/c"})
        desk.broker.queue_rows.push_back({name, 1, 2, 3, 4, 5, 6, 7});
    const Json first = desk.json("/api/v1/queues?limit=2");
    REQUIRE(first["items"].size() == 2);
    CHECK(first["items"][0] == Json({{"destination", "/queue/a"},
                                     {"ready", 1},
                                     {"delayed", 2},
                                     {"unacked", 3},
                                     {"bytes", 5},
                                     {"consumers", 4},
                                     {"stored", 6},
                                     {"storedBytes", 7}}));
    CHECK(first["next"] == "/queue/b");
    const Json second = desk.json("/api/v1/queues?limit=2&cursor=/queue/b");
    CHECK(second["items"].size() == 1);
    CHECK(second["next"].is_null());
}

TEST_CASE("a list that cannot be made says why") {
    QueueDesk desk;
    desk.broker.broken = true;
    CHECK(desk.get("/api/v1/queues").status == 503);
    CHECK(desk.get("/api/v1/queues?limit=0").status == 400);
}

TEST_CASE("a queue is purged by name, and that is written down") {
    QueueDesk desk;
    const Response response = desk.post("/api/v1/queues/purge", R"({"destination":"/queue/a"})");
    CHECK(response.status == 200);
    CHECK(parse_json(response.body).value()["removed"] == 7);
    CHECK(desk.broker.purged == std::vector<std::string>{"/queue/a"});
    REQUIRE(desk.audited.size() == 1);
    CHECK(desk.audited[0].find("/queue/a") != std::string::npos);
    CHECK(desk.post("/api/v1/queues/purge", R"({"destination":"/topic/a"})").status == 400);
    CHECK(desk.post("/api/v1/queues/purge").status == 400);
    CHECK(desk.get("/api/v1/queues/purge").status == 405);
    CHECK(desk.broker.purged.size() == 1);
}

TEST_CASE("a purge that fails says why, and that is written down, too") {
    QueueDesk desk;
    desk.broker.broken = true;
    const Response response = desk.post("/api/v1/queues/purge", R"({"destination":"/queue/a"})");
    CHECK(response.status == 503);
    CHECK(response.body.find("the disk is full") != std::string::npos);
    CHECK(desk.audited.size() == 1);
}
