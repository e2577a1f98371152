#include "tests/app/command_bench.hpp"

using namespace causeway;
using namespace causeway::app;
using nlohmann::json;

TEST_CASE("conversations are created with a kind, a name and members") {
    Bench b;
    b.run("conversations/create",
          R"({"conversationId":"c1","type":"live_stream","name":"Evening","members":["bob","carol"]})");
    const auto& request = b.store.last<storage::CreateConversation>();
    CHECK(request.id == "c1");
    CHECK(request.kind == "live_stream");
    CHECK(request.name == "Evening");
    CHECK(request.creator == "alice");
    CHECK(request.members == std::vector<std::string>{"bob", "carol"});
    const Outcome outcome = b.answered(storage::ConversationMade{"c1", true});
    CHECK(headers_of(outcome)["conversation-id"] == "c1");
    CHECK(headers_of(outcome)["duplicate"] == "true");
    CHECK(body_of(outcome, "/user/queue/conversations") ==
          json{{"action", "create"}, {"conversationId", "c1"}, {"existed", true}});
}

TEST_CASE("a create without an id is idempotent by its clientMsgId, per user") {
    const auto id = [](const char* user, const char* body) {
        Bench b;
        b.alice.user = user;
        b.run("conversations/create", body);
        CHECK(b.store.last<storage::CreateConversation>().kind == "group");
        return b.store.last<storage::CreateConversation>().id;
    };
    CHECK(id("alice", "").empty());
    const auto first = id("alice", R"({"clientMsgId":"1"})");
    CHECK(first.size() > 20);
    CHECK(first.find_first_of("./+=") == std::string::npos);
    CHECK(id("alice", R"({"clientMsgId":"1","timestamp":9})") == first);
    CHECK(id("alice", R"({"clientMsgId":"2"})") != first);
    CHECK(id("bob", R"({"clientMsgId":"1"})") != first);
}

TEST_CASE("membership commands say who does what to whom") {
    using storage::MembershipChange;
    struct Row {
        const char* command;
        const char* body;
        MembershipChange change;
        const char* user;
    };
    const Row rows[] = {
        {"conversations/join", R"({"conversationId":"c"})", MembershipChange::kJoin, "alice"},
        {"conversations/leave", R"({"conversationId":"c","userId":"bob"})", MembershipChange::kLeave,
         "alice"},
        {"conversations/add", R"({"conversationId":"c","userId":"bob"})", MembershipChange::kAdd, "bob"},
        {"conversations/remove", R"({"conversationId":"c","userId":"bob"})", MembershipChange::kRemove,
         "bob"}};
    for (const auto& row : rows) {
        CAPTURE(row.command);
        Bench b;
        b.run(row.command, row.body);
        const auto& request = b.store.last<storage::ChangeMembership>();
        CHECK(request.change == row.change);
        CHECK(request.conversation == "c");
        CHECK(request.actor == "alice");
        CHECK(request.user == row.user);
        CHECK_FALSE(request.trusted);
        const auto headers = headers_of(b.answered(storage::Changed{true}));
        CHECK(headers == std::map<std::string, std::string>{
                             {"conversation-id", "c"}, {"duplicate", "false"}, {"stored", "true"}});
    }
    storage::Envelope envelope;
    envelope.set_conversationid("c2");
    envelope.set_receiverid("dave");
    Bench b;
    b.run("conversations/add", envelope.SerializeAsString(), "application/x-protobuf");
    CHECK(b.store.last<storage::ChangeMembership>().conversation == "c2");
    CHECK(b.store.last<storage::ChangeMembership>().user == "dave");
}

TEST_CASE("a list of conversations is the caller's own") {
    Bench b;
    b.run("conversations/list", "");
    REQUIRE(b.store.lists.size() == 1);
    CHECK(b.store.lists[0].first == "alice");
    b.store.lists[0].second(std::vector<storage::ConversationRow>{
        {"c1", "group", "Team", "owner", Sequence{3}, 1'700'000'000'000}});
    REQUIRE(b.posted.size() == 1);
    b.posted[0]();
    CHECK(body_of(b.outcomes.at(0), "/user/queue/conversations") ==
          json{{"action", "list"},
               {"more", false},
               {"conversations",
                {{{"conversationId", "c1"},
                  {"type", "group"},
                  {"name", "Team"},
                  {"role", "owner"},
                  {"lastSequence", 3},
                  {"lastTimestamp", 1'700'000'000'000}}}}});
}

TEST_CASE("a list that cannot be read is refused without the store's words") {
    Bench b;
    b.run("conversations/list", "");
    b.store.lists[0].second(storage::ReadFailed{"/var/lib/causeway: disk I/O error"});
    b.posted.at(0)();
    const auto& refusal = std::get<Refusal>(b.outcomes.at(0));
    CHECK(refusal.code == ErrorCode::kSendFailed);
    CHECK(refusal.text.find("/var") == std::string::npos);
}

TEST_CASE("a list of very many conversations comes in parts of a thousand") {
    Bench b;
    b.run("conversations/list", "");
    std::vector<storage::ConversationRow> rows;
    for (int i = 0; i < 2001; ++i)
        rows.push_back({"c" + std::to_string(i), "group", "", "member", Sequence{1}, 0});
    Outcome outcome = b.reads(b.store.lists[0].second, rows);
    std::size_t seen = 0;
    for (const std::size_t size : {1000U, 1000U, 1U}) {
        const json body = body_of(outcome, "/user/queue/conversations");
        REQUIRE(body["conversations"].size() == size);
        CHECK(body["conversations"][0]["conversationId"] == "c" + std::to_string(seen));
        CHECK(body["more"] == (size == 1000));
        seen += size;
        const auto& done = std::get<Done>(outcome);
        CHECK(static_cast<bool>(done.next) == (size == 1000));
        if (!done.next) break;
        const auto next = done.next;
        next([&](Outcome later) { outcome = std::move(later); });
    }
    CHECK(seen == 2001);
}
