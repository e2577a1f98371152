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
    std::uint64_t last = 0;

    void says(const std::string& room) {
        ++last;
        ++sequences[room];
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

void check_against(StoreUnderTest& store, Model& model, std::size_t limit) {
    for (const auto& user : kNames) {
        CAPTURE(user);
        CHECK(read_in_pages(store, private_log(user), limit) == model.private_messages[user]);
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
