// The operator's side: health, metrics, the API's token, closing and publishing; one broker per directory;
// what the files and the log give away.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/support/temporary_directory.hpp"
#include "tests/system/party.hpp"

using namespace causeway::test;
using Json = nlohmann::json;

namespace {

constexpr const char* kAdminToken = "admin-token-of-the-tests";  // what the fixture's begins with

// 200 for each that the admin API says was delivered.
int published(const BrokerProcess& broker, const Json& request, int* delivered = nullptr) {
    const auto response = broker.admin_post("/api/v1/publish", request.dump());
    if (delivered && response.status == 200)
        *delivered = Json::parse(response.body).at("delivered").get<int>();
    return response.status;
}

}  // namespace

TEST_CASE("health is on both listeners; metrics need no token and are what Prometheus reads") {
    BrokerProcess broker;
    StompClient alice = enters(broker, {"alice"});
    for (const auto port : {broker.port(), broker.admin_port()})
        for (const char* const path : {"/livez", "/readyz"}) {
            CAPTURE(path);
            CHECK(http(port, {"GET", path, {}, ""}).status == 200);
        }
    CHECK(http(broker.admin_port(), {"GET", "/readyz?verbose", {}, ""}).body.find("[+]store ok") !=
          std::string::npos);
    const auto metrics = http(broker.admin_port(), {"GET", "/metrics", {}, ""});
    CHECK(metrics.status == 200);
    CHECK(metrics.body.find("\ncauseway_sessions 1\n") != std::string::npos);
    CHECK(http(broker.port(), {"GET", "/metrics", {}, ""}).status == 404);
    CHECK(http(broker.port(), {"GET", "/api/v1/status", {}, ""}).status == 404);

    const TemporaryDirectory directory;
    std::ofstream(directory / "metrics") << metrics.body;
    Process promtool({"sh", "-c", "command -v promtool >/dev/null || exit 0; promtool check metrics < \"$0\"",
                      directory / "metrics"});
    CHECK(promtool.wait_for_exit() == ExitStatus{0, 0});
    CHECK(promtool.output() == "");
}

