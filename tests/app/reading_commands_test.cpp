// history, unread, sync: what is read from the store and how it is shown.
#include "tests/app/command_bench.hpp"

#include "broker/app/entry_json.hpp"
#include "broker/app/iso_time.hpp"
#include "broker/base/base64.hpp"

using namespace causeway;
using namespace causeway::app;
using nlohmann::json;
using storage::LogEntry;

namespace {

LogEntry entry(std::uint64_t offset, std::uint64_t sequence, const std::string& content = "{}") {
    storage::Envelope envelope;
    envelope.set_messageid("M" + std::to_string(offset));
    envelope.set_senderid("bob");
    envelope.set_conversationid("c1");
    envelope.set_sequence(static_cast<std::int64_t>(sequence));
    envelope.mutable_chat()->set_content(content);
    return {Offset{offset}, Sequence{sequence}, envelope.SerializeAsString(), {}};
}

LogEntry in_inbox(std::uint64_t offset, const std::string& body) {
    storage::Envelope envelope;
    envelope.set_messageid("I");
    envelope.set_senderid("shop");
    auto& plain = *envelope.mutable_opaque();
    plain.set_body(body);
    plain.set_contenttype("text/plain");
    plain.add_headers()->set_name("priority");
    plain.mutable_headers(0)->set_value("9");
    return {Offset{offset}, Sequence{0}, envelope.SerializeAsString(), "/user/ali%20ce/queue/orders.new"};
}

std::vector<std::uint64_t> offsets(const json& body) {
    std::vector<std::uint64_t> out;
    for (const auto& message : body["messages"]) out.push_back(message["offset"].get<std::uint64_t>());
    return out;
}

storage::SyncPage page(std::vector<LogEntry> entries, bool complete, bool gap = false) {
    return {"epoch", std::move(entries), Offset{900}, complete, gap};
}

// Asks for the part after `outcome`.
void next(Bench& b, const Outcome& outcome) {
    const auto& done = std::get<Done>(outcome);
    REQUIRE(done.next);
    CHECK(done.receipt_headers.empty());
    done.next([&b](Outcome later) { b.outcomes.push_back(std::move(later)); });
}

}  // namespace

TEST_CASE("an entry is shown as the envelope with its offset and where it appeared") {
    const json shown = json::parse(entry_json(entry(901, 17)));
    CHECK(shown["messageId"] == "M901");
    CHECK(shown["sequence"] == 17);
    CHECK(shown["offset"] == 901);
    CHECK(shown["destination"] == "/topic/conversation/c1");
    CHECK(shown["chat"]["content"] == "{}");
    CHECK(entry_json({Offset{1}, Sequence{1}, "\xff\xff", {}}).empty());
}

TEST_CASE("a plain SEND in an inbox is shown with its body, as text where it is text") {
    const json text = json::parse(entry_json(in_inbox(5, "h\"i")));
    CHECK(text["body"] == "h\"i");
    CHECK_FALSE(text.contains("bodyEncoding"));
    CHECK_FALSE(text.contains("opaque"));
    CHECK(text["contentType"] == "text/plain");
    CHECK(text["headers"] == json{{{"name", "priority"}, {"value", "9"}}});
    CHECK(text["destination"] == "/user/queue/orders.new");
    CHECK(text["senderId"] == "shop");
    const json octets = json::parse(entry_json(in_inbox(5, "\xff\xfe")));
    CHECK(octets["body"] == base64_encode("\xff\xfe"));
    CHECK(octets["bodyEncoding"] == "base64");
}

TEST_CASE("history asks for a page and shows it in order") {
    Bench b;
    b.run("history", R"({"conversationId":"c1","before":9,"limit":2})");
    REQUIRE(b.store.histories.size() == 1);
    const auto& [query, answer] = b.store.histories[0];
    CHECK(query.user == "alice");
    CHECK(query.conversation == "c1");
    CHECK(query.before == 9);
    CHECK_FALSE(query.after);
    CHECK(query.limit == 2);
    const json body = body_of(b.reads(answer, storage::HistoryPage{true, {entry(7, 7), entry(8, 8)}, true}),
                              "/user/queue/history");
    CHECK(body["conversationId"] == "c1");
    CHECK(offsets(body) == std::vector<std::uint64_t>{7, 8});
    CHECK(body["more"] == true);

    b.run("history", R"({"conversationId":"c1"})");
    CHECK(b.store.histories[1].first.limit == 50);
    const json empty = body_of(b.reads(b.store.histories[1].second, storage::HistoryPage{true, {}, false}),
                               "/user/queue/history");
    CHECK(empty["messages"] == json::array());
    CHECK(empty["more"] == false);
}

