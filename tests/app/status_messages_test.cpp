#include "broker/app/status_messages.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace causeway;
using namespace causeway::app;
using nlohmann::json;
using storage::CommittedWatermark;
using storage::Mark;

namespace {

struct Ground {
    ManualClock clock;
    SeededRandom random{7};
    MessageIds ids{clock, random};
    StatusMessages statuses{clock, ids, [](std::string_view) { return true; }};
};

storage::CommittedEntry said(causeway::v1::MessageType type) {
    auto envelope = std::make_shared<storage::Envelope>();
    envelope->set_messageid("M1");
    envelope->set_clientmessageid("mine");
    envelope->set_type(type);
    envelope->set_senderid("alice");
    envelope->mutable_chat()->set_originalmessageid("M0");
    envelope->mutable_chat()->set_quotedsenderid("zoe");
    storage::CommittedEntry entry{};
    entry.sequence = Sequence{17};
    entry.original = Sequence{9};
    entry.conversation = "c1";
    entry.envelope = envelope;
    return entry;
}

CommittedWatermark mark(Mark what, const std::string& reader, std::uint64_t to,
                        std::vector<CommittedWatermark::Sender> senders) {
    return {
        what, "c1", storage::ConversationKind::kGroup, reader, Sequence{0}, Sequence{to}, std::move(senders)};
}

// "to: status reader sequence messageId", in the order of the queues.
std::vector<std::string> told(const std::vector<routing::MessagePtr>& messages) {
    std::vector<std::string> out;
    for (const auto& message : messages) {
        const json receipt = json::parse(message->content->body())["receipt"];
        std::string line =
            message->destination.substr(6, message->destination.find("/queue/message-status") - 6);
        line += ": " + receipt["status"].dump() + " " + receipt["userId"].get<std::string>() + " ";
        out.push_back(line + receipt["sequence"].dump() + " " + receipt["messageId"].get<std::string>());
    }
    std::sort(out.begin(), out.end());
    return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a stored chat message is SENT to its sender, on the session that sent it, too") {
    Ground g;
    const auto messages = g.statuses.of(said(causeway::v1::CHAT_TEXT));
    REQUIRE(messages.size() == 1);
    CHECK(messages[0]->destination == "/user/alice/queue/message-status");
    CHECK_FALSE(messages[0]->skip);
    CHECK_FALSE(messages[0]->offset);
    const json body = json::parse(messages[0]->content->body());
    CHECK(body["messageId"] == messages[0]->message_id);
    CHECK(body["messageId"] != "M1");
    CHECK(body["type"] == 42);
    CHECK(body["status"] == 2);
    CHECK(body["clientMessageId"] == "mine");
    CHECK(body["conversationId"] == "c1");
    CHECK(body["timestamp"] == 1'800'000'000'000);
    CHECK(body["receipt"] == json{{"messageId", "M1"},
                                  {"conversationId", "c1"},
                                  {"sequence", 17},
                                  {"userId", "alice"},
                                  {"status", 2}});
    storage::Envelope envelope;
    CHECK(envelope.ParseFromString(messages[0]->content->protobuf()));
    CHECK(envelope.receipt().messageid() == "M1");
}

TEST_CASE("the sender of the original learns that it was edited or recalled") {
    Ground g;
    CHECK(told(g.statuses.of(said(causeway::v1::CHAT_EDIT))) == Lines{"zoe: 7 alice 9 M0"});
    CHECK(told(g.statuses.of(said(causeway::v1::CHAT_RECALL))) == Lines{"zoe: 6 alice 9 M0"});
}

TEST_CASE("senders learn what was delivered and read, the reader's devices what was read") {
    Ground g;
    CHECK(told(g.statuses.of({mark(Mark::kDelivered, "bob", 9,
                                   {{"alice", Sequence{9}, "M9"}, {"carol", Sequence{4}, "M4"}})})) ==
          Lines{"alice: 3 bob 9 M9", "carol: 3 bob 4 M4"});
    CHECK(told(g.statuses.of({mark(Mark::kRead, "bob", 9, {{"alice", Sequence{8}, "M8"}})})) ==
          Lines{"alice: 4 bob 8 M8", "bob: 4 bob 9 "});
}

TEST_CASE("marks of one commit are told once per sender, the furthest, and READ covers DELIVERED") {
    Ground g;
    CHECK(told(g.statuses.of({mark(Mark::kDelivered, "bob", 5, {{"alice", Sequence{5}, "M5"}}),
                              mark(Mark::kDelivered, "bob", 9, {{"alice", Sequence{9}, "M9"}}),
                              mark(Mark::kDelivered, "dan", 6, {{"alice", Sequence{6}, "M6"}})})) ==
          Lines{"alice: 3 bob 9 M9", "alice: 3 dan 6 M6"});
    CHECK(told(g.statuses.of({mark(Mark::kDelivered, "bob", 9, {{"alice", Sequence{9}, "M9"}}),
                              mark(Mark::kDelivered, "bob", 5, {{"alice", Sequence{5}, "M5"}})})) ==
          Lines{"alice: 3 bob 9 M9"});
    CHECK(told(g.statuses.of({mark(Mark::kDelivered, "bob", 9, {{"alice", Sequence{9}, "M9"}}),
                              mark(Mark::kRead, "bob", 9, {{"alice", Sequence{9}, "M9"}})})) ==
          Lines{"alice: 4 bob 9 M9", "bob: 4 bob 9 "});
    CHECK(told(g.statuses.of({mark(Mark::kRead, "bob", 5, {{"alice", Sequence{5}, "M5"}}),
                              mark(Mark::kDelivered, "bob", 9, {{"alice", Sequence{9}, "M9"}})})) ==
          Lines{"alice: 3 bob 9 M9", "alice: 4 bob 5 M5", "bob: 4 bob 5 "});
}

TEST_CASE("who deletes a message for himself learns of it on his other devices") {
    Ground g;
    CHECK(told(g.statuses.of(storage::CommittedHidden{"bob", "c1", Sequence{8}, "M8"})) ==
          Lines{"bob: 8 bob 8 M8"});
}

TEST_CASE("statuses that nobody wants are not made") {
    Ground g;
    StatusMessages unheard(g.clock, g.ids, [](std::string_view) { return false; });
    CHECK(unheard.of(said(causeway::v1::CHAT_TEXT)).empty());
    CHECK(unheard.of({mark(Mark::kRead, "bob", 9, {{"alice", Sequence{9}, "M9"}})}).empty());
    auto plain = said(causeway::v1::CHAT_TEXT);
    plain.envelope = std::make_shared<storage::Envelope>();
    CHECK(g.statuses.of(plain).empty());
}
