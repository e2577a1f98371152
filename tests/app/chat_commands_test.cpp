#include "tests/app/command_bench.hpp"

using namespace causeway;
using namespace causeway::app;
using nlohmann::json;
using storage::Append;

TEST_CASE("a chat message becomes an Append that says who sent it, from where and when") {
    Bench b;
    const Append& a = b.sends(
        "chat", R"({"conversationId":"c1","content":"hi","msgType":0,"clientMsgId":"m1","timestamp":5})");
    CHECK(a.command == "chat");
    CHECK(a.sender == "alice");
    CHECK(a.conversation == "c1");
    CHECK(a.receiver.empty());
    CHECK(a.client_msg_id == "m1");
    CHECK(a.body_digest.size() == 32);
    CHECK_FALSE(a.trusted);
    CHECK(a.origin == SessionId{42});
    CHECK(a.envelope.messageid().size() == kMessageIdLength);
    CHECK(a.envelope.senderid() == "alice");
    CHECK(a.envelope.sendername() == "Alice L.");
    CHECK(a.envelope.conversationid() == "c1");
    CHECK(a.envelope.clientmessageid() == "m1");
    CHECK(a.envelope.deviceid() == "phone");
    CHECK(a.envelope.source() == "web");
    CHECK(a.envelope.timestamp() == 1'800'000'000'000);
    CHECK(a.envelope.type() == causeway::v1::CHAT_TEXT);
    CHECK(a.envelope.chat().content() == R"({"content":"hi","contentExtra":null})");
}

TEST_CASE("a private message names its receiver and no conversation") {
    Bench b;
    const Append& a =
        b.sends("private-message", R"({"receiverId":"bob@example.org","content":{"content":"x","n":1}})");
    CHECK(a.command == "private-message");
    CHECK(a.receiver == "bob@example.org");
    CHECK(a.conversation.empty());
    CHECK(a.envelope.receiverid() == "bob@example.org");
    CHECK(a.envelope.chat().content() == R"({"content":"x","n":1})");
    CHECK(a.client_msg_id.empty());
    CHECK(a.body_digest.empty());
}

TEST_CASE("content: strings are wrapped, objects kept, nothing is sniffed") {
    const std::pair<const char*, const char*> rows[] = {
        {R"("")", R"({"content":"","contentExtra":null})"},
        {R"("a \"b\"\n")", R"({"content":"a \"b\"\n","contentExtra":null})"},
        {R"("{\"content\":1}")", R"({"content":"{\"content\":1}","contentExtra":null})"},
        {R"({ "content" : "x", "contentExtra" : { "url" : "u" } })",
         R"({"content":"x","contentExtra":{"url":"u"}})"},
        {"{}", "{}"},
        {R"("\u4f60")", "{\"content\":\"\u4f60\",\"contentExtra\":null}"}};
    for (const auto& [content, stored] : rows) {
        Bench b;
        const Append& a = b.sends("chat", std::string(R"({"conversationId":"c","content":)") + content + "}");
        CHECK(a.envelope.chat().content() == stored);
    }
}

TEST_CASE("everything a sender may say about a message is kept") {
    Bench b;
    const Append& a = b.sends("chat", R"({"conversationId":"c","content":"x","msgType":11,
        "attachments":[{"url":"https://e/f","name":"f.pdf","contentType":"application/pdf","size":2048000},{"url":"u"}],
        "quotedMessageId":"q1","quotedContent":"old","quotedSenderId":"bob","originalMessageId":"o1",
        "forwardReason":"why","signature":"s=="})");
    const auto& chat = a.envelope.chat();
    CHECK(a.envelope.type() == causeway::v1::CHAT_QUOTE);
    REQUIRE(chat.attachments_size() == 2);
    CHECK(chat.attachments(0).url() == "https://e/f");
    CHECK(chat.attachments(0).name() == "f.pdf");
    CHECK(chat.attachments(0).contenttype() == "application/pdf");
    CHECK(chat.attachments(0).size() == 2'048'000);
    CHECK(chat.attachments(1).url() == "u");
    CHECK(chat.quotedmessageid() == "q1");
    CHECK(chat.quotedcontent() == "old");
    CHECK(chat.quotedsenderid() == "bob");
    CHECK(chat.originalmessageid() == "o1");
    CHECK(chat.reason() == "why");
    CHECK(chat.signature() == "s==");
    CHECK(Bench()
              .sends("chat", R"({"conversationId":"c","content":"x","replyTo":"q2"})")
              .envelope.chat()
              .quotedmessageid() == "q2");
}

