// What becomes of a message after it was sent: statuses, edits, recalls, reading, history and sync, through
// the whole broker.
#include <doctest/doctest.h>

#include "tests/system/party.hpp"

using namespace causeway::test;
using Json = nlohmann::json;

namespace {

constexpr const char* kStatus = "/user/queue/message-status";

// The next message on `destination`; what comes on others before it is passed over.
Json next(StompClient& client, const std::string& destination) {
    return Json::parse(client
                           .sees_until([&](const StompFrame& frame) {
                               return frame.command == "MESSAGE" &&
                                      frame.header("destination") == destination;
                           })
                           .back()
                           .body);
}

void subscribes(StompClient& client, const std::vector<std::string>& destinations) {
    for (const std::string& destination : destinations)
        REQUIRE(client.subscribes(destination).command == "RECEIPT");
}

StompFrame commands(StompClient& client, const std::string& command, const Json& body) {
    const StompFrame receipt = client.sends_and_waits("/app/" + command, body.dump());
    INFO(text_of(receipt));
    REQUIRE(receipt.command == "RECEIPT");
    return receipt;
}

// One group of alice, bob and carol.
struct Group {
    BrokerProcess broker{unhurried()};
    StompClient alice = enters(broker, {"alice"});
    StompClient bob = enters(broker, {"bob"});

    Group() {
        commands(alice, "conversations/create", {{"conversationId", "g"}, {"members", {"bob", "carol"}}});
    }
    std::string says(StompClient& who, const std::string& what) {
        return commands(who, "chat", Json::parse(chat("g", what))).header("message-id").value_or("");
    }
    // All that a sync gives, and its `complete`.
    std::pair<std::vector<Json>, Json> syncs(StompClient& who, const Json& body) {
        who.sends("/app/sync", body.dump());
        std::vector<Json> messages;
        while (true) {
            const Json part = next(who, "/user/queue/sync");
            if (part.at("action") == "complete") return {messages, part};
            for (const Json& message : part.at("messages")) messages.push_back(message);
        }
    }
};

}  // namespace

TEST_CASE("a sender learns that his message is stored, delivered and read") {
    Group group;
    StompClient tablet = enters(group.broker, {"bob"});
    subscribes(group.alice, {kStatus});
    subscribes(group.bob, {kStatus, "/topic/conversation/g"});
    subscribes(tablet, {kStatus});
    commands(group.alice, "chat", {{"conversationId", "g"}, {"content", "hi"}, {"clientMsgId", "mine"}});

    const Json sent = next(group.alice, kStatus);
    CHECK(sent.at("status") == 2);
    CHECK(sent.at("clientMessageId") == "mine");
    const std::string id = sent.at("receipt").at("messageId");
    (void)next(group.bob, "/topic/conversation/g");
    (void)group.bob.everything_so_far();  // answers the ping that proves it
    const Json delivered = next(group.alice, kStatus);
    CHECK(
        delivered.at("receipt") ==
        Json{{"messageId", id}, {"conversationId", "g"}, {"sequence", 1}, {"userId", "bob"}, {"status", 3}});

    commands(group.bob, "read", {{"conversationId", "g"}, {"sequence", 1}});
    CHECK(
        next(group.alice, kStatus).at("receipt") ==
        Json{{"messageId", id}, {"conversationId", "g"}, {"sequence", 1}, {"userId", "bob"}, {"status", 4}});
    CHECK(next(tablet, kStatus).at("receipt").at("status") == 4);
    CHECK(commands(group.bob, "read", {{"conversationId", "g"}, {"messageId", id}}).header("duplicate") ==
          "true");
}

TEST_CASE("an edit and a recall reach the members, and history shows the message as it is") {
    Group group;
    subscribes(group.bob, {"/topic/conversation/g", "/user/queue/history"});
    const std::string id = group.says(group.alice, "first");
    commands(group.alice, "edit-message",
             {{"messageId", id}, {"newContent", "second"}, {"editReason", "typo"}});
    (void)next(group.bob, "/topic/conversation/g");
    const Json edit = next(group.bob, "/topic/conversation/g");
    CHECK(edit.at("type") == 10);
    CHECK(edit.at("chat").at("originalMessageId") == id);
    CHECK(edit.at("sequence") == 2);

    const auto history = [&](const Json& more) {
        Json body{{"conversationId", "g"}};
        body.update(more);
        group.bob.sends("/app/history", body.dump());
        return next(group.bob, "/user/queue/history");
    };
    Json page = history(Json::object());
    REQUIRE(page.at("messages").size() == 2);
    CHECK(page.at("messages")[0].at("status") == 7);
    CHECK(page.at("messages")[0].at("chat").at("content") == R"({"content":"second","contentExtra":null})");
    CHECK(page.at("messages")[0].at("destination") == "/topic/conversation/g");

    const auto refused =
        group.bob.sends_and_waits("/app/delete-message", Json{{"messageId", id}, {"deleteScope", 1}}.dump());
    CHECK(refused.header("code") == "permission-denied");
    commands(group.alice, "delete-message", {{"messageId", id}, {"deleteScope", 1}});
    CHECK(next(group.bob, "/topic/conversation/g").at("type") == 13);
    page = history({{"after", 0}, {"limit", 2}});
    CHECK(page.at("more") == true);
    for (const Json& message : page.at("messages")) {
        CHECK(message.at("status") == 6);
        CHECK(message.at("chat").at("content") == R"({"content":"","contentExtra":null})");
    }
}

