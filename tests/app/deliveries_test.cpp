#include "broker/app/deliveries.hpp"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <thread>

using namespace causeway;
using namespace causeway::app;
using nlohmann::json;
using storage::CommittedEntry;
using storage::ConversationKind;

namespace {

CommittedEntry entry(ConversationKind kind, std::vector<std::string> members) {
    auto envelope = std::make_shared<storage::Envelope>();
    envelope->set_messageid("ID");
    envelope->set_senderid("alice");
    envelope->set_timestamp(1'700'000'000'000);
    envelope->set_sequence(17);
    envelope->set_conversationid("c1");
    envelope->mutable_chat()->set_content(R"({"content":"hi","contentExtra":null})");
    return {.offset = Offset{901},
            .sequence = Sequence{17},
            .conversation = "c1",
            .destination = {},
            .inbox_of = {},
            .kind = kind,
            .members = std::make_shared<const storage::MemberList>(std::move(members)),
            .envelope = envelope,
            .protobuf = envelope->SerializeAsString(),
            .origin = SessionId{42}};
}

std::vector<std::string> names(const std::vector<routing::MessagePtr>& messages) {
    std::vector<std::string> out;
    for (const auto& message : messages) out.push_back(message->destination);
    return out;
}

const Wanted kAll = [](std::string_view) { return true; };

}  // namespace

TEST_CASE("where an entry goes depends on its conversation's kind and size") {
    const std::vector<std::string> crowd(storage::kMaxMembersOnUserQueues + 1, "m");
    const std::vector<std::string> many(storage::kMaxMembersOnUserQueues, "m");
    const std::vector<std::string> topic{"/topic/conversation/c1"};
    CHECK(names(deliveries(entry(ConversationKind::kGroup, {"alice", "b/o b"}), kAll)) ==
          std::vector<std::string>{"/topic/conversation/c1", "/user/alice/queue/messages",
                                   "/user/b%2Fo%20b/queue/messages"});
    CHECK(names(deliveries(entry(ConversationKind::kDirect, {"alice", "bob"}), kAll)) ==
          std::vector<std::string>{"/topic/conversation/c1", "/user/alice/queue/messages",
                                   "/user/bob/queue/messages", "/user/alice/queue/private-messages",
                                   "/user/bob/queue/private-messages"});
    CHECK(names(deliveries(entry(ConversationKind::kRoom, {"alice", "bob"}), kAll)) == topic);
    CHECK(names(deliveries(entry(ConversationKind::kGroup, crowd), kAll)) == topic);
    CHECK(deliveries(entry(ConversationKind::kGroup, many), kAll).size() ==
          storage::kMaxMembersOnUserQueues + 1);
    auto unknown = entry(ConversationKind::kGroup, {});
    unknown.members = nullptr;
    CHECK(names(deliveries(unknown, kAll)) == topic);
}

TEST_CASE("user queues skip the session that sent, the topic does not") {
    for (const auto& message : deliveries(entry(ConversationKind::kDirect, {"alice", "bob"}), kAll))
        CHECK(message->skip.has_value() == (message->destination[1] == 'u'));
    auto foreign = entry(ConversationKind::kDirect, {"alice", "bob"});
    foreign.origin = SessionId{0};
    for (const auto& message : deliveries(foreign, kAll)) CHECK_FALSE(message->skip);
}

TEST_CASE("every copy says the same about the entry and shares its content") {
    const auto messages = deliveries(entry(ConversationKind::kDirect, {"alice", "bob"}), kAll);
    for (const auto& message : messages) {
        CHECK(message->message_id == "ID");
        CHECK(message->sender_id == "alice");
        CHECK(message->timestamp == 1'700'000'000'000);
        CHECK(message->offset == Offset{901});
        CHECK(message->sequence == Sequence{17});
        CHECK(message->content == messages[0]->content);
    }
}

TEST_CASE("both forms say the same: JSON in which chat.content is JSON again, and the envelope") {
    const auto committed = entry(ConversationKind::kGroup, {"alice"});
    const auto content = deliveries(committed, kAll).at(0)->content;
    CHECK(content->content_type() == "application/json");
    const json message = json::parse(content->body());
    CHECK(message["sequence"] == 17);
    CHECK(json::parse(message["chat"]["content"].get<std::string>())["content"] == "hi");
    CHECK(content->protobuf() == committed.protobuf);
}

TEST_CASE("what nobody wants is not made") {
    std::vector<std::string> asked;
    const auto messages =
        deliveries(entry(ConversationKind::kDirect, {"alice", "bob"}), [&](std::string_view to) {
            asked.emplace_back(to);
            return to == "/user/bob/queue/private-messages";
        });
    CHECK(asked.size() == 5);
    CHECK(names(messages) == std::vector<std::string>{"/user/bob/queue/private-messages"});
    CHECK(deliveries(entry(ConversationKind::kGroup, {"alice"}), [](auto) { return false; }).empty());
}

TEST_CASE("the JSON of a content is made once, however many threads ask") {
    int made = 0;
    const routing::Content content("octets", [&made] { return "{" + std::to_string(++made) + "}"; });
    CHECK(made == 0);
    CHECK(content.protobuf() == "octets");
    std::vector<std::thread> threads;
    std::array<std::string, 4> seen;
    for (auto& mine : seen) threads.emplace_back([&] { mine = content.body(); });
    for (auto& thread : threads) thread.join();
    for (const auto& mine : seen) CHECK(mine == "{1}");
    CHECK(made == 1);
}

