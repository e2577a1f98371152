#include <doctest/doctest.h>

#include "tests/storage/fixture.hpp"

namespace causeway::storage {

namespace {

const std::string kName = "/user/queue/private-messages";

// Alice has sent bob a number of messages.
struct Given {
    explicit Given(int messages) {
        for (int i = 0; i < messages; ++i) (void)store.append(to_user("alice", "bob"));
    }
    LogState bobs_phone() { return store.state(private_log("bob"), "phone"); }

    TemporaryDirectory directory;
    StoreUnderTest store{directory.path()};
};

}  // namespace

TEST_CASE("what was written moves forward only, and makes no cursor of its own") {
    Given g(5);
    g.store.session("bob", "phone", kName, 0, 3);
    CHECK_FALSE(g.bobs_phone().cursor);
    CHECK(value(g.bobs_phone().written) == 3);
    CHECK(g.store.cursors("bob").empty());
    g.store.session("bob", "phone", kName, 0, 2);
    CHECK(value(g.bobs_phone().written) == 3);
    CHECK(g.store.move_cursor("bob", "phone", kName, 1));
    CHECK(value(*g.bobs_phone().cursor) == 1);
    CHECK(value(g.bobs_phone().written) == 3);
    CHECK_FALSE(g.store.move_cursor("bob", "phone", kName, 1));
}

TEST_CASE("a device's first place in a log stays, whoever else asks for one") {
    Given g(5);
    const auto place = [&](std::uint64_t first) {
        return std::get<Changed>(
                   g.store.submit(MoveCursors{{{"bob", "phone", kName, {}, {}, 0, Offset{first}}}}))
            .changed;
    };
    g.store.session("bob", "phone", kName, 0, 3);  // sent something, confirmed nothing
    CHECK(place(0));
    REQUIRE(g.bobs_phone().cursor);
    CHECK(value(*g.bobs_phone().cursor) == 0);
    CHECK_FALSE(place(4));
    CHECK(value(*g.bobs_phone().cursor) == 0);
    CHECK(g.store.move_cursor("bob", "phone", kName, 3));
    CHECK_FALSE(place(4));
    CHECK_FALSE(place(2));
    g.store.reopen();
    CHECK(value(*g.bobs_phone().cursor) == 3);
    (void)g.store.submit(ResetCursors{"bob", "phone", kName, {}});
    CHECK(place(2));
    CHECK(value(*g.bobs_phone().cursor) == 2);
}

TEST_CASE(
    "while another session receives, everything committed may have been sent; when it ends, what it says") {
    Given g(2);
    g.store.session("bob", "phone", kName, +1);
    CHECK(value(g.bobs_phone().written) == 0);  // the one that asks
    g.store.session("bob", "phone", kName, +1);
    CHECK(value(g.bobs_phone().written) == 2);
    (void)g.store.append(to_user("alice", "bob"));
    CHECK(value(g.bobs_phone().written) == 3);
    g.store.session("bob", "phone", kName, +1);
    g.store.session("bob", "phone", kName, -1, 2);
    CHECK(value(g.bobs_phone().written) == 3);  // one is still there
    g.store.session("bob", "phone", kName, -1, 3);
    (void)g.store.append(to_user("alice", "bob"));
    CHECK(value(g.bobs_phone().written) == 3);
    g.store.session("bob", "phone", kName, -1);
    g.store.session("bob", "phone", kName, -1);  // more ends than beginnings
    g.store.session("bob", "phone", kName, +1);
    g.store.session("bob", "phone", kName, +1);
    CHECK(value(g.bobs_phone().written) == 4);
    CHECK(value(g.store.state(private_log("bob"), "laptop").written) == 0);
}

TEST_CASE("a session that a crash ended may have been sent what was committed until then, and no more") {
    Given g(2);
    g.store.session("bob", "phone", kName, +1);
    g.store.reopen();
    CHECK(value(g.bobs_phone().written) == 2);
    (void)g.store.append(to_user("alice", "bob"));
    CHECK(value(g.bobs_phone().written) == 2);
}

TEST_CASE("an operator sets a cursor, backwards as well, or makes it forgotten") {
    Given g(5);
    for (const std::string device : {"phone", "laptop"})
        for (const std::string log : {"/topic/a", "/topic/b"})
            (void)g.store.move_cursor("bob", device, log, 5);
    (void)g.store.move_cursor("alice", "phone", "/topic/a", 5);
    const auto places = [&](const std::string& user) {
        std::vector<std::string> found;
        for (const auto& row : g.store.cursors(user))
            found.push_back(row.device + row.log + " " + std::to_string(value(row.offset)));
        return found;
    };
    const auto reset = [&](ResetCursors request) {
        return std::get<Changed>(g.store.submit(std::move(request))).changed;
    };
    CHECK(places("bob").size() == 4);
    CHECK(reset({"bob", "phone", "/topic/a", Offset{2}}));
    CHECK(reset({"bob", "tablet", "/topic/c", Offset{1}}));
    CHECK(places("bob") == std::vector<std::string>{"laptop/topic/a 5", "laptop/topic/b 5", "phone/topic/a 2",
                                                    "phone/topic/b 5", "tablet/topic/c 1"});
    CHECK(reset({"bob", "laptop", "", Offset{3}}));
    CHECK(reset({"bob", "phone", "", {}}));
    CHECK(places("bob") ==
          std::vector<std::string>{"laptop/topic/a 3", "laptop/topic/b 3", "tablet/topic/c 1"});
    CHECK(reset({"bob", "", "/topic/a", {}}));
    CHECK(places("bob") == std::vector<std::string>{"laptop/topic/b 3", "tablet/topic/c 1"});
    CHECK(reset({"bob", "", "", {}}));
    CHECK(places("bob").empty());
    CHECK_FALSE(reset({"bob", "", "", {}}));
    CHECK_FALSE(reset({"nobody", "", "", {}}));
    CHECK(refused_with(g.store.submit(ResetCursors{})) == ErrorCode::kMessageInvalid);
    CHECK(places("alice").size() == 1);
    CHECK(g.store.cursors("").size() == 1);
    CHECK(g.store.cursors("")[0].user == "alice");
}

TEST_CASE("a cursor that nothing touches for ninety days is forgotten, unless a session uses it") {
    Given g(1);
    (void)g.store.move_cursor("bob", "old", kName, 1);
    g.store.session("bob", "in use", kName, +1);
    (void)g.store.move_cursor("bob", "in use", kName, 1);
    g.store.clock().advance(std::chrono::hours(60 * 24));
    (void)g.store.move_cursor("bob", "younger", kName, 1);
    g.store.clock().advance(std::chrono::hours(31 * 24));
    // Each commit is followed by a look at what has expired.
    for (int i = 0; i < 3; ++i) {
        (void)g.store.append(to_user("alice", "bob"));
        g.store.clock().advance(std::chrono::seconds(11));
    }
    g.store.reopen();
    std::vector<std::string> devices;
    for (const auto& row : g.store.cursors("bob")) devices.push_back(row.device);
    CHECK(devices == std::vector<std::string>{"in use", "younger"});
}

}  // namespace causeway::storage
