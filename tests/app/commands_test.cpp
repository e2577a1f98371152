#include "tests/app/command_bench.hpp"

using namespace causeway;
using namespace causeway::app;
using storage::Append;

TEST_CASE("a body that is wrong is refused, and the field is named") {
    const auto nested = [](int depth) {
        std::string text = R"({"conversationId":"c","content":)";
        for (int i = 1; i < depth; ++i) text += R"({"a":)";
        text += "1";
        return text + std::string(static_cast<std::size_t>(depth), '}');
    };
    struct Row {
        const char* command;
        std::string body;
        ErrorCode code;
        const char* field;
    };
    constexpr auto kBad = ErrorCode::kMessageInvalid;
    constexpr auto kType = ErrorCode::kTypeUnsupported;
    const std::string chat = R"({"conversationId":"c","content":"x",)";
    const std::string long_id(129, 'x');
    const Row rows[] = {
        {"chat", "", kBad, "content"},
        {"chat", "not json", kBad, ""},
        {"chat", "[]", kBad, ""},
        {"chat", "{", kBad, ""},
        {"chat", std::string(R"({"conversationId":"c","content":"x"})") + '\0' + "x", kBad, ""},
        {"chat", "{\"content\":\"\xff\",\"conversationId\":\"c\"}", kBad, ""},
        {"chat", nested(33), kBad, ""},
        {"chat", R"({"content":"x"})", kBad, "conversationId"},
        {"chat", R"({"conversationId":null,"content":"x"})", kBad, "conversationId"},
        {"chat", R"({"conversationId":7,"content":"x"})", kBad, "conversationId"},
        {"chat", R"({"conversationId":"","content":"x"})", kBad, "conversationId"},
        {"chat", R"({"conversationId":"a/b","content":"x"})", kBad, "conversationId"},
        {"chat", R"({"conversationId":"a.b","content":"x"})", kBad, "conversationId"},
        {"chat", R"({"conversationId":"*","content":"x"})", kBad, "conversationId"},
        {"chat", R"({"conversationId":")" + long_id + R"(","content":"x"})", kBad, "conversationId"},
        {"chat", R"({"conversationId":"c"})", kBad, "content"},
        {"chat", R"({"conversationId":"c","content":null})", kBad, "content"},
        {"chat", R"({"conversationId":"c","content":5})", kBad, "content"},
        {"chat", R"({"conversationId":"c","content":["x"]})", kBad, "content"},
        {"chat", chat + R"("msgType":"0"})", kBad, "msgType"},
        {"chat", chat + R"("msgType":0.5})", kBad, "msgType"},
        {"chat", chat + R"("msgType":18446744073709551615})", kBad, "msgType"},
        {"chat", chat + R"("msgType":7})", kType, "msgType"},
        {"chat", chat + R"("msgType":10})", kType, "msgType"},
        {"chat", chat + R"("msgType":13})", kType, "msgType"},
        {"chat", chat + R"("msgType":20})", kType, "msgType"},
        {"chat", chat + R"("msgType":-1})", kType, "msgType"},
        {"chat", chat + R"("msgType":4294967296})", kType, "msgType"},
        {"chat", chat + R"("clientMsgId":1})", kBad, "clientMsgId"},
        {"chat", chat + R"("clientMsgId":"a\nb"})", kBad, "clientMsgId"},
        {"chat", chat + R"("clientMsgId":")" + long_id + "\"}", kBad, "clientMsgId"},
        {"chat", chat + R"("attachments":{}})", kBad, "attachments"},
        {"chat", chat + R"("attachments":["u"]})", kBad, "attachments"},
        {"chat", chat + R"("attachments":[{"name":"n"}]})", kBad, "attachments"},
        {"chat", chat + R"("attachments":[{"url":"u","size":"1"}]})", kBad, "attachments"},
        {"chat", chat + R"("quotedContent":{}})", kBad, "quotedContent"},
        {"private-message", R"({"content":"x"})", kBad, "receiverId"},
        {"private-message", R"({"content":"x","receiverId":"alice"})", kBad, "receiverId"},
        {"private-message", R"({"content":"x","receiverId":"a\u0000b"})", kBad, "receiverId"},
        {"conversations/create", R"({"type":"direct"})", kType, "type"},
        {"conversations/create", R"({"members":"bob"})", kBad, "members"},
        {"conversations/create", R"({"members":["bob",3]})", kBad, "members"},
        {"conversations/create", R"({"members":[""]})", kBad, "members"},
        {"conversations/create", R"({"conversationId":"a.b"})", kBad, "conversationId"},
        {"conversations/create", R"({"name":5})", kBad, "name"},
        {"conversations/join", "{}", kBad, "conversationId"},
        {"conversations/add", R"({"conversationId":"c"})", kBad, "userId"},
        {"conversations/remove", R"({"conversationId":"c","userId":{}})", kBad, "userId"},
        {"edit-message", R"({"newContent":"x"})", kBad, "messageId"},
        {"edit-message", R"({"messageId":"m"})", kBad, "newContent"},
        {"edit-message", R"({"messageId":"m","newContent":5})", kBad, "newContent"},
        {"edit-message", R"({"messageId":"m","newContent":"x","editReason":5})", kBad, "editReason"},
        {"edit-message", R"({"messageId":"m","newContent":"x","clientMsgId":{}})", kBad, "clientMsgId"},
        {"delete-message", "{}", kBad, "messageId"},
        {"delete-message", R"({"messageId":"m","deleteScope":2})", kBad, "deleteScope"},
        {"delete-message", R"({"messageId":"m","deleteScope":"1"})", kBad, "deleteScope"},
        {"delete-message", R"({"messageId":")" + long_id + R"("})", kBad, "messageId"},
        {"read", "{}", kBad, "conversationId"},
        {"read", R"({"conversationId":"c"})", kBad, "sequence"},
        {"read", R"({"conversationId":"c","sequence":0})", kBad, "sequence"},
        {"read", R"({"conversationId":"c","sequence":-1,"messageId":"m"})", kBad, "sequence"},
        {"read", R"({"conversationId":"c","messageId":7})", kBad, "messageId"},
        {"history", "{}", kBad, "conversationId"},
        {"history", R"({"conversationId":"c","before":-1})", kBad, "before"},
        {"history", R"({"conversationId":"c","before":5,"after":3})", kBad, "after"},
        {"history", R"({"conversationId":"c","limit":0})", kBad, "limit"},
        {"history", R"({"conversationId":"c","limit":201})", kBad, "limit"},
        {"sync", "{}", kBad, "after"},
        {"sync", R"({"after":-1})", kBad, "after"},
        {"sync", R"({"after":1,"lastSyncTime":1})", kBad, "lastSyncTime"},
        {"sync", R"({"lastSyncTime":"yesterday"})", kBad, "lastSyncTime"},
        {"sync", R"({"after":1,"limit":501})", kBad, "limit"},
        {"sync", R"({"cursors":"c"})", kBad, "cursors"},
        {"sync", R"({"cursors":{"a.b":1}})", kBad, "cursors"},
        {"sync", R"({"cursors":{"c":-1}})", kBad, "cursors"},
        {"sync", R"({"cursors":{"c":"1x"}})", kBad, "cursors"},
        {"sync", R"({"cursors":[1]})", kBad, "cursors"},
        {"sync", R"({"cursors":[{"conversationId":"c"}]})", kBad, "cursors"},
        {"sync", R"({"cursors":[{"sequence":1}]})", kBad, "cursors"},
        {"sync", R"({"after":1,"epoch":5})", kBad, "epoch"},
        {"auth", R"({"token":5})", kBad, "token"},
        {"auth", "nonsense", kBad, ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.command);
        CAPTURE(row.body);
        Bench b;
        const Refusal refusal = b.refused(row.command, row.body);
        CHECK(refusal.code == row.code);
        CHECK(refusal.field == row.field);
        CHECK_FALSE(refusal.text.empty());
    }
    Bench b;
    CHECK(b.sends("chat", nested(32)).conversation == "c");
}