TEST_CASE("history of a conversation that is not the caller's is refused, and so is what cannot be read") {
    Bench b;
    b.run("history", R"({"conversationId":"c1"})");
    const Outcome strange = b.reads(b.store.histories[0].second, storage::HistoryPage{});
    CHECK(std::get<Refusal>(strange).code == ErrorCode::kPermissionDenied);
    b.run("history", R"({"conversationId":"c1"})");
    const Outcome broken = b.reads(b.store.histories[1].second, storage::ReadFailed{"/secret/path"});
    CHECK(std::get<Refusal>(broken).code == ErrorCode::kSendFailed);
    CHECK(std::get<Refusal>(broken).text == "the history cannot be read now; try again");
}

TEST_CASE("a history too large for one frame is cut where it is farther from what was asked") {
    const std::string large = "\"" + std::string(200'000, 'x') + "\"";
    const std::vector<LogEntry> all{entry(1, 1, large), entry(2, 2, large), entry(3, 3, large)};
    Bench b;
    b.run("history", R"({"conversationId":"c1"})");
    const json back = body_of(b.reads(b.store.histories[0].second, storage::HistoryPage{true, all, false}),
                              "/user/queue/history");
    CHECK(offsets(back) == std::vector<std::uint64_t>{2, 3});
    CHECK(back["more"] == true);
    b.run("history", R"({"conversationId":"c1","after":0})");
    const json forth = body_of(b.reads(b.store.histories[1].second, storage::HistoryPage{true, all, false}),
                               "/user/queue/history");
    CHECK(offsets(forth) == std::vector<std::uint64_t>{1, 2});
    CHECK(forth["more"] == true);
}

TEST_CASE("unread counts are told per conversation and in sum") {
    Bench b;
    b.run("unread", "");
    REQUIRE(b.store.unread.size() == 1);
    CHECK(b.store.unread[0].first == "alice");
    const std::vector<storage::UnreadRow> rows{{"c1", "group", Sequence{9}, Sequence{4}, 3},
                                               {"d", "direct", Sequence{2}, Sequence{0}, 2}};
    const json body = body_of(b.reads(b.store.unread[0].second, rows), "/user/queue/unread");
    CHECK(body["total"] == 5);
    CHECK(body["conversations"][0] == json{{"conversationId", "c1"},
                                           {"type", "group"},
                                           {"lastSequence", 9},
                                           {"readSequence", 4},
                                           {"unread", 3}});
    CHECK(Commands::answers_subscribe("unread"));
    CHECK(Commands::answers_subscribe("conversations/list"));
    for (const char* name : {"chat", "sync", "", "presence", "nothing"})
        CHECK_FALSE(Commands::answers_subscribe(name));
}

TEST_CASE("sync takes cursors as an object or as an array, a place in the log, or a time") {
    Bench b;
    const auto query = [&b](std::string_view body) {
        b.run("sync", body);
        REQUIRE(b.outcomes.empty());
        return b.store.syncs.back().first;
    };
    for (const char* body : {R"({"cursors":{"c1":17,"c2":0},"limit":500})",
                             R"({"cursors":[{"conversationId":"c1","sequence":17},
                                            {"conversationId":"c2","sequence":0}],"limit":500})"}) {
        const auto asked = query(body);
        REQUIRE(asked.cursors.size() == 2);
        CHECK(asked.cursors[0].conversation == "c1");
        CHECK(asked.cursors[0].sequence == Sequence{17});
        CHECK(asked.cursors[1].sequence == Sequence{0});
        CHECK(asked.user == "alice");
        CHECK(asked.limit == 500);
        CHECK(asked.after == Offset{0});
        CHECK_FALSE(asked.since);
        CHECK(asked.page_after == Offset{0});
    }
    CHECK(query(R"({"after":901,"epoch":"epoch"})").after == Offset{901});
    CHECK(query(R"({"after":0})").limit == 100);
    // As the header of a MESSAGE had it.
    CHECK(query(R"({"after":"901"})").after == Offset{901});
    CHECK(query(R"({"cursors":{"c1":"17"}})").cursors.at(0).sequence == Sequence{17});
    CHECK(query(R"({"lastSyncTime":1705744800000})").since == 1'705'744'800'000);
    CHECK(query(R"({"lastSyncTime":"2024-01-20T10:00:00.007Z"})").since == 1'705'744'800'007);
    CHECK(query(R"({"cursors":{}})").cursors.empty());
}

