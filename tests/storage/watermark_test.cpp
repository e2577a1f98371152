#include <doctest/doctest.h>

#include "tests/storage/fixture.hpp"

namespace causeway::storage {

namespace {

// A group of alice (its owner), bob and carol.
struct Given {
    explicit Given(std::vector<std::string> more = {}) {
        more.insert(more.end(), {"bob", "carol"});
        store.create("team", "group", "alice", more);
    }
    void says(const std::string& user, const std::string& id = {}) {
        (void)store.append(to_conversation(user, "team", id));
    }
    Marked marks(Mark mark, const std::string& user, std::uint64_t to) {
        return std::get<Marked>(store.mark(mark, user, "team", to));
    }
    std::vector<CommittedWatermark> told() {
        std::vector<CommittedWatermark> found;
        for (const auto& one : store.committed())
            if (const auto* mark = std::get_if<CommittedWatermark>(&one)) found.push_back(*mark);
        return found;
    }

    TemporaryDirectory directory;
    StoreUnderTest store{directory.path()};
};

std::string in_words(const CommittedWatermark& mark) {
    std::string text = std::to_string(value(mark.from)) + "-" + std::to_string(value(mark.to));
    for (const auto& sender : mark.senders)
        text +=
            " " + sender.user + " " + std::to_string(value(sender.sequence)) + " (" + sender.message_id + ")";
    return text;
}

}  // namespace

TEST_CASE("marks move forward only, not beyond the last entry, and what is read has been delivered") {
    Given g;
    for (int i = 0; i < 5; ++i) g.says("alice");
    Marked marked = g.marks(Mark::kDelivered, "bob", 2);
    CHECK(marked.moved);
    CHECK(value(marked.delivered) == 2);
    CHECK(value(marked.read) == 0);
    CHECK(value(marked.last) == 5);
    CHECK_FALSE(g.marks(Mark::kDelivered, "bob", 1).moved);
    marked = g.marks(Mark::kRead, "bob", 3);
    CHECK(value(marked.delivered) == 3);
    CHECK(value(marked.read) == 3);
    CHECK_FALSE(g.marks(Mark::kDelivered, "bob", 3).moved);
    CHECK_FALSE(g.marks(Mark::kRead, "bob", 2).moved);
    g.store.reopen();
    marked = g.marks(Mark::kRead, "bob", 99);
    CHECK(marked.moved);
    CHECK(value(marked.read) == 5);
    CHECK_FALSE(g.marks(Mark::kRead, "bob", 99).moved);
    CHECK(g.told().size() == 3);
}

TEST_CASE("a mark may name a message of the conversation instead of a number") {
    Given g;
    g.says("alice", "m1");
    g.says("alice", "m2");
    (void)g.store.append(to_user("alice", "bob", "elsewhere"));
    const auto by_id = [&](const std::string& id) {
        return g.store.submit(MoveWatermarks{{{Mark::kRead, "bob", "team", {}, id}}});
    };
    CHECK(value(std::get<Marked>(by_id("id of alicem1")).read) == 1);
    CHECK(refused_with(by_id("id of aliceelsewhere")) == ErrorCode::kMessageInvalid);
    CHECK(refused_with(by_id("")) == ErrorCode::kMessageInvalid);
}

TEST_CASE("a mark by number and by message must mean one message") {
    Given g;
    g.says("alice", "m1");
    g.says("alice", "m2");
    const auto by_both = [&](std::uint64_t sequence, const std::string& id) {
        return g.store.submit(MoveWatermarks{{{Mark::kRead, "bob", "team", Sequence{sequence}, id}}});
    };
    for (const auto& [sequence, id] : {std::pair{2U, "id of alicem1"}, std::pair{1U, "another id"}}) {
        const auto answer = by_both(sequence, id);
        CHECK(refused_with(answer) == ErrorCode::kMessageInvalid);
        CHECK(std::get<Refusal>(answer).field == "messageId");
    }
    CHECK(g.told().empty());
    CHECK(value(std::get<Marked>(by_both(2, "id of alicem2")).read) == 2);
}

TEST_CASE("senders are told of the last of their messages that was reached, each once") {
    Given g;
    g.says("alice", "m1");
    g.says("bob", "m2");
    g.says("carol", "m3");
    g.says("alice", "m4");
    g.says("alice", "m5");
    (void)g.marks(Mark::kDelivered, "bob", 4);
    (void)g.marks(Mark::kRead, "bob", 5);
    (void)g.marks(Mark::kRead, "alice", 2);
    (void)g.marks(Mark::kRead, "alice", 4);
    const auto told = g.told();
    REQUIRE(told.size() == 4);
    CHECK(in_words(told[0]) == "0-4 alice 4 (id of alicem4) carol 3 (id of carolm3)");
    CHECK(in_words(told[1]) == "0-5 alice 5 (id of alicem5) carol 3 (id of carolm3)");
    CHECK(in_words(told[2]) == "0-2 bob 2 (id of bobm2)");
    CHECK(in_words(told[3]) == "2-4 carol 3 (id of carolm3)");
    CHECK(told[0].mark == Mark::kDelivered);
    CHECK(told[0].user == "bob");
    CHECK(told[0].conversation == "team");
    CHECK(told[0].kind == ConversationKind::kGroup);
}

TEST_CASE("strangers have no marks: alone they are refused, among others skipped") {
    Given g;
    g.says("alice");
    CHECK(refused_with(g.store.mark(Mark::kRead, "mallory", "team", 1)) == ErrorCode::kPermissionDenied);
    CHECK(refused_with(g.store.mark(Mark::kRead, "bob", "nowhere", 1)) == ErrorCode::kPermissionDenied);
    const Answer answer = g.store.submit(MoveWatermarks{{{Mark::kRead, "mallory", "team", Sequence{1}, {}},
                                                         {Mark::kRead, "bob", "team", Sequence{1}, {}},
                                                         {Mark::kRead, "bob", "nowhere", Sequence{1}, {}}}});
    CHECK(std::get<Changed>(answer).changed);
    REQUIRE(g.told().size() == 1);
    CHECK(g.told()[0].user == "bob");
}

TEST_CASE("many moves are one request, and each conversation's mark ends at its furthest") {
    Given g;
    for (int i = 0; i < 300; ++i) g.says("alice");
    MoveWatermarks request;
    for (std::uint64_t n = 1; n <= 1000; ++n)
        request.moves.push_back({Mark::kRead, n % 2 == 0 ? "bob" : "carol", "team", Sequence{n % 250}, {}});
    CHECK(std::get<Changed>(g.store.submit(request)).changed);
    CHECK_FALSE(std::get<Changed>(g.store.submit(request)).changed);
    CHECK(value(g.marks(Mark::kRead, "bob", 1).read) == 248);
    CHECK(value(g.marks(Mark::kRead, "carol", 1).read) == 249);
    CHECK(g.told().size() == 248 / 2 + (249 + 1) / 2);
}

TEST_CASE("senders further back than the last two hundred entries are not looked for") {
    Given g;
    g.says("carol");
    for (int i = 0; i < 200; ++i) g.says("alice");
    (void)g.marks(Mark::kRead, "bob", 201);
    REQUIRE(g.told().size() == 1);
    CHECK(g.told()[0].senders.size() == 1);
}

TEST_CASE("above a hundred members what is read is kept and told without senders, what is delivered is not") {
    std::vector<std::string> many;
    for (int i = 0; i < 98; ++i) many.push_back("user-" + std::to_string(i));
    Given g(many);
    g.says("alice");
    REQUIRE(std::get<CommittedEntry>(g.store.committed().back()).members->size() == kMaxMembersTold + 1);
    CHECK_FALSE(g.marks(Mark::kDelivered, "bob", 1).moved);
    CHECK(g.marks(Mark::kRead, "bob", 1).moved);
    REQUIRE(g.told().size() == 1);
    CHECK(in_words(g.told()[0]) == "0-1");
    CHECK(g.store.change(MembershipChange::kLeave, "team", "user-0", "user-0"));
    CHECK(g.marks(Mark::kDelivered, "carol", 1).moved);
}

TEST_CASE("in a room what is delivered is not kept, what is read is") {
    Given g;
    g.store.create("room", "live_stream", "alice", {"bob"});
    (void)g.store.append(to_conversation("alice", "room"));
    const auto moved = [&g](Mark mark) {
        const auto answer = g.store.submit(MoveWatermarks{{{mark, "bob", "room", Sequence{1}, {}}}});
        return std::get<Marked>(answer).moved;
    };
    CHECK_FALSE(moved(Mark::kDelivered));
    CHECK(moved(Mark::kRead));
}

TEST_CASE("who joined later begins with what was said since") {
    Given g;
    for (int i = 0; i < 3; ++i) g.says("alice");
    CHECK(g.store.change(MembershipChange::kAdd, "team", "alice", "dave"));
    CHECK(value(g.marks(Mark::kRead, "dave", 2).read) == 3);
    g.says("bob", "m");
    CHECK(g.marks(Mark::kRead, "dave", 4).moved);
    REQUIRE(g.told().size() == 1);
    CHECK(in_words(g.told()[0]) == "3-4 bob 4 (id of bobm)");
}

TEST_CASE("unread is what others said after the mark, in pairs and groups") {
    Given g;
    CHECK(g.store.unread("bob").empty());
    for (int i = 0; i < 4; ++i) g.says("alice");
    g.says("bob");
    (void)g.store.append(to_user("carol", "bob"));
    g.store.create("room", "live_stream", "bob", {"alice"});
    (void)g.store.append(to_conversation("alice", "room"));
    (void)g.marks(Mark::kRead, "bob", 1);
    const auto rows = g.store.unread("bob");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].conversation == "team");
    CHECK(rows[0].kind == "group");
    CHECK(value(rows[0].last) == 5);
    CHECK(value(rows[0].read) == 1);
    CHECK(rows[0].unread == 3);
    CHECK(rows[1].kind == "direct");
    CHECK(rows[1].unread == 1);
    CHECK(g.store.unread("nobody").empty());
    (void)g.marks(Mark::kRead, "bob", 5);
    CHECK(g.store.unread("bob").size() == 1);
    CHECK(g.store.change(MembershipChange::kAdd, "team", "alice", "dave"));
    CHECK(g.store.unread("dave").empty());
    g.says("alice");
    REQUIRE(g.store.unread("dave").size() == 1);
    CHECK(g.store.unread("dave")[0].unread == 1);
    CHECK(value(g.store.unread("dave")[0].read) == 5);
}

TEST_CASE("unread messages are counted up to a limit") {
    Given g;
    for (std::uint64_t i = 0; i < kMostUnread + 5; ++i)
        g.store.store().submit(to_conversation("alice", "team"), [](const Answer&) {});
    g.says("alice");
    CHECK(g.store.unread("bob").at(0).unread == kMostUnread);
}

}  // namespace causeway::storage