TEST_CASE("more attachments than the limit are refused") {
    std::string list = R"({"url":"u"})";
    for (int i = 1; i < 20; ++i) list += R"(,{"url":"u"})";
    Bench b;
    CHECK(b.sends("chat", R"({"conversationId":"c","content":"x","attachments":[)" + list + "]}")
              .envelope.chat()
              .attachments_size() == 20);
    CHECK(Bench()
              .refused("chat",
                       R"({"conversationId":"c","content":"x","attachments":[{"url":"u"},)" + list + "]}")
              .field == "attachments");
}

TEST_CASE("commands that are not here are refused: unknown ones, and known ones of later versions") {
    for (const char* name :
         {"pin-message", "forward-message", "typing", "presence", "notifications/read", "iot/control"}) {
        const Refusal refusal = Bench().refused(name, "{}");
        CHECK(refusal.code == ErrorCode::kTypeUnsupported);
        CHECK(refusal.text == "/app/" + std::string(name) + " is not available in this version");
    }
    for (const char* name : {"", "Chat", "chat/", "nothing", "conversations"}) {
        const Refusal refusal = Bench().refused(name, "{}");
        CHECK(refusal.code == ErrorCode::kTypeUnsupported);
        CHECK(refusal.text == "/app/" + std::string(name) + " is not a command");
    }
    CHECK(Bench().refused(std::string(1000, 'x'), "{}").text.size() < 100);
}

