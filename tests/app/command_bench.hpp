// One shard with one user, alice, and everything that stands around a command: what the tests of the /app
// commands share. The store is a fake, and answers when the test says so.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "broker/app/commands.hpp"
#include "tests/app/fake_store.hpp"

namespace causeway::app {

inline identity::Identity user(std::string name, WallTime expires_at, std::string token_id, std::string permission) {
    identity::Identity identity;
    identity.user = std::move(name);
    identity.name = "Alice L.";
    identity.permissions = {std::move(permission)};
    identity.expires_at = expires_at;
    identity.token_id = std::move(token_id);
    return identity;
}

struct Bench {
    ManualClock clock;
    SeededRandom random{7};
    MessageIds ids{clock, random};
    FakeStore store;
    std::vector<std::function<void()>> posted;
    identity::Identity alice = user("alice", WallTime{1'900'000'000'000}, "t1", "ticket:7");
    std::vector<Outcome> outcomes;
    Commands commands{store, clock, ids, [this](auto task) { posted.push_back(std::move(task)); },
                      [](std::string_view token) -> std::variant<identity::Identity, Refusal> {
                          if (token == "bad")
                              return Refusal{ErrorCode::kAuthFailed, "the token's signature is wrong", ""};
                          return user(std::string(token), WallTime{2'000'000'000'000}, "t2", "p");
                      }};

    void run(std::string_view command, std::string_view body, std::string_view type = "") {
        commands.run({alice, "phone", SessionId{42}, "web"}, command, body, type,
                     [this](Outcome outcome) { outcomes.push_back(std::move(outcome)); });
    }
    const storage::Append& sends(std::string_view command, std::string_view body, std::string_view type = "") {
        run(command, body, type);
        CAPTURE(body);
        REQUIRE(outcomes.empty());
        REQUIRE_FALSE(store.asked.empty());
        return store.last<storage::Append>();
    }
    Refusal refused(std::string_view command, std::string_view body, std::string_view type = "") {
        outcomes.clear();
        run(command, body, type);
        REQUIRE(outcomes.size() == 1);
        REQUIRE(std::holds_alternative<Refusal>(outcomes[0]));
        CHECK(store.asked.empty());
        return std::get<Refusal>(outcomes[0]);
    }
    Outcome answered(storage::Answer answer) {
        store.asked.back().answer(std::move(answer));
        return come_back();
    }
    // The same for a question that was a read.
    template <typename OnRead, typename Read>
    Outcome reads(const OnRead& on_read, Read read) {
        on_read(std::move(read));
        return come_back();
    }
    Outcome come_back() {
        CHECK(outcomes.empty());  // not on the store's thread
        REQUIRE(posted.size() == 1);
        std::exchange(posted, {})[0]();
        REQUIRE(outcomes.size() == 1);
        return std::exchange(outcomes, {})[0];
    }
};

inline std::map<std::string, std::string> headers_of(const Outcome& outcome) {
    const auto& headers = std::get<Done>(outcome).receipt_headers;
    return {headers.begin(), headers.end()};
}

inline nlohmann::json body_of(const Outcome& outcome, std::string_view destination) {
    const auto& reply = std::get<Done>(outcome).reply;
    REQUIRE(reply);
    CHECK(reply->destination == destination);
    CHECK(reply->content->content_type() == "application/json");
    CHECK(reply->message_id.size() == kMessageIdLength);
    CHECK(reply->timestamp == 1'800'000'000'000);
    return nlohmann::json::parse(reply->content->body());
}
}  // namespace causeway::app
