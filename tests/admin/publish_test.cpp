#include <doctest/doctest.h>

#include "broker/admin/json.hpp"
#include "broker/admin/publish_request.hpp"
#include "tests/admin/fake_broker.hpp"

using namespace causeway;
using namespace causeway::admin;

namespace {

Publish accepted(std::string_view body) {
    auto parsed = parse_publish(body);
    REQUIRE(std::holds_alternative<Publish>(parsed));
    return std::get<Publish>(parsed);
}

std::string nested(int depth) {
    return std::string(std::size_t(depth), '[') + std::string(std::size_t(depth), ']');
}

}  // namespace

TEST_CASE("a publish names one target") {
    CHECK(std::get<ToDestination>(accepted(R"({"destination":"/topic/a","body":"x"})").to).destination ==
          "/topic/a");
    const Publish user = accepted(R"({"user":"ann","queue":"errors"})");
    CHECK(std::get<ToUser>(user.to).user == "ann");
    CHECK(std::get<ToUser>(user.to).queue == "errors");
    CHECK(std::get<ToEveryone>(accepted(R"({"everyone":true})").to).queue == "notifications");
    CHECK(std::get<ToEveryone>(accepted(R"({"everyone":true,"queue":"news"})").to).queue == "news");
}

TEST_CASE("a publish carries text, a JSON value or bytes, each with its content type") {
    struct Row {
        const char* json;
        std::string body;
        const char* content_type;
    };
    const Row rows[] = {
        {R"({"destination":"/topic/a"})", "", "text/plain;charset=utf-8"},
        {R"({"destination":"/topic/a","body":"h\u00e9"})", "h\xc3\xa9", "text/plain;charset=utf-8"},
        {R"({"destination":"/topic/a","json":{"b":1,"a":[true,null]}})", R"({"b":1,"a":[true,null]})",
         "application/json"},
        {R"({"destination":"/topic/a","json":"x"})", "\"x\"", "application/json"},
        {R"({"destination":"/topic/a","base64":"AAH/"})", std::string("\0\1\xff", 3),
         "application/octet-stream"},
        {R"({"destination":"/topic/a","base64":"AAH/","contentType":"image/png"})",
         std::string("\0\1\xff", 3), "image/png"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.json);
        const Publish publish = accepted(row.json);
        CHECK(publish.body == row.body);
        CHECK(publish.content_type == row.content_type);
    }
}

TEST_CASE("headers keep their order, and persistent is handed on") {
    const Publish publish =
        accepted(R"({"user":"a","queue":"b","headers":{"z":"1","a":""},"persistent":true})");
    CHECK(publish.headers == std::vector<std::pair<std::string, std::string>>{{"z", "1"}, {"a", ""}});
    CHECK(publish.persistent);
}

TEST_CASE("a publish that is wrong names the field") {
    const std::pair<std::string, const char*> rows[] = {
        {"", ""},
        {"[]", ""},
        {"{\"destination\":\"/topic/\xff\"}", ""},
        {R"({"destination":"/topic/a"} x)", ""},
        {R"({"destination":"/topic/a","destination":"/topic/b"})", ""},
        {R"({"body":"x"})", "destination"},
        {R"({"destination":"/topic/a","user":"b","queue":"c"})", "destination"},
        {R"({"destination":"/topic/a","everyone":true})", "destination"},
        {R"({"everyone":false})", "destination"},
        {R"({"destination":"/topic/a","queue":"c"})", "queue"},
        {R"({"destination":"topic"})", "destination"},
        {R"({"destination":""})", "destination"},
        {R"({"destination":"/topic/a\u0000b"})", "destination"},
        {R"({"destination":"/topic/a\nSEND"})", "destination"},
        {R"({"destination":7})", "destination"},
        {R"({"destination":")" + std::string(10'000, '/') + "\"}", "destination"},
        {R"({"user":"ann"})", "queue"},
        {R"({"everyone":"yes"})", "everyone"},
        {R"({"destination":"/topic/a","body":{}})", "body"},
        {R"({"destination":"/topic/a","body":"x","json":1})", "body"},
        {R"({"destination":"/topic/a","base64":"A"})", "base64"},
        {R"({"destination":"/topic/a","base64":1})", "base64"},
        {R"({"destination":"/topic/a","headers":["a"]})", "headers"},
        {R"({"destination":"/topic/a","headers":{"a":1}})", "headers"},
        {R"({"destination":"/topic/a","headers":{"":"x"}})", "headers"},
        {R"({"destination":"/topic/a","headers":{"a":"x\r\ny"}})", "headers"},
        {R"({"destination":"/topic/a","persistent":1})", "persistent"},
        {R"({"destination":"/topic/a","contentType":"a\nb"})", "contentType"},
        {R"({"destination":"/topic/a","bodi":"x"})", "bodi"},
    };
    for (const auto& [body, field] : rows) {
        CAPTURE(body.substr(0, 80));
        const auto parsed = parse_publish(body);
        REQUIRE(std::holds_alternative<Refusal>(parsed));
        CHECK(std::get<Refusal>(parsed).field == field);
        CHECK_FALSE(std::get<Refusal>(parsed).text.empty());
    }
}

TEST_CASE("JSON is read to a depth of 32 and no deeper, however deep it is") {
    CHECK(parse_json(nested(32)));
    CHECK_FALSE(parse_json(nested(33)));
    CHECK_FALSE(parse_json(nested(100'000)));
    CHECK_FALSE(parse_json(std::string(100'000, '[')));
    CHECK(parse_json("\"" + std::string(100, '[') + "\\\"[\""));
}

TEST_CASE("a body over 1 MiB is refused before it is read as JSON") {
    FakeBroker broker;
    Api api(broker, broker.store, broker.clock, options_with_token());
    const std::string frame = R"({"destination":"/topic/a","body":""})";
    std::string body = frame;
    body.insert(frame.size() - 2, std::string(kMaxAdminBody - frame.size(), 'x'));
    CHECK(api.handle(request("POST", "/api/v1/publish", body)).status == 200);
    CHECK(api.handle(request("POST", "/api/v1/publish", body + " ")).status == 413);
    CHECK(broker.published.size() == 1);
}

TEST_CASE("what the broker says to a publish becomes status and JSON") {
    FakeBroker broker;
    Api api(broker, broker.store, broker.clock, options_with_token());
    const Request asked = request("POST", "/api/v1/publish", R"({"destination":"/topic/a","body":"x"})");
    CHECK(*parse_json(api.handle(asked).body) ==
          Json{{"id", "01MCC5RM000000000000000000"}, {"delivered", 3}, {"stored", false}});
    broker.result = Published{"id", 0, true, Offset{17}};
    CHECK(*parse_json(api.handle(asked).body) ==
          Json{{"id", "id"}, {"delivered", 0}, {"stored", true}, {"offset", 17}});

    const std::pair<ErrorCode, int> rows[] = {
        {ErrorCode::kMessageInvalid, 400},  {ErrorCode::kPermissionDenied, 403},
        {ErrorCode::kMessageTooLarge, 413}, {ErrorCode::kRateLimited, 429},
        {ErrorCode::kSendFailed, 503},      {ErrorCode::kIdempotencyConflict, 409},
        {ErrorCode::kSubscribeFailed, 422}};
    for (const auto& [code, status] : rows) {
        broker.result = Refusal{code, "no", "body"};
        const Response response = api.handle(asked);
        CHECK(response.status == status);
        const auto json = parse_json(response.body);
        REQUIRE(json);
        CHECK(json->at("code") == std::string(row(code).name));
        CHECK(json->at("field") == "body");
    }
}
