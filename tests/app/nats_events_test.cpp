#include "broker/app/nats_events.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "broker/app/event_content.hpp"
#include "broker/app/json_text.hpp"
#include "broker/base/base64.hpp"

using namespace causeway;
using namespace causeway::app;
using nlohmann::json;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Bench {
    ManualClock clock;
    SeededRandom random{7};
    MessageIds ids{clock, random};

    EventEffects effects(std::string_view subject, std::string_view payload, const Headers& headers = {},
                         EventOrigin origin = EventOrigin::kBackEnd) {
        return effects_of({subject, payload, headers, origin}, clock, ids,
                          [](std::string_view) { return true; });
    }
};

std::vector<std::string> destinations(const EventEffects& effects) {
    std::vector<std::string> out;
    for (const auto& message : effects.messages) out.push_back(message->destination);
    return out;
}

// As handleNatsEvent of the existing clients reads it.
json event_data(const EventEffects& effects) {
    const json message = json::parse(effects.messages.at(0)->content->body());
    CHECK(message["event"]["content"].is_string());
    return json::parse(message["event"]["content"].get<std::string>());
}

}  // namespace

TEST_CASE("event.content is an object with eventType, whatever was published") {
    struct Row {
        const char* payload;
        json content;
    };
    const std::string opaque = base64_encode("\xff\xfe");
    const Row rows[] = {
        {R"({"eventType":"own.type","a":1})", {{"eventType", "own.type"}, {"a", 1}}},
        {R"({"a":1})", {{"a", 1}, {"eventType", "business.x"}}},
        {"{}", {{"eventType", "business.x"}}},
        {" { } ", {{"eventType", "business.x"}}},
        {"\xef\xbb\xbf{\"a\":1}\n", {{"a", 1}, {"eventType", "business.x"}}},
        {R"({"eventType":7})", {{"eventType", "business.x"}}},
        {R"({"eventType":""})", {{"eventType", "business.x"}}},
        {"[1,2]", {{"eventType", "business.x"}, {"data", {1, 2}}}},
        {"5", {{"eventType", "business.x"}, {"data", 5}}},
        {"\"s\"", {{"eventType", "business.x"}, {"data", "s"}}},
        {"null", {{"eventType", "business.x"}, {"data", nullptr}}},
        {"", {{"eventType", "business.x"}, {"data", ""}, {"dataEncoding", "base64"}}},
        {"\xff\xfe", {{"eventType", "business.x"}, {"data", opaque}, {"dataEncoding", "base64"}}},
        {"{\"a\":",
         {{"eventType", "business.x"}, {"data", base64_encode("{\"a\":")}, {"dataEncoding", "base64"}}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.payload);
        CHECK(event_data(Bench().effects("business.x", row.payload)) == row.content);
    }
    const std::string deep = std::string(65, '[') + std::string(65, ']');
    CHECK(event_data(Bench().effects("business.x", deep))["dataEncoding"] == "base64");
}

TEST_CASE("event.content can be parsed whatever octets are published") {
    const std::string seeds[] = {R"({"eventType":"t","a":[1,{"b":"\u4f60\"}"}]})", R"({"a":1})", "{}", "[1]",
                                 "\"s\""};
    const std::string octets = std::string(1, '\0') + "\"\\{}[],:\xef\xbb\xbf\xff 1e9";
    SeededRandom random(11);
    const auto draw = [&random](std::size_t below) {
        std::uint32_t number = 0;
        random.fill(reinterpret_cast<unsigned char*>(&number), sizeof number);
        return number % below;
    };
    for (int round = 0; round < 20'000; ++round) {
        std::string payload = seeds[draw(std::size(seeds))];
        for (std::size_t edits = draw(4); edits > 0; --edits)
            payload.insert(draw(payload.size() + 1), 1, octets[draw(octets.size())]);
        if (draw(3) == 0) payload.erase(draw(payload.size()), 1 + draw(3));
        const auto content = event_content("business.x", payload);
        const json parsed = json::parse(content.text, nullptr, false);
        const bool good = parsed.is_object() && parsed["eventType"].is_string() &&
                          parsed["eventType"] == content.event_type &&
                          content.text.find('\0') == std::string::npos && content.text[0] == '{';
        if (!good) FAIL("payload ", payload, " became ", content.text);
    }
}

TEST_CASE("a publisher's JSON is not written anew: numbers and the order of keys stay") {
    const auto effects = Bench().effects("business.x", R"({"z":1.10,"a":123456789012345678901234567890})");
    const json message = json::parse(effects.messages.at(0)->content->body());
    CHECK(message["event"]["content"] ==
          R"({"z":1.10,"a":123456789012345678901234567890,"eventType":"business.x"})");
}

