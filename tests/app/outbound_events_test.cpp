#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "broker/app/nats_events.hpp"

using namespace causeway;
using namespace causeway::app;
using nlohmann::json;

namespace {

constexpr std::int64_t kAt = 1'700'000'000'000;

storage::CommittedEntry committed(causeway::v1::MessageType type, std::string source, SessionId origin) {
    auto envelope = std::make_shared<storage::Envelope>();
    envelope->set_messageid("ID");
    envelope->set_type(type);
    envelope->set_senderid("alice \"A\"");
    envelope->set_clientmessageid("m1");
    envelope->set_timestamp(kAt);
    envelope->set_source(std::move(source));
    envelope->mutable_chat()->set_content(R"({"content":"hi","contentExtra":null})");
    return {.offset = Offset{901},
            .sequence = Sequence{17},
            .conversation = "c1",
            .destination = {},
            .inbox_of = {},
            .kind = storage::ConversationKind::kGroup,
            .members = nullptr,
            .envelope = envelope,
            .protobuf = {},
            .origin = origin};
}

struct Ground {
    ManualClock clock;
    SeededRandom random{7};
    MessageIds ids{clock, random};
};

}  // namespace

TEST_CASE("a committed chat message is told on NATS") {
    auto entry = committed(causeway::v1::CHAT_TEXT, "web", SessionId{42});
    const auto event = outbound_event(entry);
    REQUIRE(event);
    CHECK(event->subject == "communication.message.sent");
    CHECK(event->id == "ID");
    const json expected{{"eventType", "communication.message.sent"},
                        {"messageId", "ID"},
                        {"conversationId", "c1"},
                        {"senderId", "alice \"A\""},
                        {"sequence", 17},
                        {"offset", 901},
                        {"msgType", 0},
                        {"content", {{"content", "hi"}, {"contentExtra", nullptr}}},
                        {"timestamp", 1'700'000'000'000},
                        {"clientMsgId", "m1"}};
    CHECK(json::parse(event->payload) == expected);

    auto direct = std::make_shared<storage::Envelope>(*entry.envelope);
    direct->set_receiverid("bob");
    entry.envelope = direct;
    CHECK(json::parse(outbound_event(entry)->payload)["receiverId"] == "bob");
}

TEST_CASE("edits and recalls name the original, who wrote it and who changed it") {
    auto entry = committed(causeway::v1::CHAT_EDIT, "", SessionId{1});
    auto envelope = std::make_shared<storage::Envelope>(*entry.envelope);
    envelope->mutable_chat()->set_originalmessageid("M1");
    envelope->mutable_chat()->set_quotedsenderid("bob");
    envelope->mutable_chat()->set_reason("typo");
    entry.envelope = envelope;
    const auto edited = outbound_event(entry);
    CHECK(edited->subject == "communication.message.edited");
    CHECK(edited->id == "ID");
    json expected{{"eventType", "communication.message.edited"},
                  {"messageId", "M1"},
                  {"conversationId", "c1"},
                  {"senderId", "bob"},
                  {"operatorId", "alice \"A\""},
                  {"reason", "typo"},
                  {"sequence", 17},
                  {"offset", 901},
                  {"content", {{"content", "hi"}, {"contentExtra", nullptr}}},
                  {"timestamp", "2023-11-14T22:13:20.000Z"}};
    CHECK(json::parse(edited->payload) == expected);

    envelope->set_type(causeway::v1::CHAT_RECALL);
    const auto recalled = outbound_event(entry);
    CHECK(recalled->subject == "communication.message.recalled");
    expected["eventType"] = "communication.message.recalled";
    expected.erase("content");
    CHECK(json::parse(recalled->payload) == expected);
}

TEST_CASE("a conversation and its members are told in the words that back ends use") {
    const storage::CommittedConversation made{"c1", "group", "Team", "alice", {"alice", "bob"}, false, kAt};
    const auto created = outbound_event(made);
    CHECK(created->subject == "business.conversation.created");
    CHECK(json::parse(created->payload) == json{{"eventType", "business.conversation.created"},
                                                {"conversationId", "c1"},
                                                {"type", "group"},
                                                {"name", "Team"},
                                                {"creatorId", "alice"},
                                                {"members", {"alice", "bob"}},
                                                {"timestamp", "2023-11-14T22:13:20.000Z"}});
    storage::CommittedMembership change{"c1", "group", "carol", "alice", true};
    change.at = kAt;
    const auto added = outbound_event(change);
    CHECK(added->subject == "business.conversation.member.added");
    CHECK(json::parse(added->payload) == json{{"eventType", "business.conversation.member.added"},
                                              {"conversationId", "c1"},
                                              {"conversationType", "group"},
                                              {"memberId", "carol"},
                                              {"userId", "carol"},
                                              {"operatorId", "alice"},
                                              {"timestamp", "2023-11-14T22:13:20.000Z"}});
    change.member = false;
    CHECK(outbound_event(change)->subject == "business.conversation.member.removed");

    change.with_conversation = true;
    CHECK_FALSE(outbound_event(change));
    change = {"c1", "group", "carol", "alice", true, true};
    CHECK_FALSE(outbound_event(change));
    CHECK_FALSE(outbound_event(storage::CommittedConversation{"c1", "group", "", "", {}, true}));
}

