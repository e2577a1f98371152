#include "tests/app/command_bench.hpp"

using namespace causeway;
using namespace causeway::app;
using storage::Amend;
using storage::MoveWatermarks;

TEST_CASE("an edit names the message, its new content and the time there is for it") {
    Bench b;
    b.run("edit-message",
          R"({"messageId":"M1","newContent":"better","editReason":"typo","clientMsgId":"e1"})");
    const auto& amend = b.store.last<Amend>();
    CHECK(amend.change == Amend::Change::kEdit);
    CHECK(amend.command == "edit-message");
    CHECK(amend.sender == "alice");
    CHECK(amend.message_id == "M1");
    CHECK(amend.within == std::chrono::hours(24));
    CHECK(amend.client_msg_id == "e1");
    CHECK(amend.body_digest.size() == 32);
    CHECK_FALSE(amend.trusted);
    CHECK(amend.origin == SessionId{42});
    CHECK(amend.envelope.type() == causeway::v1::CHAT_EDIT);
    CHECK(amend.envelope.messageid().size() == kMessageIdLength);
    CHECK(amend.envelope.senderid() == "alice");
    CHECK(amend.envelope.deviceid() == "phone");
    CHECK(amend.envelope.clientmessageid() == "e1");
    CHECK(amend.envelope.timestamp() == 1'800'000'000'000);
    CHECK(amend.envelope.chat().content() == R"({"content":"better","contentExtra":null})");
    CHECK(amend.envelope.chat().reason() == "typo");
    const auto headers =
        headers_of(b.answered(storage::Appended{Offset{7}, Sequence{3}, "E", 1, "c1", false}));
    CHECK(headers.at("message-id") == "E");
    CHECK(headers.at("sequence") == "3");
}

TEST_CASE("what is deleted for oneself is hidden, what is deleted for everyone recalled") {
    Bench b;
    b.run("delete-message", R"({"messageId":"M1","deleteReason":"why"})");
    CHECK(b.store.last<Amend>().change == Amend::Change::kHide);
    b.run("delete-message", R"({"messageId":"M1","deleteScope":0})");
    CHECK(b.store.last<Amend>().change == Amend::Change::kHide);
    b.run("delete-message", R"({"messageId":"M1","deleteScope":1,"deleteReason":"why"})");
    const auto& amend = b.store.last<Amend>();
    CHECK(amend.change == Amend::Change::kRecall);
    CHECK(amend.envelope.type() == causeway::v1::CHAT_RECALL);
    CHECK(amend.envelope.chat().content() == R"({"content":"","contentExtra":null})");
    CHECK(amend.envelope.chat().reason() == "why");
    CHECK(amend.within == std::chrono::hours(24));
    CHECK(amend.client_msg_id.empty());
    CHECK(amend.body_digest.empty());
}

TEST_CASE("a protobuf body carries these commands as JSON in system.content") {
    Bench b;
    storage::Envelope body;
    body.mutable_system()->set_content(R"({"messageId":"M1","newContent":"x"})");
    b.run("edit-message", body.SerializeAsString(), "application/x-protobuf");
    CHECK(b.store.last<Amend>().message_id == "M1");
}

TEST_CASE("read moves the caller's own mark, by number or by message") {
    Bench b;
    b.run("read", R"({"conversationId":"c1","sequence":17})");
    const auto& by_number = b.store.last<MoveWatermarks>().moves;
    REQUIRE(by_number.size() == 1);
    CHECK(by_number[0].mark == storage::Mark::kRead);
    CHECK(by_number[0].user == "alice");
    CHECK(by_number[0].conversation == "c1");
    CHECK(by_number[0].to == Sequence{17});
    CHECK(headers_of(b.answered(storage::Marked{true, Sequence{17}, Sequence{17}, Sequence{20}})) ==
          std::map<std::string, std::string>{{"conversation-id", "c1"},
                                             {"sequence", "17"},
                                             {"last", "20"},
                                             {"duplicate", "false"},
                                             {"stored", "true"}});
    b.run("read", R"({"conversationId":"c1","messageId":"M9"})");
    CHECK(b.store.last<MoveWatermarks>().moves[0].message_id == "M9");
    CHECK(b.store.last<MoveWatermarks>().moves[0].to == Sequence{0});
    CHECK(headers_of(b.answered(storage::Marked{false, Sequence{17}, Sequence{17}, Sequence{20}}))
              .at("duplicate") == "true");
}
