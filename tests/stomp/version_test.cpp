#include "stomp/version.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace causeway::stomp {
namespace {

TEST_CASE("no accept-version means 1.0: STOMP 1.2, \"Protocol Negotiation\"") {
    CHECK(negotiate(std::nullopt) == Version::k10);
}

TEST_CASE("the highest version in common is chosen: STOMP 1.2, \"Protocol Negotiation\"") {
    struct Row {
        const char* accept;
        std::optional<Version> agreed;
    } const rows[] = {
        {"1.0", Version::k10},
        {"1.1", Version::k11},
        {"1.2", Version::k12},
        {"1.0,1.1,2.0", Version::k11},
        {"1.2,1.1,1.0", Version::k12},
        {"1.1,1.2,1.0", Version::k12},
        {" 1.1 ,\t1.0", Version::k11},
        {"1.1,,1.0,", Version::k11},
        {"1.10,1.1", Version::k11},
        {"abc,1.0,1.", Version::k10},
        {"01.02", Version::k12},
        {"1.3,2.0", std::nullopt},
        {"1.10", std::nullopt},
        {"1", std::nullopt},
        {"1.", std::nullopt},
        {"1.2.3", std::nullopt},
        {"-1.2", std::nullopt},
        {"1.-2", std::nullopt},
        {"1.99999999999999999999", std::nullopt},
        {",", std::nullopt},
        {"", std::nullopt},
    };
    for (const Row& row : rows) {
        CAPTURE(row.accept);
        CHECK(negotiate(row.accept) == row.agreed);
    }
}

TEST_CASE("versions are written as they are negotiated") {
    for (const Version version : {Version::k10, Version::k11, Version::k12}) {
        CHECK(negotiate(to_string(version)) == version);
        CHECK(kSupportedVersions.find(to_string(version)) != std::string_view::npos);
    }
}

TEST_CASE("the highest known WebSocket sub-protocol of those offered is picked, else none") {
    using Offer = std::vector<std::string>;
    CHECK(pick_sub_protocol(Offer{"v12.stomp", "v11.stomp", "v10.stomp"}) == "v12.stomp");
    CHECK(pick_sub_protocol(Offer{"v10.stomp", "v11.stomp"}) == "v11.stomp");
    CHECK(pick_sub_protocol(Offer{"wss", "v10.stomp"}) == "v10.stomp");
    CHECK(!pick_sub_protocol(Offer{"wss", "ws"}));
    CHECK(!pick_sub_protocol(Offer{"V12.STOMP"}));
    CHECK(!pick_sub_protocol({}));
}

}  // namespace
}  // namespace causeway::stomp