TEST_CASE("the type of an event follows from its subject") {
    const std::pair<const char*, int> rows[] = {{"business.user.login", 40},
                                                {"business.user.logout", 40},
                                                {"business.user.status.changed", 40},
                                                {"business.user.profile.updated", 44},
                                                {"business.group.member.joined", 41},
                                                {"business.conversation.created", 41},
                                                {"communication.message.recalled", 42},
                                                {"business.system.config.changed", 43},
                                                {"business.config.changed", 43},
                                                {"business.order.paid", 44},
                                                {"business.users.login", 44}};
    for (const auto& row : rows) {
        const std::string subject = row.first;
        CAPTURE(subject);
        const auto effects = Bench().effects(subject, "{}");
        const json message = json::parse(effects.messages.at(0)->content->body());
        CHECK(message["type"] == row.second);
        CHECK(message["event"]["subject"] == subject);
        CHECK(message["event"]["eventType"] == subject);
        CHECK(message["messageId"] == effects.messages[0]->message_id);
        CHECK(message["timestamp"] == 1'800'000'000'000);
    }
}

TEST_CASE("an event goes to its topic and to whom it concerns") {
    struct Row {
        const char* subject;
        const char* payload;
        std::vector<std::string> to;  // besides the mirror
    };
    const Row rows[] = {
        {"business.user.login", R"({"userId":"u1"})", {"/user/u1/queue/user-status"}},
        {"business.user.login", R"({"userId":12345})", {"/user/12345/queue/user-status"}},
        {"business.user.login", R"({"userId":"a/b"})", {"/user/a%2Fb/queue/user-status"}},
        {"communication.message.recalled",
         R"({"conversationId":"c1","userId":"u1","receiverId":"u2"})",
         {"/topic/conversation/c1", "/user/u1/queue/message-status", "/user/u2/queue/message-status"}},
        {"business.order.paid", R"({"userId":"u1","receiverId":"u1"})", {"/user/u1/queue/events"}},
        {"business.order.paid", R"({"conversationId":"a.b"})", {}},
        {"business.order.paid", R"({"conversationId":"*","userId":"","receiverId":{}})", {}},
        {"business.order.paid", "junk", {}},
        {"business.config.changed", "{}", {"/topic/system/config"}},
        {"communication.message.sent",
         R"({"conversationId":"c1","senderId":"u1","receiverId":"u2","userId":"u3","content":"x"})",
         {}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.subject);
        CAPTURE(row.payload);
        auto expected = row.to;
        expected.insert(expected.begin(), "/topic/" + std::string(row.subject));
        const auto effects = Bench().effects(row.subject, row.payload);
        CHECK(destinations(effects) == expected);
        for (const auto& message : effects.messages) {
            CHECK(message->content == effects.messages[0]->content);
            CHECK_FALSE(message->skip);
        }
    }
}

TEST_CASE("copies nobody wants are not made") {
    Bench b;
    const auto effects =
        effects_of({"business.user.login", R"({"userId":"u1"})", {}, EventOrigin::kBackEnd}, b.clock, b.ids,
                   [](std::string_view to) { return to == "/user/u1/queue/user-status"; });
    CHECK(destinations(effects) == std::vector<std::string>{"/user/u1/queue/user-status"});
}

TEST_CASE("an event's own id is for dropping repeats, and the message's id where it can be one") {
    const auto id = [](const char* msg_id) {
        const auto effects = Bench().effects("business.x", "{}", {{"Other", "o"}, {"Nats-Msg-Id", msg_id}});
        CHECK(effects.id == msg_id);
        return effects.messages.at(0)->message_id;
    };
    CHECK(id("order-7.paid_1") == "order-7.paid_1");
    CHECK(id("a:b").size() == kMessageIdLength);
    CHECK(id("a\nb").size() == kMessageIdLength);
    CHECK(id("").size() == kMessageIdLength);
    CHECK(Bench().effects("business.x", "{}").id.empty());
}

TEST_CASE("membership events keep the members table current") {
    Bench b;
    const auto made = b.effects("business.conversation.created",
                                R"({"conversationId":"c1","name":"Team","type":"live_stream","creatorId":7,
                                    "members":["u1",2,{"userId":"u3"},{"memberId":"u4"},{},null]})");
    const auto& create = std::get<storage::CreateConversation>(made.requests.at(0));
    CHECK(create.id == "c1");
    CHECK(create.name == "Team");
    CHECK(create.kind == "live_stream");
    CHECK(create.creator == "7");
    CHECK(create.members == std::vector<std::string>{"u1", "2", "u3", "u4"});
    const auto plain =
        b.effects("business.conversation.created", R"({"conversationId":"c1","type":"squad"})");
    CHECK(std::get<storage::CreateConversation>(plain.requests.at(0)).kind == "group");

    struct Row {
        const char* subject;
        const char* payload;
        storage::MembershipChange change;
        std::vector<std::string> users;
    };
    using storage::MembershipChange;
    const Row rows[] = {{"business.conversation.member.added",
                         R"({"conversationId":"c1","memberId":"u1","userId":"u0"})",
                         MembershipChange::kAdd,
                         {"u1"}},
                        {"business.conversation.member.added",
                         R"({"conversationId":"c1","userId":"u1"})",
                         MembershipChange::kAdd,
                         {"u1"}},
                        {"business.conversation.member.added",
                         R"({"conversationId":"c1","members":["u1","u2"]})",
                         MembershipChange::kAdd,
                         {"u1", "u2"}},
                        {"business.conversation.member.removed",
                         R"({"conversationId":"c1","memberId":"u1"})",
                         MembershipChange::kRemove,
                         {"u1"}}};
    for (const auto& row : rows) {
        CAPTURE(row.payload);
        const auto effects = b.effects(row.subject, row.payload);
        REQUIRE(effects.requests.size() == row.users.size());
        for (std::size_t i = 0; i < row.users.size(); ++i) {
            const auto& change = std::get<storage::ChangeMembership>(effects.requests[i]);
            CHECK(change.change == row.change);
            CHECK(change.conversation == "c1");
            CHECK(change.user == row.users[i]);
            CHECK(change.trusted);
        }
    }
}