TEST_CASE("the receipt of a stored message says what was stored") {
    Bench b;
    b.sends("chat", R"({"conversationId":"c1","content":"hi"})");
    const auto headers = headers_of(
        b.answered(storage::Appended{Offset{901}, Sequence{17}, "ID", 1'700'000'000'001, "c1", true}));
    CHECK(headers == std::map<std::string, std::string>{{"message-id", "ID"},
                                                        {"sequence", "17"},
                                                        {"timestamp", "1700000000001"},
                                                        {"offset", "901"},
                                                        {"conversation-id", "c1"},
                                                        {"duplicate", "true"},
                                                        {"stored", "true"}});
}

TEST_CASE("the store's refusal reaches the sender as it is") {
    for (const char* command : {"chat", "conversations/create", "conversations/join"}) {
        Bench b;
        b.run(command, R"({"conversationId":"c1","content":"hi"})");
        const Outcome outcome =
            b.answered(Refusal{ErrorCode::kPermissionDenied, "no member of c1", "conversationId"});
        CHECK(std::get<Refusal>(outcome).code == ErrorCode::kPermissionDenied);
        CHECK(std::get<Refusal>(outcome).text == "no member of c1");
    }
}

TEST_CASE("an answer that comes after the shard's commands are gone touches nothing of theirs") {
    FakeStore store;
    std::vector<Outcome> outcomes;
    {
        ManualClock clock;
        SeededRandom random(1);
        MessageIds ids(clock, random);
        Commands commands(
            store, clock, ids, [](auto task) { task(); }, nullptr);
        const identity::Identity bob = user("bob", WallTime{0}, "", "");
        for (const char* command :
             {"chat", "conversations/create", "conversations/leave", "conversations/list"})
            commands.run({bob, "", SessionId{1}, ""}, command, R"({"conversationId":"c","content":"x"})", "",
                         [&](Outcome outcome) { outcomes.push_back(std::move(outcome)); });
    }
    store.asked[0].answer(storage::Appended{Offset{1}, Sequence{1}, "ID", 1, "c", false});
    store.asked[1].answer(storage::ConversationMade{"c", false});
    store.asked[2].answer(storage::Changed{true});
    store.lists[0].second(std::vector<storage::ConversationRow>{});
    CHECK(outcomes.size() == 4);
}
