#include <doctest/doctest.h>

#include "broker/admin/json.hpp"
#include "tests/admin/fake_broker.hpp"

using namespace causeway;
using namespace causeway::admin;

namespace {

struct Row {
    const char* method;
    const char* target;
    std::string body;
    int status;
    const char* code;  // of the problem; empty: none expected
};

std::string code_of(const Response& response) {
    const auto json = parse_json(response.body);
    return json && json->contains("code") ? json->at("code").get<std::string>() : "";
}

}  // namespace

TEST_CASE("every endpoint answers its method, and refuses the others with Allow") {
    FakeBroker broker;
    broker.opens(7, "ann");
    Api api(broker, broker.store, broker.clock, options_with_token());
    const std::string hello = R"({"destination":"/topic/a","body":"hi"})";
    const Row rows[] = {
        {"GET", "/api/v1/status", "", 200, ""},
        {"GET", "/api/v1/connections", "", 200, ""},
        {"GET", "/api/v1/connections/7", "", 200, ""},
        {"GET", "/api/v1/connections/8", "", 404, "connection-unknown"},
        {"GET", "/api/v1/connections/x", "", 404, "connection-unknown"},
        {"GET", "/api/v1/connections/18446744073709551616", "", 404, "connection-unknown"},
        {"DELETE", "/api/v1/connections/7", "", 200, ""},
        {"DELETE", "/api/v1/connections/9", "", 404, "connection-unknown"},
        {"POST", "/api/v1/publish", hello, 200, ""},
        {"GET", "/metrics", "", 200, ""},
        {"GET", "/livez", "", 200, ""},
        {"GET", "/readyz", "", 200, ""},
        {"GET", "/healthz", "", 200, ""},
        {"GET", "/", "", 404, "path-unknown"},
        {"GET", "/api/v1/", "", 404, "path-unknown"},
        {"GET", "/api/v1/connections/", "", 404, "path-unknown"},
        {"GET", "/api/v1/status/", "", 404, "path-unknown"},
        {"GET", "/api/v1/../v1/status", "", 404, "path-unknown"},
        {"POST", "/api/v1/status", "", 405, "method-unknown"},
        {"PUT", "/api/v1/connections/7", "", 405, "method-unknown"},
        {"GET", "/api/v1/publish", "", 405, "method-unknown"},
        {"get", "/livez", "", 405, "method-unknown"},
        {"", "/livez", "", 405, "method-unknown"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.method);
        CAPTURE(row.target);
        const Response response = api.handle(request(row.method, row.target, row.body));
        CHECK(response.status == row.status);
        if (*row.code) CHECK(code_of(response) == row.code);
        if (*row.code) CHECK(response.content_type == "application/problem+json");
        CHECK((header_of(response, "Allow") != "") == (row.status == 405));
    }
    CHECK(header_of(api.handle(request("PATCH", "/api/v1/connections/7")), "Allow") == "GET, HEAD, DELETE");
}

TEST_CASE("HEAD is GET without a body") {
    FakeBroker broker;
    Api api(broker, broker.store, broker.clock, options_with_token());
    const Response response = api.handle(request("HEAD", "/api/v1/status"));
    CHECK(response.status == 200);
    CHECK(response.body.empty());
}

TEST_CASE("the API needs the admin token; health and metrics do not") {
    FakeBroker broker;
    Api api(broker, broker.store, broker.clock, options_with_token());
    for (const char* open : {"/livez", "/readyz", "/healthz", "/metrics"})
        CHECK(api.handle(without_token(request("GET", open))).status == 200);
    const std::pair<const char*, int> rows[] = {
        {"Bearer sesame", 200}, {"bearer sesame", 200}, {"Bearer Sesame", 401},
        {"Bearer sesam", 401},  {"Bearer ", 401},       {"Bearer", 401},
        {"Basic sesame", 401},  {"sesame", 401},        {"", 401}};
    for (const auto& [credentials, status] : rows) {
        CAPTURE(credentials);
        Request asked = without_token(request("GET", "/api/v1/status"));
        asked.headers.emplace_back("authorization", credentials);
        const Response response = api.handle(asked);
        CHECK(response.status == status);
        CHECK((header_of(response, "WWW-Authenticate") != "") == (status == 401));
    }
}

TEST_CASE("a reloaded token holds from the next request on") {
    FakeBroker broker;
    Api api(broker, broker.store, broker.clock, options_with_token());
    api.set_token("open");
    CHECK(api.handle(request("GET", "/api/v1/status")).status == 401);
    api.set_token("sesame");
    CHECK(api.handle(request("GET", "/api/v1/status")).status == 200);
}

TEST_CASE("without a configured token nobody is let in, with an empty one neither") {
    FakeBroker broker;
    Api api(broker, broker.store, broker.clock, {});
    CHECK(api.handle(request("GET", "/api/v1/status")).status == 401);
    Request empty = without_token(request("GET", "/api/v1/status"));
    empty.headers.emplace_back("Authorization", "Bearer ");
    CHECK(api.handle(empty).status == 401);
}

TEST_CASE("metrics can be put behind the token") {
    FakeBroker broker;
    ApiOptions options = options_with_token();
    options.metrics_need_token = true;
    Api api(broker, broker.store, broker.clock, std::move(options));
    CHECK(api.handle(without_token(request("GET", "/metrics"))).status == 401);
    CHECK(api.handle(request("GET", "/metrics")).status == 200);
}

