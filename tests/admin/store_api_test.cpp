#include <doctest/doctest.h>

#include "broker/admin/json.hpp"
#include "tests/admin/fake_broker.hpp"

using namespace causeway;
using namespace causeway::admin;

namespace {

// An Api over fakes that keeps its audit lines.
struct Desk {
    FakeBroker broker;
    FakeStore& store = broker.store;
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

std::string code_of(const Response& response) {
    return parse_json(response.body).value_or(Json::object()).value("code", "");
}

}  // namespace

TEST_CASE("cursors are listed by user and device, in pages") {
    Desk desk;
    for (int i = 0; i < 5; ++i)
        desk.store.kept.push_back({i < 4 ? "ann" : "bob", i % 2 ? "phone" : "web", "/user/queue/messages",
                                   static_cast<std::uint64_t>(i), 1'800'000'000'000});
    CHECK(desk.json("/api/v1/cursors")["items"].size() == 5);
    CHECK(desk.json("/api/v1/cursors?user=ann&device=phone")["items"].size() == 2);
    const Json first = desk.json("/api/v1/cursors?user=ann&limit=3");
    CHECK(first["items"].size() == 3);
    CHECK(first["items"][0] == Json{{"user", "ann"},
                                    {"device", "web"},
                                    {"log", "/user/queue/messages"},
                                    {"offset", 0},
                                    {"updatedAt", "2027-01-15T08:00:00.000Z"}});
    CHECK(first["next"] == "3");
    const Json last = desk.json("/api/v1/cursors?user=ann&limit=3&cursor=3");
    CHECK(last["items"].size() == 1);
    CHECK(last["next"].is_null());
}

TEST_CASE("a reset says whose, which and where to, and leaves an audit line") {
    Desk desk;
    const auto done = desk.post("/api/v1/cursors/reset", R"({"user":"ann"})");
    CHECK(done.status == 200);
    CHECK(Json::parse(done.body)["changed"] == true);
    CHECK(
        desk.post("/api/v1/cursors/reset", R"({"user":"ann","device":"d","log":"/topic/a","to":7})").status ==
        200);
    REQUIRE(desk.store.resets.size() == 2);
    CHECK_FALSE(desk.store.resets[0].to);
    CHECK(desk.store.resets[1].device == "d");
    CHECK(desk.store.resets[1].log == "/topic/a");
    CHECK(desk.store.resets[1].to == 7);
    const auto nobody = desk.post("/api/v1/cursors/reset", R"({"user":"zoe"})");
    CHECK(Json::parse(nobody.body)["changed"] == false);
    REQUIRE(desk.audited.size() == 3);
    CHECK(desk.audited[1].find("/topic/a") != std::string::npos);

    desk.store.refusal = Refusal{ErrorCode::kSendFailed, "the disk is full", ""};
    CHECK(desk.post("/api/v1/cursors/reset", R"({"user":"ann"})").status == 503);
    CHECK(desk.audited.size() == 4);
}

TEST_CASE("the outbox is listed in pages and can be told to try again") {
    Desk desk;
    for (std::uint64_t id = 1; id <= 3; ++id)
        desk.store.waiting.push_back({id * 10, "communication.message.sent", "m", 1'800'000'000'000, 12});
    const Json first = desk.json("/api/v1/outbox?limit=2");
    CHECK(first["items"].size() == 2);
    CHECK(first["items"][0]["id"] == "10");
    CHECK(first["next"] == "20");
    const Json last = desk.json("/api/v1/outbox?limit=2&cursor=20");
    CHECK(last["items"].size() == 1);
    CHECK(last["next"].is_null());

    CHECK(parse_json(desk.post("/api/v1/outbox/retry").body).value() == Json{{"waiting", 3}});
    CHECK(desk.store.retries == 1);
    CHECK(desk.audited.size() == 1);
}

TEST_CASE("history names one log and one direction; what is unknown is 404") {
    Desk desk;
    CHECK(code_of(desk.get("/api/v1/history?conversation=c")) == "log-unknown");
    desk.store.messages = {true, {{8, 2, "", R"({"messageId":"m"})"}, {9, 0, "/topic/a", "not json"}}, true};
    const Json page = desk.json("/api/v1/history?conversation=c&before=9&limit=2");
    CHECK(desk.store.asked.conversation == "c");
    CHECK(desk.store.asked.before == 9);
    CHECK(desk.store.asked.limit == 2);
    CHECK(page["more"] == true);
    CHECK(page["items"][0] == Json{{"offset", 8}, {"sequence", 2}, {"message", {{"messageId", "m"}}}});
    CHECK(page["items"][1]["message"].is_null());
}

TEST_CASE("a user is exported and erased slice by slice, each leaving its line") {
    Desk desk;
    CHECK(desk.json("/api/v1/users/export?user=ann")["next"] == "2");
    CHECK(desk.json("/api/v1/users/export?user=ann&cursor=2")["next"].is_null());
    CHECK(desk.store.exported == std::vector<std::string>{"ann from ", "ann from 2"});
    CHECK(desk.audited.size() == 1);
    desk.store.erase_slices = 2;
    desk.broker.opens(1, "ann");
    desk.broker.opens(2, "bob");
    desk.broker.opens(3, "ann");
    CHECK(parse_json(desk.post("/api/v1/users/erase", R"({"user":"ann"})").body).value() ==
          Json{{"rows", 10}, {"more", true}, {"closed", 2}});
    CHECK(parse_json(desk.post("/api/v1/users/erase", R"({"user":"ann"})").body).value()["more"] == false);
    CHECK(desk.audited.size() == 3);
    // Sessions end before anything is erased, so that they write nothing down anew.
    CHECK(desk.broker.erased_when_closed == std::vector<std::size_t>{0, 1});
    CHECK(desk.broker.closed.size() == 2);
    CHECK(desk.broker.open.size() == 1);
}

TEST_CASE("a backup runs while others ask for it, and only one at a time") {
    Desk desk;
    const Response begun = desk.post("/api/v1/store/backup", R"({"file":"/backup/a.db"})");
    CHECK(begun.status == 202);
    CHECK(header_of(begun, "Location") == "/api/v1/store/jobs/1");
    desk.broker.clock.advance(Milliseconds(1'500));
    Json job = desk.json("/api/v1/store/jobs/1");
    CHECK(job["state"] == "running");
    CHECK(job["elapsedMs"] == 1500);
    CHECK(code_of(desk.post("/api/v1/store/verify")) == "job-running");
    CHECK(desk.store.files.size() == 1);

    desk.store.end_backup(std::uint64_t{4096});
    desk.broker.clock.advance(Milliseconds(1'000));
    job = desk.json("/api/v1/store/jobs/1");
    CHECK(job["state"] == "done");
    CHECK(job["elapsedMs"] == 1500);
    CHECK(job["result"] == Json{{"file", "/backup/a.db"}, {"bytes", 4096}});
    CHECK(desk.audited.size() == 2);

    CHECK(desk.post("/api/v1/store/verify").status == 202);
    CHECK(code_of(desk.get("/api/v1/store/jobs/1")) == "job-unknown");
    desk.store.end_verify(Verdict{{"entry 7 has no log"}, 10, 2});
    job = desk.json("/api/v1/store/jobs/2");
    CHECK(job["result"]["sound"] == false);
    CHECK(job["result"]["faults"][0] == "entry 7 has no log");
    CHECK(desk.json("/api/v1/store/jobs")["items"].size() == 1);
}

TEST_CASE("a backup that fails says why") {
    {
        Desk desk;
        desk.store.end_at_once = BackupEnd(StoreTrouble{"the file exists"});
        CHECK(desk.post("/api/v1/store/backup", R"({"file":"/a"})").status == 202);
        const Json job = desk.json("/api/v1/store/jobs/1");
        CHECK(job["state"] == "failed");
        CHECK(job["error"] == "the file exists");
        CHECK(desk.post("/api/v1/store/verify", "{}").status == 202);
        desk.store.end_verify(StoreTrouble{"stopped"});
        CHECK(desk.json("/api/v1/store/jobs/2")["error"] == "stopped");
    }
}

TEST_CASE("what the store is asked is checked field by field") {
    Desk desk;
    const struct {
        const char* method;
        const char* target;
        std::string body;
        const char* code;
    } rows[] = {
        {"GET", "/api/v1/cursors?limit=1001", "", "limit-invalid"},
        {"GET", "/api/v1/cursors?cursor=x", "", "cursor-invalid"},
        {"GET", "/api/v1/cursors?users=ann", "", "parameter-unknown"},
        {"GET", "/api/v1/cursors?user=a%0Ab", "", "user-invalid"},
        {"POST", "/api/v1/cursors/reset", "", "user-invalid"},
        {"POST", "/api/v1/cursors/reset", "[]", "body-invalid"},
        {"POST", "/api/v1/cursors/reset", R"({"user":"a","to":-1})", "to-invalid"},
        {"POST", "/api/v1/cursors/reset", R"({"user":"a","to":"x"})", "to-invalid"},
        {"POST", "/api/v1/cursors/reset", R"({"user":["a"]})", "user-invalid"},
        {"POST", "/api/v1/cursors/reset", R"({"user":"a","from":1})", "parameter-unknown"},
        {"GET", "/api/v1/outbox?limit=0", "", "limit-invalid"},
        {"GET", "/api/v1/history", "", "conversation-invalid"},
        {"GET", "/api/v1/history?conversation=a&destination=/topic/b", "", "conversation-invalid"},
        {"GET", "/api/v1/history?conversation=a&before=1&after=1", "", "after-invalid"},
        {"GET", "/api/v1/history?conversation=a&limit=201", "", "limit-invalid"},
        {"GET", "/api/v1/users/export", "", "user-invalid"},
        {"POST", "/api/v1/users/erase", "{}", "user-invalid"},
        {"POST", "/api/v1/store/backup", "{}", "file-invalid"},
        {"POST", "/api/v1/store/backup", R"({"file":"a.db"})", "file-invalid"},
        {"POST", "/api/v1/store/backup", R"({"file":"/a/"})", "file-invalid"},
        {"POST", "/api/v1/store/backup", R"({"file":"/a\u0000b"})", "file-invalid"},
        {"POST", "/api/v1/store/verify", R"({"deep":1})", "parameter-unknown"},
        {"GET", "/api/v1/store/jobs/1", "", "job-unknown"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.target);
        CAPTURE(row.body);
        const Response response = desk.api.handle(request(row.method, row.target, row.body));
        CHECK(code_of(response) == row.code);
        CHECK(response.status == (std::string_view(row.code) == "job-unknown" ? 404 : 400));
    }
    CHECK(desk.store.resets.empty());
    CHECK(desk.store.erased.empty());
    CHECK(desk.store.files.empty());
}

TEST_CASE("a store that gives no answer is 503 with its reason; none of it goes without the token") {
    Desk desk;
    desk.store.trouble = StoreTrouble{"the disk is gone"};
    for (const char* target : {"/api/v1/cursors", "/api/v1/outbox", "/api/v1/history?conversation=c",
                               "/api/v1/users/export?user=ann"}) {
        CAPTURE(target);
        CHECK(desk.get(target).status == 503);
        CHECK(desk.get(target).body.find("the disk is gone") != std::string::npos);
        CHECK(desk.api.handle(without_token(request("GET", target))).status == 401);
    }
    for (const char* target : {"/api/v1/cursors/reset", "/api/v1/outbox/retry", "/api/v1/users/erase",
                               "/api/v1/store/backup", "/api/v1/store/verify"}) {
        CAPTURE(target);
        CHECK(desk.api.handle(without_token(request("POST", target))).status == 401);
        CHECK(desk.get(target).status == 405);
    }
}
