#include "storage/member_list.hpp"

#include <doctest/doctest.h>

#include <set>

#include "broker/base/random.hpp"

namespace causeway::storage {

namespace {

using Names = std::vector<std::string>;

Names many(int count) {
    Names names;
    for (int i = 0; i < count; ++i) names.push_back("user" + std::to_string(i));
    return names;
}

std::size_t dice(SeededRandom& random, std::size_t sides) {
    unsigned char bytes[4];
    random.fill(bytes, sizeof bytes);
    return (bytes[0] | (std::size_t{bytes[1]} << 8) | (std::size_t{bytes[2]} << 16)) % sides;
}

}  // namespace

TEST_CASE("a list of members is sorted and has each name once") {
    MemberList list({"carol", "alice"});
    CHECK(list.insert("bob"));
    CHECK_FALSE(list.insert("bob"));
    CHECK(list.names() == Names{"alice", "bob", "carol"});
    CHECK(list.has("bob"));
    CHECK_FALSE(list.has("bo"));
    CHECK(list.erase("alice"));
    CHECK_FALSE(list.erase("alice"));
    CHECK(list.erase("bob"));
    CHECK(list.erase("carol"));
    CHECK(list.size() == 0);
    CHECK(list.begin() == list.end());
    CHECK_FALSE(list.has("alice"));
    CHECK(list.insert(""));
    CHECK(list.names() == Names{""});
}

TEST_CASE("a copy stays as it was, and a change copies few of the names") {
    MemberList list(many(10'000));
    const MemberList before = list;
    CHECK(list.insert("user5000a"));
    CHECK(list.erase("user7"));
    CHECK(before.size() == 10'000);
    CHECK(before.has("user7"));
    CHECK_FALSE(before.has("user5000a"));
    std::set<const std::string*> held;
    for (const std::string& name : before) held.insert(&name);
    std::size_t copied = 0;
    for (const std::string& name : list) copied += held.contains(&name) ? 0 : 1;
    CHECK(copied > 0);
    CHECK(copied <= 256);
}

TEST_CASE("a list of members is the set that a model says, whatever comes and goes") {
    SeededRandom random(7);
    const Names names = many(1000);
    MemberList list;
    std::set<std::string> model;
    for (int round = 0; round < 20'000; ++round) {
        const std::string& name = names[dice(random, names.size())];
        // Fills up, then empties.
        const bool comes = dice(random, 100) < (round < 10'000 ? 70U : 30U);
        if (comes)
            CHECK(list.insert(name) == model.insert(name).second);
        else
            CHECK(list.erase(name) == (model.erase(name) == 1));
        if (round % 1000 == 0) {
            REQUIRE(list.names() == Names(model.begin(), model.end()));
            REQUIRE(list.size() == model.size());
        }
    }
}

}  // namespace causeway::storage