TEST_CASE("what was read and what was hidden is told, what was delivered is not") {
    storage::CommittedWatermark mark{
        storage::Mark::kRead, "c1",        storage::ConversationKind::kGroup, "bob",
        Sequence{3},          Sequence{9}, {{"alice", Sequence{8}, "M8"}},    kAt};
    const auto read = outbound_event(mark);
    CHECK(read->subject == "communication.message.read");
    CHECK(json::parse(read->payload) ==
          json{{"eventType", "communication.message.read"},
               {"conversationId", "c1"},
               {"userId", "bob"},
               {"sequence", 9},
               {"messages", {{{"senderId", "alice"}, {"messageId", "M8"}, {"sequence", 8}}}},
               {"timestamp", "2023-11-14T22:13:20.000Z"}});
    mark.mark = storage::Mark::kDelivered;
    CHECK_FALSE(outbound_event(mark));
    CHECK(outbound_subject(mark).empty());

    const auto hidden = outbound_event(storage::CommittedHidden{"bob", "c1", Sequence{8}, "M8", kAt});
    CHECK(hidden->subject == "communication.message.deleted");
    CHECK(json::parse(hidden->payload)["deleteScope"] == 0);
    CHECK(json::parse(hidden->payload)["operatorId"] == "bob");
    CHECK(json::parse(hidden->payload)["timestamp"] == "2023-11-14T22:13:20.000Z");
}

TEST_CASE("the outbox gets each event with an id of its own") {
    const auto sent = outbox_event(committed(causeway::v1::CHAT_TEXT, "web", SessionId{42}));
    REQUIRE(sent);
    CHECK(sent->msg_id == "ID");
    CHECK(sent->subject == "communication.message.sent");
    const storage::CommittedMembership change{"c1", "group", "carol", "alice", true};
    const auto one = outbox_event(change);
    const auto other = outbox_event(change);
    CHECK(one->msg_id.size() == 32);
    CHECK(one->msg_id != other->msg_id);
    CHECK(one->payload == other->payload);
    storage::CommittedEntry plain{};
    plain.envelope = std::make_shared<storage::Envelope>();
    CHECK_FALSE(outbox_event(plain));
}

TEST_CASE("what we say of members reaches them and their conversation; of messages, only the topic") {
    Ground g;
    const auto told = [&g](const storage::Committed& fact, bool only_mirror = false) {
        const auto event = outbound_event(fact);
        const auto effects =
            effects_of({event->subject, event->payload, {}, EventOrigin::kOurCluster, only_mirror}, g.clock,
                       g.ids, [](std::string_view) { return true; });
        std::vector<std::string> to;
        for (const auto& message : effects.messages) to.push_back(message->destination);
        CHECK(effects.requests.empty());
        return to;
    };
    using To = std::vector<std::string>;
    const storage::CommittedMembership joined{"c1", "group", "carol", "alice", true};
    CHECK(told(joined) == To{"/topic/business.conversation.member.added", "/topic/conversation/c1",
                             "/user/carol/queue/events"});
    CHECK(told(joined, true) == To{"/topic/business.conversation.member.added"});
    CHECK(told(storage::CommittedConversation{"c1", "group", "", "alice", {"bob", "alice", "bob"}, false}) ==
          To{"/topic/business.conversation.created", "/topic/conversation/c1", "/user/alice/queue/events",
             "/user/bob/queue/events"});
    CHECK(told(storage::CommittedHidden{"bob", "c1", Sequence{8}, "M8"}) ==
          To{"/topic/communication.message.deleted"});
    CHECK(told(committed(causeway::v1::CHAT_RECALL, "", SessionId{1})) ==
          To{"/topic/communication.message.recalled"});
}

TEST_CASE("what a back end published is not published again; a client cannot pass for one") {
    CHECK_FALSE(outbound_event(committed(causeway::v1::CHAT_TEXT, "nats", SessionId{0})));
    CHECK(outbound_event(committed(causeway::v1::CHAT_TEXT, "nats", SessionId{5})));
    CHECK(outbound_event(committed(causeway::v1::CHAT_TEXT, "", SessionId{0})));
}

TEST_CASE("what goes out as sent could come in as sent") {
    const auto out = outbound_event(committed(causeway::v1::CHAT_IMAGE, "web", SessionId{1}));
    Ground g;
    const auto in = effects_of({out->subject, out->payload, {}, EventOrigin::kBackEnd}, g.clock, g.ids,
                               [](std::string_view) { return true; });
    const auto& append = std::get<storage::Append>(in.requests.at(0));
    CHECK(append.envelope.chat().content() == R"({"content":"hi","contentExtra":null})");
    CHECK(append.envelope.type() == causeway::v1::CHAT_IMAGE);
}

TEST_CASE("logins and logouts are told as the spec's clients read them") {
    Ground g;
    identity::Identity alice;
    alice.user = "alice";
    const SessionFacts facts{alice, "device_001", "web", "192.168.1.100", "Mozilla/5.0"};
    const auto login = login_event(facts, WallTime{1'705'744'800'007}, g.ids);
    CHECK(login.subject == "business.user.login");
    CHECK(json::parse(login.payload) == json{{"eventType", "business.user.login"},
                                             {"userId", "alice"},
                                             {"deviceId", "device_001"},
                                             {"loginTime", "2024-01-20T10:00:00.007Z"},
                                             {"ipAddress", "192.168.1.100"},
                                             {"clientType", "web"},
                                             {"userAgent", "Mozilla/5.0"}});
    const auto logout = logout_event(facts, WallTime{1'705'744'800'000}, "closed", g.ids);
    CHECK(logout.subject == "business.user.logout");
    CHECK(logout.id != login.id);
    const json payload = json::parse(logout.payload);
    CHECK(payload["logoutTime"] == "2024-01-20T10:00:00.000Z");
    CHECK(payload["reason"] == "closed");
}