TEST_CASE("a plain SEND's content is its octets and has no second form") {
    const routing::Content content(std::string("\0x", 2), "text/plain");
    CHECK(content.body() == std::string("\0x", 2));
    CHECK(content.content_type() == "text/plain");
    CHECK(content.protobuf().empty());
}

TEST_CASE("a replayed entry looks like the live one") {
    const auto committed = entry(ConversationKind::kGroup, {"alice"});
    const auto live = deliveries(committed, kAll).at(0);
    const auto replayed = message_from_entry({committed.offset, committed.sequence, committed.protobuf},
                                             "/topic/conversation/c1");
    REQUIRE(replayed);
    CHECK(replayed->destination == live->destination);
    CHECK(replayed->message_id == live->message_id);
    CHECK(replayed->sender_id == live->sender_id);
    CHECK(replayed->timestamp == live->timestamp);
    CHECK(replayed->offset == live->offset);
    CHECK(replayed->sequence == live->sequence);
    CHECK(replayed->content->body() == live->content->body());
    CHECK(replayed->content->protobuf() == live->content->protobuf());
    CHECK_FALSE(replayed->skip);
    CHECK_FALSE(message_from_entry({Offset{1}, Sequence{1}, "\xff\xff"}, "/topic/x"));
}

namespace {

CommittedEntry of_its_own(std::string destination, std::string inbox_of) {
    auto envelope = std::make_shared<storage::Envelope>();
    envelope->set_messageid("ID");
    envelope->set_senderid("shop");
    envelope->set_timestamp(1'700'000'000'000);
    auto& plain = *envelope->mutable_opaque();
    plain.set_body(std::string("\0body", 5));
    plain.set_contenttype("text/plain");
    plain.add_headers()->set_name("colour");
    plain.mutable_headers(0)->set_value("red");
    CommittedEntry entry{};
    entry.offset = Offset{55};
    entry.destination = std::move(destination);
    entry.inbox_of = std::move(inbox_of);
    entry.envelope = envelope;
    entry.protobuf = envelope->SerializeAsString();
    entry.origin = SessionId{42};
    return entry;
}

}  // namespace

TEST_CASE("an entry of a log of its own is delivered as it was sent, live and replayed") {
    const auto inbox = of_its_own("/user/bob/queue/orders", "bob");
    const auto live = deliveries(inbox, kAll);
    REQUIRE(live.size() == 1);
    const auto replayed = message_from_entry({Offset{55}, Sequence{0}, inbox.protobuf, inbox.destination},
                                             "/user/bob/queue/orders");
    for (const routing::MessagePtr& message : {live[0], routing::MessagePtr(replayed)}) {
        CHECK(message->destination == "/user/bob/queue/orders");
        CHECK(message->content->body() == std::string("\0body", 5));
        CHECK(message->content->content_type() == "text/plain");
        CHECK(message->content->protobuf().empty());
        CHECK(message->headers == routing::Headers{{"colour", "red"}});
        CHECK(message->message_id == "ID");
        CHECK(message->sender_id == "shop");
        CHECK(message->offset == Offset{55});
        CHECK_FALSE(message->sequence);
        CHECK(message->conversation.empty());
        CHECK_FALSE(message->tracks_delivery);
    }
    CHECK(live[0]->skip == SessionId{42});
    CHECK_FALSE(deliveries(of_its_own("/topic/prices", ""), kAll).at(0)->skip);
}

TEST_CASE("deliveries are tracked where somebody is told: not in rooms, nor in large groups") {
    const auto tracked = [](ConversationKind kind, std::size_t members) {
        const auto made = deliveries(entry(kind, std::vector<std::string>(members, "m")), kAll);
        CHECK(made.at(0)->conversation == "c1");
        return made.at(0)->tracks_delivery;
    };
    CHECK(tracked(ConversationKind::kDirect, 2));
    CHECK(tracked(ConversationKind::kGroup, storage::kMaxMembersTold));
    CHECK_FALSE(tracked(ConversationKind::kGroup, storage::kMaxMembersTold + 1));
    CHECK_FALSE(tracked(ConversationKind::kRoom, 2));
    const auto committed = entry(ConversationKind::kGroup, {"alice"});
    const auto replayed =
        message_from_entry({committed.offset, committed.sequence, committed.protobuf}, "/topic/x");
    CHECK(replayed->tracks_delivery);
    CHECK(replayed->conversation == "c1");
}

TEST_CASE("names of queues are kept per list of members, the longest unused are forgotten") {
    const auto members = [](const std::string& prefix) {
        auto list = std::make_shared<storage::MemberList>();
        for (int i = 0; i < 10; ++i) list->insert(prefix + std::to_string(i));
        return storage::Members(list);
    };
    QueueNames names(25);
    const auto a = members("a");
    const auto* first = &names.of(a);
    CHECK(first->at(3) == "/user/a3/queue/messages");
    const auto b = members("b");
    (void)names.of(b);
    CHECK(&names.of(a) == first);
    CHECK(names.kept() == 20);
    (void)names.of(members("c"));
    CHECK(names.kept() == 20);
    CHECK(a.use_count() == 2);
    CHECK(b.use_count() == 1);  // forgotten: a was used later
    const auto few = std::make_shared<const storage::MemberList>(std::vector<std::string>{"x"});
    CHECK(names.of(few) == std::vector<std::string>{"/user/x/queue/messages"});
    CHECK(names.kept() == 20);
}
