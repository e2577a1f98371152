#include "tests/app/command_bench.hpp"

using namespace causeway;
using namespace causeway::app;
using nlohmann::json;

TEST_CASE("a heart-beat succeeds, whatever its body") {
    for (const char* body : {"", R"({"timestamp":1,"deviceId":"d"})", "junk"}) {
        Bench b;
        b.run("heartbeat", body);
        const auto& done = std::get<Done>(b.outcomes.at(0));
        CHECK(done.receipt_headers.empty());
        CHECK_FALSE(done.reply);
        CHECK_FALSE(done.identity);
        CHECK(b.store.asked.empty());
    }
}

TEST_CASE("auth without a token answers with the present identity") {
    for (const char* body : {"", "{}", R"({"timestamp":1})", R"({"token":""})"}) {
        Bench b;
        b.run("auth", body);
        CHECK(body_of(b.outcomes.at(0), "/user/queue/auth") == json{{"sessionId", "42"},
                                                                    {"userId", "alice"},
                                                                    {"expireTime", 1'900'000'000'000},
                                                                    {"permissions", {"ticket:7"}}});
        CHECK_FALSE(std::get<Done>(b.outcomes[0]).identity);
    }
    Bench b;
    b.alice.expires_at.reset();
    b.run("auth", "{}");
    CHECK(body_of(b.outcomes.at(0), "/user/queue/auth")["expireTime"].is_null());
}

TEST_CASE("auth with a token of the same user gives the session its new identity") {
    Bench b;
    b.run("auth", R"({"token":"alice","timestamp":1})");
    const auto& done = std::get<Done>(b.outcomes.at(0));
    REQUIRE(done.identity);
    CHECK(done.identity->token_id == "t2");
    CHECK(body_of(b.outcomes[0], "/user/queue/auth")["expireTime"] == 2'000'000'000'000);
}

TEST_CASE("auth refuses a bad token and another user's") {
    CHECK(Bench().refused("auth", R"({"token":"bad"})").text == "the token's signature is wrong");
    const Refusal other = Bench().refused("auth", R"({"token":"mallory"})");
    CHECK(other.code == ErrorCode::kAuthFailed);
    CHECK(other.text.find("mallory") == std::string::npos);
}