TEST_CASE("a back end's message becomes a trusted Append") {
    Bench b;
    const auto effects =
        b.effects("communication.message.sent",
                  R"({"messageId":"m1","conversationId":"c1","senderId":"svc","senderName":"Desk",
                                       "content":{"content":"hi"},"msgType":1,"timestamp":1})",
                  {{"Nats-Msg-Id", "n1"}});
    const auto& a = std::get<storage::Append>(effects.requests.at(0));
    CHECK(a.trusted);
    CHECK(a.command == "communication.message.sent");
    CHECK(a.sender == "svc");
    CHECK(a.conversation == "c1");
    CHECK(a.receiver.empty());
    CHECK(a.client_msg_id == "m1");
    CHECK(a.body_digest.size() == 32);
    CHECK(a.origin == SessionId{0});
    CHECK(a.envelope.type() == causeway::v1::CHAT_IMAGE);
    CHECK(a.envelope.senderid() == "svc");
    CHECK(a.envelope.sendername() == "Desk");
    CHECK(a.envelope.messageid().size() == kMessageIdLength);
    CHECK(a.envelope.timestamp() == 1'800'000'000'000);
    CHECK(a.envelope.source() == "nats");
    CHECK(a.envelope.chat().content() == R"({"content":"hi"})");

    const auto direct =
        b.effects("communication.message.sent",
                  R"({"clientMsgId":"k","messageId":"m1","senderId":"svc","receiverId":"u1","content":"x"})");
    CHECK(std::get<storage::Append>(direct.requests.at(0)).receiver == "u1");
    CHECK(std::get<storage::Append>(direct.requests.at(0)).client_msg_id == "k");
    const auto nameless =
        b.effects("communication.message.sent", R"({"senderId":"svc","receiverId":"u1","content":"x"})",
                  {{"Nats-Msg-Id", "n1"}});
    CHECK(std::get<storage::Append>(nameless.requests.at(0)).client_msg_id == "n1");
}

TEST_CASE("events that ask for what cannot be are mirrored, and the log is told why no more") {
    const std::pair<const char*, const char*> rows[] = {
        {"communication.message.sent", "junk"},
        {"communication.message.sent", R"({"conversationId":"c1","senderId":"s"})"},
        {"communication.message.sent", R"({"conversationId":"c1","content":"x"})"},
        {"communication.message.sent", R"({"senderId":"s","content":"x"})"},
        {"communication.message.sent", R"({"conversationId":"a/b","senderId":"s","content":"x"})"},
        {"communication.message.sent",
         R"({"conversationId":"c1","senderId":"s","content":"x","msgType":13})"},
        {"business.conversation.created", "{}"},
        {"business.conversation.created", R"({"conversationId":"a b"})"},
        {"business.conversation.member.added", R"({"conversationId":"c1"})"}};
    for (const auto& row : rows) {
        CAPTURE(row.second);
        const auto effects = Bench().effects(row.first, row.second);
        CHECK(effects.requests.empty());
        CHECK_FALSE(effects.ignored.empty());
        CHECK(effects.messages.at(0)->destination == "/topic/" + std::string(row.first));
    }
}

TEST_CASE("what our own cluster published is mirrored and never stored again") {
    for (const auto* subject : {"communication.message.sent", "business.conversation.created",
                                "business.conversation.member.added"}) {
        const auto effects = Bench().effects(
            subject, R"({"conversationId":"c1","senderId":"s","memberId":"u1","content":"x"})", {},
            EventOrigin::kOurCluster);
        CHECK(effects.messages.at(0)->destination == "/topic/" + std::string(subject));
        CHECK(effects.requests.empty());
        CHECK(effects.ignored.empty());
    }
}

TEST_CASE("how deep a text nests is counted outside strings only") {
    const std::pair<const char*, std::size_t> rows[] = {{"", 0},
                                                        {"1", 0},
                                                        {"[]", 1},
                                                        {"[{}]", 2},
                                                        {"[][]", 1},
                                                        {R"("[[[")", 0},
                                                        {R"(["\"[[["])", 1},
                                                        {"]]]]", 0},
                                                        {R"({"a":[1,{"b":[]}]})", 4}};
    for (const auto& [text, depth] : rows) CHECK(json_depth(text, 100) == depth);
    CHECK(json_depth("[[[[[[", 3) == 4);
}