TEST_CASE("only our own Host names are answered, so that a rebound name reaches nothing") {
    FakeBroker broker;
    ApiOptions options = options_with_token();
    options.guard.hosts = {"Ops.example"};
    Api api(broker, broker.store, broker.clock, std::move(options));
    const std::pair<const char*, int> rows[] = {{"localhost", 200},
                                                {"LOCALHOST:8081", 200},
                                                {"127.0.0.1:8081", 200},
                                                {"127.8.9.10", 200},
                                                {"[::1]:8081", 200},
                                                {"ops.example:80", 200},
                                                {"evil.example", 403},
                                                {"127.0.0.1.evil.example", 403},
                                                {"127.evil.example", 403},
                                                {"", 403},
                                                {"[::1", 403},
                                                {"localhost.evil.example", 403},
                                                {"0.0.0.0:8081", 403}};
    for (const auto& [host, status] : rows) {
        CAPTURE(host);
        Request asked = request("GET", "/livez");
        asked.headers[0].second = host;
        CHECK(api.handle(asked).status == status);
    }
    Request none = request("GET", "/livez");
    none.headers.erase(none.headers.begin());
    CHECK(api.handle(none).status == 403);
}

TEST_CASE("a web page drives nothing unless its origin is allowed, token or not") {
    FakeBroker broker;
    ApiOptions options = options_with_token();
    options.guard.allowed_origins = {"https://ops.example"};
    Api api(broker, broker.store, broker.clock, std::move(options));
    const std::pair<const char*, int> rows[] = {{"https://ops.example", 200},
                                                {"http://ops.example", 403},
                                                {"https://ops.example:444", 403},
                                                {"http://127.0.0.1:8081", 403},
                                                {"null", 403},
                                                {"", 403}};
    for (const auto& [origin, status] : rows) {
        CAPTURE(origin);
        Request asked = request("GET", "/api/v1/status");
        asked.headers.emplace_back("Origin", origin);
        CHECK(api.handle(asked).status == status);
    }
}

TEST_CASE("connections come in pages by growing id") {
    FakeBroker broker;
    for (std::uint64_t id = 1; id <= 5; ++id) broker.opens(id * 10, id % 2 ? "ann" : "bob");
    Api api(broker, broker.store, broker.clock, options_with_token());
    const auto page = [&](const char* target) {
        return *parse_json(api.handle(request("GET", target)).body);
    };

    const Json first = page("/api/v1/connections?limit=2");
    CHECK(first["items"].size() == 2);
    CHECK(first["next"] == "20");
    const Json last = page("/api/v1/connections?limit=3&cursor=20");
    CHECK(last["items"][0]["id"] == "30");
    CHECK(last["items"].size() == 3);
    CHECK(last["next"].is_null());
    CHECK(page("/api/v1/connections?user=bob")["items"].size() == 2);
}

TEST_CASE("limits and cursors that are none are refused") {
    FakeBroker broker;
    Api api(broker, broker.store, broker.clock, options_with_token());
    for (const char* query :
         {"limit=0", "limit=-1", "limit=1001", "limit=", "limit=1e2", "limit=%27--", "limit=1%20",
          "cursor=-1", "cursor=x", "cursor=99999999999999999999", "colour=red"}) {
        CAPTURE(query);
        CHECK(api.handle(request("GET", "/api/v1/connections?" + std::string(query))).status == 400);
    }
    CHECK_FALSE(try_request("GET", "/api/v1/connections?limit=1%00"));
    CHECK_FALSE(try_request("GET", "/api/v1/connections?limit=1&limit=2"));
    CHECK(api.handle(request("GET", "/api/v1/connections?limit=1000")).status == 200);
    CHECK(broker.asked.limit == 1000);
}

TEST_CASE("closing a connection passes the reason on and leaves an audit line") {
    FakeBroker broker;
    broker.opens(7, "ann");
    std::vector<std::string> lines;
    ApiOptions options = options_with_token();
    options.audit = [&](std::string_view line) { lines.emplace_back(line); };
    Api api(broker, broker.store, broker.clock, std::move(options));

    CHECK(api.handle(request("DELETE", "/api/v1/connections/7?reason=too%0Aloud")).status == 200);
    REQUIRE(broker.closed.size() == 1);
    CHECK(broker.closed[0].first == 7);
    CHECK(broker.closed[0].second == "too\nloud");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("\"what\":\"too\\nloud\"") != std::string::npos);
    CHECK(lines[0].find('\n') == std::string::npos);
    CHECK(lines[0].find("sesame") == std::string::npos);

    CHECK(api.handle(request("DELETE", "/api/v1/connections/7?reason=" + std::string(124, 'x'))).status ==
          400);
    CHECK(broker.closed.size() == 1);
}

TEST_CASE("what is not UTF-8 inside the broker is still valid JSON outside") {
    FakeBroker broker;
    broker.opens(1, "caf\xe9");
    Api api(broker, broker.store, broker.clock, options_with_token());
    const auto json = parse_json(api.handle(request("GET", "/api/v1/connections")).body);
    REQUIRE(json);
    CHECK(json->at("items")[0]["user"] == "caf\xef\xbf\xbd");
}

TEST_CASE("a broker that fails is a 500 problem that says why") {
    FakeBroker broker;
    broker.broken = true;
    Api api(broker, broker.store, broker.clock, options_with_token());
    const Response response = api.handle(request("GET", "/api/v1/status"));
    CHECK(response.status == 500);
    CHECK(code_of(response) == "internal");
    CHECK(response.body.find("shard 1 does not answer") != std::string::npos);
}

TEST_CASE("a status says its times as RFC 3339") {
    FakeBroker broker;
    broker.now.started_at = WallTime{1'800'000'000'007};
    broker.now.connections = 12;
    Api api(broker, broker.store, broker.clock, options_with_token());
    const auto json = parse_json(api.handle(request("GET", "/api/v1/status")).body);
    REQUIRE(json);
    CHECK(json->at("startedAt") == "2027-01-15T08:00:00.007Z");
    CHECK(json->at("connections") == 12);
}