TEST_CASE("a body is JSON whatever its content type says, unless that is protobuf") {
    for (const char* type : {"", "text/plain", "application/json", "application/json;charset=UTF-8",
                             "image/png", "application/x-protobuffer"}) {
        Bench b;
        CHECK(b.sends("chat", R"({"conversationId":"c","content":"x"})", type).conversation == "c");
    }
}

TEST_CASE("a protobuf body says what a JSON body says, and no more") {
    storage::Envelope sent;
    sent.set_messageid("forged");
    sent.set_senderid("mallory");
    sent.set_sequence(99);
    sent.set_timestamp(1);
    sent.set_type(causeway::v1::CHAT_IMAGE);
    sent.set_conversationid("c1");
    sent.set_clientmessageid("m1");
    sent.mutable_chat()->set_content(R"({"content":"x"})");
    Bench b;
    const Append a = b.sends("chat", sent.SerializeAsString(), "application/x-protobuf");
    CHECK(a.conversation == "c1");
    CHECK(a.client_msg_id == "m1");
    CHECK(a.envelope.type() == causeway::v1::CHAT_IMAGE);
    CHECK(a.envelope.chat().content() == R"({"content":"x"})");
    CHECK(a.envelope.senderid() == "alice");
    CHECK(a.envelope.messageid() != "forged");
    CHECK(a.envelope.sequence() == 0);
    CHECK(a.envelope.timestamp() == 1'800'000'000'000);

    sent.set_timestamp(2);  // a retry
    CHECK(b.sends("chat", sent.SerializeAsString(), "application/x-protobuf; v=1").body_digest ==
          a.body_digest);

    sent.set_receiverid("bob");
    CHECK(b.sends("private-message", sent.SerializeAsString(), "application/x-protobuf").receiver == "bob");

    for (const std::string content : {"", "text", "[1]", "{", "1{}", "\"s\"", "\xef\xbb\xbf{}"}) {
        sent.mutable_chat()->set_content(content);
        Bench other;
        CHECK(other.refused("chat", sent.SerializeAsString(), "application/x-protobuf").field ==
              "chat.content");
    }
    Bench other;
    CHECK(other.refused("chat", "\xff\xff", "application/x-protobuf").code == ErrorCode::kMessageInvalid);
}

TEST_CASE("headers that could not be fields of an envelope are left out of it") {
    for (const std::string& header : {std::string("\xff"), std::string("a\nb"), std::string(129, 'x')}) {
        Bench b;
        b.commands.run({b.alice, header, SessionId{42}, header}, "chat",
                       R"({"conversationId":"c","content":"x"})", "", [](const Outcome&) {});
        CHECK(b.store.last<Append>().envelope.deviceid().empty());
        CHECK(b.store.last<Append>().envelope.source().empty());
    }
}

TEST_CASE("the digest ignores the timestamp, the order of keys and blanks, and nothing else") {
    const auto digest = [](const char* body) { return Bench().sends("chat", body).body_digest; };
    const std::string first =
        digest(R"({"conversationId":"c","content":"x","clientMsgId":"1","timestamp":1})");
    CHECK(digest(R"({"conversationId":"c","content":"x","clientMsgId":"1","timestamp":2})") == first);
    CHECK(digest(R"({"conversationId":"c","content":"x","clientMsgId":"1"})") == first);
    CHECK(digest(R"({ "clientMsgId":"1", "content":"x", "conversationId":"c" })") == first);
    CHECK(digest(R"({"conversationId":"c","content":"y","clientMsgId":"1"})") != first);
    CHECK(digest(R"({"conversationId":"c","content":"x","clientMsgId":"1","msgType":1})") != first);
}