TEST_CASE("the API asks for its token, and refuses pages and names of others") {
    BrokerProcess broker;
    const struct {
        const char* what;
        HttpHeaders headers;
        int status;
    } table[] = {
        {"no token", {}, 401},
        {"a wrong one", {{"Authorization", "Bearer wrong"}}, 401},
        {"a user's",
         {{"Authorization", "Bearer " + token_for("alice", {std::chrono::hours(1), {"admin"}, ""})}},
         401},
        {"another scheme", {{"Authorization", "Basic YWRtaW46YWRtaW4="}}, 401},
        {"a page", {{"Origin", "https://evil.example"}}, 403},
        {"no page's", {{"Origin", "null"}}, 403},
        {"another host's", {{"Host", "evil.example"}}, 400},
    };
    for (const auto& row : table)
        for (const auto& [method, path] :
             {std::pair{"GET", "/api/v1/connections"}, {"POST", "/api/v1/publish"}}) {
            CAPTURE(row.what);
            CAPTURE(path);
            const auto response = http(broker.admin_port(), {method, path, row.headers, ""});
            CHECK(response.status == row.status);
        }
    CHECK(broker.admin_get("/api/v1/status").status == 200);
    CHECK(broker.admin_get("/api/v1/connections?limit=-1").status == 400);
    CHECK(broker.admin_get("/api/v1/connections/'--").status == 404);
    CHECK(broker.admin_post("/api/v1/publish", std::string(100'000, '[')).status == 400);
    CHECK(broker.admin_post("/api/v1/status", "{}").status == 405);
}

TEST_CASE("an operator publishes to a destination, a user and everyone") {
    BrokerProcess broker(unhurried());
    StompClient alice = enters(broker, {"alice"});
    StompClient tablet = enters(broker, {"alice", {}, {}, StompClient::Wire::kSockJs});
    StompClient bob = enters(broker, {"bob"});
    for (StompClient* each : {&alice, &tablet, &bob}) {
        REQUIRE(each->subscribes("/user/queue/notifications").command == "RECEIPT");
        REQUIRE(each->subscribes("/topic/open/news").command == "RECEIPT");
    }
    int delivered = 0;
    CHECK(published(broker, {{"destination", "/topic/open/news"}, {"body", "to the topic"}}, &delivered) ==
          200);
    CHECK(delivered == 3);
    CHECK(published(broker, {{"user", "alice"}, {"queue", "notifications"}, {"body", "to alice"}},
                    &delivered) == 200);
    CHECK(delivered == 2);
    CHECK(published(broker, {{"everyone", true}, {"json", {{"a", 1}}}}, &delivered) == 200);
    CHECK(delivered == 3);
    for (StompClient* each : {&alice, &tablet}) {
        CHECK(each->sees_body() == "to the topic");
        CHECK(each->sees_body() == "to alice");
        CHECK(each->sees_body() == R"({"a":1})");
        CHECK(each->everything_so_far().empty());
    }
    CHECK(bob.sees_body() == "to the topic");
    CHECK(bob.sees_body() == R"({"a":1})");
    CHECK(bob.everything_so_far().empty());
    CHECK(published(broker, {{"destination", "/topic/a\r\nb"}, {"body", "x"}}) == 400);
    CHECK(published(broker, {{"destination", "/topic/*"}, {"body", "x"}}) == 400);
}

TEST_CASE("connections are listed page by page and closed by their id") {
    BrokerProcess broker;
    std::vector<StompClient> clients;
    for (int i = 0; i < 10; ++i)
        clients.push_back(enters(broker, {"user" + std::to_string(i), {{"deviceId", "d"}}}));
    std::map<std::string, std::string> ids;  // of users
    std::string cursor = "0";
    int pages = 0;
    for (; !cursor.empty() && pages < 10; ++pages) {
        const auto page = Json::parse(broker.admin_get("/api/v1/connections?limit=3&cursor=" + cursor).body);
        for (const auto& row : page.at("items")) ids[row.at("user")] = row.at("id");
        cursor = page.at("next").is_null() ? "" : page.at("next").get<std::string>();
    }
    CHECK(pages == 4);
    REQUIRE(ids.size() == 10);
    const auto close = [&](const std::string& id) {
        return http(broker.admin_port(),
                    {"DELETE",
                     "/api/v1/connections/" + id + "?reason=spam",
                     {{"Authorization", std::string("Bearer ") + kAdminToken + "-0123456789abcdef"}},
                     ""})
            .status;
    };
    CHECK(close(ids["user3"]) == 200);
    const auto error = clients[3].sees().value();
    CHECK(error.command == "ERROR");
    CHECK(error.header("code") == "kicked");
    CHECK(clients[3].sees_close().value().code == 4104);
    clients[3].closes(4104);
    CHECK(eventually([&] { return close(ids["user3"]) == 404; }));
    CHECK(close("99999999") == 404);
    CHECK(clients[4].everything_so_far().empty());
    CHECK(Json::parse(broker.admin_get("/api/v1/status").body).at("sessions") == 9);
}

TEST_CASE("of two brokers with one directory the second ends at once and says why") {
    BrokerProcess first;
    BrokerProcess::Options options;
    options.set = {"storage.path=" + first.storage()};
    options.start = BrokerProcess::Start::kLater;
    BrokerProcess second(options);
    CHECK_THROWS_AS(second.start(), std::runtime_error);
    CHECK(second.process().wait_for_exit() == ExitStatus{78, 0});
    CHECK(second.log().find(first.storage()) != std::string::npos);
    CHECK(second.log().find(std::to_string(first.process().pid())) != std::string::npos);
    StompClient alice = enters(first, {"alice"});
    CHECK(alice.sends_and_waits("/app/private-message", private_message("bob", "hi")).command == "RECEIPT");
    // And the directory is free as soon as its broker has gone, however it went.
    first.kill9();
    second.start();
    CHECK(second.admin_get("/livez").status == 200);
}

TEST_CASE("files are their owner's alone") {
    const auto mask = ::umask(0);
    BrokerProcess broker;
    ::umask(mask);
    StompClient alice = enters(broker, {"alice"});
    REQUIRE(alice.sends_and_waits("/app/private-message", private_message("bob", "hi")).command == "RECEIPT");
    int files = 0;
    const auto mode = [](const std::filesystem::path& path) {
        struct stat facts {};
        return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777U : 0U;
    };
    CHECK(mode(broker.storage()) == 0700);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(broker.storage())) {
        CAPTURE(entry.path().string());
        CHECK(mode(entry.path()) == (entry.is_directory() ? 0700U : 0600U));
        ++files;
    }
    CHECK(files >= 2);
}

TEST_CASE("no secret reaches the log, nor does a peer write lines into it") {
    auto options = unhurried();
    options.set.push_back("log.level=trace");
    BrokerProcess broker(options);
    const std::string token = token_for("alice");
    StompClient by_query(broker.port(), {StompClient::Wire::kWebSocket, "/ws", "token=" + token, {}});
    CHECK(by_query.connects().command == "CONNECTED");
    StompClient by_header(broker.port());
    CHECK(by_header.connects({{"Authorization", "Bearer " + token}, {"deviceId", "d"}}).command ==
          "CONNECTED");
    StompClient broken(broker.port(), {StompClient::Wire::kSockJs, "/ws", "access_token=" + token + "x", {}});
    const auto error = broken.connects({{"passcode", "no-such-passcode\n2026 forged line"}, {"login", "x"}});
    CHECK(error.command == "ERROR");
    CHECK(text_of(error).find("no-such-passcode") == std::string::npos);
    (void)http(broker.port(), {"GET", "/ws/info?token=" + token, {{"User-Agent", "forged"}}, ""});
    (void)broker.admin_get("/api/v1/status");
    (void)broker.admin_post("/api/v1/publish", R"({"everyone":true,"body":"forged-body"})");
    CHECK(
        http(broker.admin_port(), {"GET", "/api/v1/status", {{"Authorization", "Bearer guessed-token"}}, ""})
            .status == 401);
    CHECK(broker.stop() == ExitStatus{0, 0});

    const std::string log = broker.log();
    CHECK(log.find("listening") != std::string::npos);
    const auto signature = token.substr(token.rfind('.') + 1);
    for (const std::string& secret :
         {signature, token, std::string(kTokenSecret), std::string(kAdminToken),
          std::string("no-such-passcode"), std::string("guessed-token"), std::string("forged-body")}) {
        CAPTURE(secret);
        CHECK(log.find(secret) == std::string::npos);
    }
    CHECK(log.find("\n2026 forged") == std::string::npos);
}
