#include <doctest/doctest.h>

#include <limits>

#include "tests/storage/fixture.hpp"

namespace causeway::storage {

TEST_CASE("an operator cannot set a cursor beyond the end, which `verify` would take for damage") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    for (int i = 0; i < 3; ++i) (void)store.append(to_user("alice", "bob"));
    const std::string name = "/user/queue/private-messages";
    const auto place = [&] { return store.state(private_log("bob"), "phone").cursor; };

    const std::uint64_t end = value(store.state(private_log("bob"), "phone").store_end);
    REQUIRE(store.move_cursor("bob", "phone", name, 1));
    for (const std::uint64_t to : {end + 1, std::numeric_limits<std::uint64_t>::max()}) {
        for (const std::string device : {"phone", ""}) {
            CAPTURE(to);
            CHECK(refused_with(store.submit(ResetCursors{"bob", device, name, Offset{to}})) ==
                  ErrorCode::kMessageInvalid);
            REQUIRE(place());
            CHECK(value(*place()) == 1);
        }
    }
    CHECK(std::get<Changed>(store.submit(ResetCursors{"bob", "phone", name, Offset{end}})).changed);
    CHECK(value(*place()) == end);
}

}  // namespace causeway::storage
