#include <doctest/doctest.h>

#include "broker/admin/health.hpp"
#include "broker/admin/json.hpp"
#include "tests/admin/fake_broker.hpp"

using namespace causeway;
using namespace causeway::admin;

namespace {

Check check(std::string name, bool ok, Probe probe = Probe::kReady, bool required = true) {
    return {std::move(name), ok, ok ? "" : "gone", probe, required};
}

}  // namespace

TEST_CASE("alive and ready are two questions") {
    struct Row {
        std::vector<Check> checks;
        int live;
        int ready;
    };
    const Row rows[] = {
        {{}, 200, 200},
        {{check("shards", true, Probe::kLive), check("store", true)}, 200, 200},
        {{check("shards", true, Probe::kLive), check("store", false)}, 200, 503},
        {{check("shards", false, Probe::kLive), check("store", true)}, 503, 503},
        {{check("nats", false, Probe::kReady, false)}, 200, 200},
    };
    for (const Row& row : rows) {
        FakeBroker broker;
        broker.checks = row.checks;
        Api api(broker, broker.store, broker.clock, {});
        CHECK(api.handle(request("GET", "/livez")).status == row.live);
        CHECK(api.handle(request("GET", "/readyz")).status == row.ready);
        CHECK(api.handle(request("GET", "/healthz")).status == row.ready);
        CHECK(header_of(api.handle(request("GET", "/readyz")), "Cache-Control") == "no-store");
    }
}

TEST_CASE("?verbose lists the checks by name") {
    FakeBroker broker;
    broker.checks = {check("shards", true, Probe::kLive), check("store", false),
                     check("nats", false, Probe::kReady, false)};
    Api api(broker, broker.store, broker.clock, {});
    CHECK(api.handle(request("GET", "/readyz?verbose")).body ==
          "[+]shards ok\n[-]store failed: gone\n[-]nats failed (not required): gone\nreadyz check failed\n");
    CHECK(api.handle(request("GET", "/livez?verbose")).body == "[+]shards ok\nlivez check passed\n");
    CHECK(api.handle(request("GET", "/livez")).body == "ok\n");
    CHECK(api.handle(request("GET", "/healthz")).body == "failed\n");
}

TEST_CASE("health is JSON for who accepts it") {
    FakeBroker broker;
    broker.checks = {check("store", false)};
    Api api(broker, broker.store, broker.clock, {});
    Request asked = request("GET", "/readyz");
    asked.headers.emplace_back("Accept", "application/json");
    const Response response = api.handle(asked);
    CHECK(response.status == 503);
    CHECK(response.content_type == "application/json");
    const auto json = parse_json(response.body);
    REQUIRE(json);
    CHECK(json->at("status") == "failed");
    CHECK(json->at("checks")[0] ==
          Json{{"name", "store"}, {"ok", false}, {"required", true}, {"detail", "gone"}});
}