TEST_CASE("what one deletes for himself is gone for him alone") {
    Group group;
    const std::string id = group.says(group.alice, "first");
    group.says(group.alice, "second");
    commands(group.bob, "delete-message", {{"messageId", id}});
    for (StompClient* each : {&group.alice, &group.bob}) {
        subscribes(*each, {"/user/queue/history"});
        each->sends("/app/history", R"({"conversationId":"g"})");
    }
    CHECK(next(group.alice, "/user/queue/history").at("messages").size() == 2);
    const Json mine = next(group.bob, "/user/queue/history");
    REQUIRE(mine.at("messages").size() == 1);
    CHECK(mine.at("messages")[0].at("sequence") == 2);
}

TEST_CASE("a sync gives all that was missed, in pages and once") {
    Group group;
    subscribes(group.bob, {"/user/queue/sync"});
    for (int i = 1; i <= 25; ++i) group.says(group.alice, std::to_string(i));
    group.alice.sends_and_waits("/app/private-message", private_message("bob", "aside"));

    const auto [all, end] = group.syncs(group.bob, {{"after", 0}, {"limit", 10}});
    REQUIRE(all.size() == 26);
    for (std::size_t i = 0; i < 25; ++i) CHECK(all[i].at("sequence") == i + 1);
    CHECK(all[25].at("receiverId") == "bob");
    CHECK(end.at("recovered") == true);

    const auto [rest, again] = group.syncs(
        group.bob, {{"cursors", {{"g", 22}}}, {"after", end.at("offset")}, {"epoch", end.at("epoch")}});
    REQUIRE(rest.size() == 3);
    CHECK(rest[0].at("sequence") == 23);
    CHECK(again.at("offset") == end.at("offset"));

    const auto [none, other] = group.syncs(group.bob, {{"after", 0}, {"epoch", "another"}});
    CHECK(none.empty());
    CHECK(other.at("recovered") == false);
    CHECK(group.syncs(group.bob, {{"after", end.at("offset")}}).first.empty());
}

TEST_CASE("the receipt of a sync comes after its last page") {
    Group group;
    subscribes(group.bob, {"/user/queue/sync"});
    for (int i = 1; i <= 5; ++i) group.says(group.alice, std::to_string(i));
    group.bob.sends("/app/sync", R"({"after":0,"limit":2})", {{"receipt", "r"}});
    const auto frames =
        group.bob.sees_until([](const StompFrame& frame) { return frame.command == "RECEIPT"; });
    CHECK(frames.size() == 5);
    CHECK(frames.back().header("recovered") == "true");
}

TEST_CASE("unread counts are answered to a SEND and to a SUBSCRIBE") {
    Group group;
    subscribes(group.bob, {"/user/queue/unread"});
    group.says(group.alice, "one");
    group.says(group.alice, "two");
    group.bob.sends("/app/unread", "");
    CHECK(next(group.bob, "/user/queue/unread").at("total") == 2);
    commands(group.bob, "read", {{"conversationId", "g"}, {"sequence", 1}});
    group.bob.says("SUBSCRIBE", {{"id", "u"}, {"destination", "/app/unread"}});
    const auto answer = group.bob.sees();
    REQUIRE(answer);
    CHECK(answer->header("subscription") == "u");
    CHECK(Json::parse(answer->body).at("total") == 1);
}

TEST_CASE("members learn of their conversation, and it of who comes and goes") {
    Group group;
    subscribes(group.bob, {"/user/queue/events", "/topic/conversation/g"});
    StompClient dora = enters(group.broker, {"dora"});
    subscribes(dora, {"/user/queue/events"});
    commands(group.alice, "conversations/create", {{"conversationId", "h"}, {"members", {"bob"}}});
    CHECK(next(group.bob, "/user/queue/events").at("event").at("eventType") ==
          "business.conversation.created");
    commands(group.alice, "conversations/add", {{"conversationId", "g"}, {"userId", "dora"}});
    const Json joined = next(group.bob, "/topic/conversation/g");
    CHECK(joined.at("type") == 41);
    CHECK(Json::parse(joined.at("event").at("content").get<std::string>()).at("memberId") == "dora");
    CHECK(next(dora, "/user/queue/events").at("conversationId") == "g");
    commands(dora, "conversations/leave", {{"conversationId", "g"}});
    CHECK(next(group.bob, "/topic/conversation/g").at("event").at("eventType") ==
          "business.conversation.member.removed");
}
