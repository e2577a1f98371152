#include <doctest/doctest.h>

#include <array>
#include <map>
#include <random>
#include <set>

#include "tests/storage/fixture.hpp"

namespace causeway::storage {

namespace {

const std::array<std::string, 4> kNames{"alice", "bob", "carol", "dave"};
const std::array<std::string, 3> kRooms{"r0", "r1", "r2"};

// What the store ought to hold, in the simplest words there are.
struct Model {
    std::map<std::string, std::set<std::string>> members;                            // by room
    std::map<std::string, std::uint64_t> sequences;                                  // by room or pair
    std::map<std::pair<std::string, std::string>, std::vector<std::uint64_t>> seen;  // by user and room
    std::map<std::string, std::vector<std::uint64_t>> private_messages;              // by user
    std::map<std::string, std::vector<std::uint64_t>> offsets;                       // by room
    std::uint64_t last = 0;

    void says(const std::string& room) {
        ++last;
        ++sequences[room];
        offsets[room].push_back(last);
        for (const auto& user : members[room]) seen[{user, room}].push_back(last);
    }
    void writes(const std::string& from, const std::string& to) {
        ++last;
        ++sequences[std::min(from, to) + "+" + std::max(from, to)];
        for (const auto& user : std::set<std::string>{from, to}) private_messages[user].push_back(last);
    }
};

std::vector<std::uint64_t> read_in_pages(StoreUnderTest& store, const Log& log, std::size_t limit) {
    std::vector<std::uint64_t> offsets;
    for (bool end = false; !end;) {
        const auto page = store.page(log, offsets.empty() ? 0 : offsets.back(), limit);
        for (const auto offset : offsets_of(page)) offsets.push_back(offset);
        end = page.end;
    }
    return offsets;
}

std::vector<std::uint64_t> sync_in_pages(StoreUnderTest& store, SyncQuery query) {
    std::vector<std::uint64_t> offsets;
    for (bool end = false; !end;) {
        if (!offsets.empty()) query.page_after = Offset{offsets.back()};
        const auto page = store.sync(query);
        for (const auto offset : offsets_of(page)) offsets.push_back(offset);
        end = page.complete;
    }
    return offsets;
}

// All that a user missed after `after`, and of one room what came after a sequence.
void check_sync(StoreUnderTest& store, Model& model, const std::string& user, std::size_t limit,
                std::uint64_t after, std::uint64_t sequence) {
    SyncQuery query;
    query.user = user;
    query.after = Offset{after};
    query.limit = limit;
    for (const bool with_cursor : {false, true}) {
        if (with_cursor) query.cursors = {{kRooms[0], Sequence{sequence}}};
        std::set<std::uint64_t> expected;
        const auto add = [&](const std::vector<std::uint64_t>& offsets, std::uint64_t from) {
            for (const auto offset : offsets)
                if (offset > from) expected.insert(offset);
        };
        add(model.private_messages[user], after);
        for (const auto& room : kRooms) {
            const auto& numbered = model.offsets[room];
            const std::uint64_t known = std::min<std::uint64_t>(sequence, numbered.size());
            const std::uint64_t from = known == 0 ? 0 : numbered[known - 1];
            add(model.seen[{user, room}], with_cursor && room == kRooms[0] ? from : after);
        }
        CHECK(sync_in_pages(store, query) == std::vector<std::uint64_t>(expected.begin(), expected.end()));
    }
}

void check_against(StoreUnderTest& store, Model& model, std::size_t limit) {
    for (const auto& user : kNames) {
        CAPTURE(user);
        CHECK(read_in_pages(store, private_log(user), limit) == model.private_messages[user]);
        CHECK(read_in_pages(store, messages_log(user), limit) == model.private_messages[user]);
        check_sync(store, model, user, limit, model.last / (limit + 1), 3 * limit);
        for (const auto& room : kRooms) {
            CAPTURE(room);
            const auto& seen = model.seen[{user, room}];
            CHECK(read_in_pages(store, conversation_log(user, room), limit) == seen);
            const auto state = store.state(conversation_log(user, room));
            CHECK(value(state.first) == (seen.empty() ? 0 : seen.front()));
            CHECK(value(state.last) == (seen.empty() ? 0 : seen.back()));
        }
    }
}

}  // namespace

TEST_CASE("whatever is said, joined and left, every reader sees what a simple model says, in order") {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        const auto any = [&](const auto& of) -> const std::string& { return of[random() % of.size()]; };
        TemporaryDirectory directory;
        StoreUnderTest store(directory.path());
        Model model;
        for (const auto& room : kRooms) store.create(room, "live_stream", "");
        for (int step = 0; step < 300; ++step) {
            const std::string& user = any(kNames);
            const std::string& room = any(kRooms);
            auto& members = model.members[room];
            switch (random() % 8) {
                case 0: {
                    const std::string& to = any(kNames);
                    CHECK(value(store.append(to_user(user, to)).offset) == model.last + 1);
                    model.writes(user, to);
                    break;
                }
                case 1:
                case 2:
                    CHECK(store.change(MembershipChange::kJoin, room, user, user) ==
                          members.insert(user).second);
                    break;
                case 3:
                    CHECK(store.change(MembershipChange::kLeave, room, user, user) ==
                          (members.erase(user) > 0));
                    break;
                case 4:
                    if (random() % 10 == 0) store.reopen();
                    break;
                default: {
                    const Answer answer = store.submit(to_conversation(user, room));
                    REQUIRE(std::holds_alternative<Appended>(answer) == members.contains(user));
                    if (!members.contains(user)) break;
                    model.says(room);
                    CHECK(value(std::get<Appended>(answer).sequence) == model.sequences[room]);
                }
            }
        }
        check_against(store, model, 1 + random() % 7);
    }
}

}  // namespace causeway::storage
