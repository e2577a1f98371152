#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "broker/app/nats_events.hpp"

using namespace causeway;
using namespace causeway::app;
using nlohmann::json;

namespace {

storage::CommittedEntry committed(causeway::v1::MessageType type, std::string source, SessionId origin) {
    auto envelope = std::make_shared<storage::Envelope>();
    envelope->set_messageid("ID");
    envelope->set_type(type);
    envelope->set_senderid("alice \"A\"");
    envelope->set_clientmessageid("m1");
    envelope->set_timestamp(1'700'000'000'000);
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

TEST_CASE("edits and recalls have subjects of their own") {
    CHECK(outbound_event(committed(causeway::v1::CHAT_EDIT, "", SessionId{1}))->subject ==
          "communication.message.edited");
    CHECK(outbound_event(committed(causeway::v1::CHAT_RECALL, "", SessionId{1}))->subject ==
          "communication.message.recalled");
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