TEST_CASE("more cursors than the limit are refused") {
    json body;
    for (int i = 0; i <= 10'000; ++i) body["cursors"]["c" + std::to_string(i)] = 1;
    Bench b;
    CHECK(b.refused("sync", body.dump()).text == "more than 10000 cursors");
    CHECK(b.store.syncs.empty());
}

TEST_CASE("a sync comes in pages, each when it is asked for, and ends with complete") {
    Bench b;
    b.run("sync", R"({"after":0,"limit":2})");
    const Outcome first = b.reads(b.store.syncs[0].second, page({entry(3, 1), entry(7, 1)}, false));
    const json one = body_of(first, "/user/queue/sync");
    CHECK(one["action"] == "page");
    CHECK(one["epoch"] == "epoch");
    CHECK(offsets(one) == std::vector<std::uint64_t>{3, 7});
    CHECK(one["next"] == 7);

    next(b, first);
    REQUIRE(b.store.syncs.size() == 2);
    CHECK(b.store.syncs[1].first.page_after == Offset{7});
    CHECK(b.store.syncs[1].first.limit == 2);
    const Outcome second = b.reads(b.store.syncs[1].second, page({in_inbox(9, "x")}, true));
    CHECK(offsets(body_of(second, "/user/queue/sync")) == std::vector<std::uint64_t>{9});

    next(b, second);
    CHECK(b.store.syncs.size() == 2);
    REQUIRE(b.outcomes.size() == 1);
    CHECK(body_of(b.outcomes[0], "/user/queue/sync") ==
          json{{"action", "complete"}, {"epoch", "epoch"}, {"offset", 900}, {"recovered", true}});
    CHECK(headers_of(b.outcomes[0]) ==
          std::map<std::string, std::string>{{"epoch", "epoch"}, {"offset", "900"}, {"recovered", "true"}});
    CHECK_FALSE(std::get<Done>(b.outcomes[0]).next);
}

TEST_CASE("nothing missed is complete at once") {
    Bench b;
    b.run("sync", R"({"after":900})");
    const Outcome outcome = b.reads(b.store.syncs[0].second, page({}, true));
    CHECK(body_of(outcome, "/user/queue/sync")["action"] == "complete");
    CHECK_FALSE(std::get<Done>(outcome).next);
}

TEST_CASE("a page of large messages goes out in parts that fit") {
    const std::string large = "\"" + std::string(100'000, 'x') + "\"";
    Bench b;
    b.run("sync", R"({"after":0})");
    Outcome outcome = b.reads(b.store.syncs[0].second,
                              page({entry(1, 1, large), entry(2, 2, large), entry(3, 3, large)}, true));
    CHECK(offsets(body_of(outcome, "/user/queue/sync")) == std::vector<std::uint64_t>{1, 2});
    next(b, outcome);
    outcome = std::exchange(b.outcomes, {}).at(0);
    CHECK(offsets(body_of(outcome, "/user/queue/sync")) == std::vector<std::uint64_t>{3});
    next(b, outcome);
    CHECK(body_of(b.outcomes.at(0), "/user/queue/sync")["action"] == "complete");
    CHECK(b.store.syncs.size() == 1);
}

TEST_CASE("what was deleted meanwhile is told as not recovered, and the rest is sent") {
    Bench b;
    b.run("sync", R"({"after":1})");
    const Outcome outcome = b.reads(b.store.syncs[0].second, page({entry(3, 1)}, true, true));
    CHECK(offsets(body_of(outcome, "/user/queue/sync")).size() == 1);
    next(b, outcome);
    CHECK(body_of(b.outcomes.at(0), "/user/queue/sync")["recovered"] == false);
}

TEST_CASE("numbers of another epoch, or beyond the end, replay nothing") {
    Bench b;
    b.run("sync", R"({"cursors":{"c1":5},"epoch":"another"})");
    CHECK(b.store.syncs.empty());
    REQUIRE(b.store.states.size() == 1);
    storage::LogState state{};
    state.store_end = Offset{77};
    const Outcome other = b.reads(b.store.states[0], state);
    CHECK(body_of(other, "/user/queue/sync") ==
          json{{"action", "complete"}, {"epoch", "epoch"}, {"offset", 77}, {"recovered", false}});

    b.run("sync", R"({"after":901})");
    const Outcome beyond = b.reads(b.store.syncs[0].second, page({entry(3, 1)}, true));
    CHECK(body_of(beyond, "/user/queue/sync")["recovered"] == false);
    CHECK_FALSE(std::get<Done>(beyond).next);
}

TEST_CASE("a sync that cannot be read on ends in a refusal") {
    Bench b;
    b.run("sync", R"({"after":0})");
    const Outcome first = b.reads(b.store.syncs[0].second, page({entry(3, 1)}, false));
    next(b, first);
    const Outcome broken = b.reads(b.store.syncs[1].second, storage::ReadFailed{"disk"});
    CHECK(std::get<Refusal>(broken).code == ErrorCode::kSendFailed);
}

TEST_CASE("a page that comes after the shard's commands are gone touches nothing of theirs") {
    FakeStore store;
    std::vector<Outcome> outcomes;
    {
        ManualClock clock;
        SeededRandom random(1);
        MessageIds ids(clock, random);
        Commands commands(
            store, clock, ids, [](auto task) { task(); }, nullptr);
        const identity::Identity bob = user("bob", WallTime{0}, "", "");
        for (const char* command : {"sync", "history", "unread"})
            commands.run({bob, "", SessionId{1}, ""}, command, R"({"conversationId":"c","after":1})", "",
                         [&](Outcome outcome) { outcomes.push_back(std::move(outcome)); });
    }
    store.syncs[0].second(page({entry(3, 1)}, false));
    store.histories[0].second(storage::HistoryPage{true, {entry(3, 1)}, false});
    store.unread[0].second(std::vector<storage::UnreadRow>{});
    CHECK(outcomes.size() == 3);
}

TEST_CASE("times are read as RFC 3339 writes them, and nothing else is a time") {
    const std::pair<const char*, std::int64_t> good[] = {{"1970-01-01T00:00:00Z", 0},
                                                         {"2024-01-20T10:00:00Z", 1'705'744'800'000},
                                                         {"2024-01-20T10:00:00.5Z", 1'705'744'800'500},
                                                         {"2024-01-20T10:00:00.123456Z", 1'705'744'800'123},
                                                         {"2024-01-20T18:00:00+08:00", 1'705'744'800'000},
                                                         {"2024-01-20T04:30:00-05:30", 1'705'744'800'000},
                                                         {"2024-02-29T00:00:00Z", 1'709'164'800'000}};
    for (const auto& [text, time] : good) {
        CAPTURE(text);
        CHECK(parse_iso_time(text) == time);
    }
    for (const char* text : {"", "2024", "2024-01-20", "2024-01-20T10:00:00", "2024-01-20 10:00:00Z",
                             "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-20T24:00:00Z",
                             "2024-01-20T10:00:00.Z", "2024-01-20T10:00:00Zx", "2024-01-20T10:00:00*08:00",
                             "2024-1-20T10:00:00Z", "-024-01-20T10:00:00Z", "2024-01-20T10:00:00+8:00"})
        CHECK_FALSE(parse_iso_time(text));
}
