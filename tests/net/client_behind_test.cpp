#include "broker/net/client_behind.hpp"

#include <doctest/doctest.h>

using namespace causeway;
using namespace causeway::net;

namespace {

const AddressRanges kTrusted({"10.0.0.0/8", "2001:db8::/32"});

HttpHead with(const std::vector<std::string>& values) {
    HttpHead head;
    for (const auto& value : values) head.headers.emplace_back("x-forwarded-for", value);
    return head;
}

}  // namespace

TEST_CASE("the client is the right-most address that no trusted proxy has") {
    struct Row {
        std::vector<std::string> values;
        const char* client;
    };
    const Row rows[] = {
        {{}, "10.0.0.1"},
        {{""}, "10.0.0.1"},
        {{"192.0.2.7"}, "192.0.2.7"},
        {{"6.6.6.6, 192.0.2.7"}, "192.0.2.7"},  // what the client made up stands left
        {{"6.6.6.6", "192.0.2.7, 10.9.9.9"}, "192.0.2.7"},
        {{"6.6.6.6, 192.0.2.7", "10.9.9.9"}, "192.0.2.7"},
        {{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
        {{"192.0.2.7:4711"}, "192.0.2.7"},
        {{"[2001:db9::7]:4711"}, "2001:db9::7"},
        {{"[2001:db9::7]"}, "2001:db9::7"},
        {{"2001:DB9::7"}, "2001:db9::7"},
        {{"::ffff:192.0.2.7"}, "192.0.2.7"},
        {{"192.0.2.7, unknown"}, "10.0.0.1"},
        {{"192.0.2.7, unknown, 10.0.0.2"}, "10.0.0.2"},
        {{"[2001:db9::7"}, "10.0.0.1"},
        {{"192.0.2.7,, ,"}, "192.0.2.7"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.client);
        CHECK(client_behind(with(row.values), "X-Forwarded-For", "10.0.0.1", kTrusted) == row.client);
    }
}

TEST_CASE("who is not trusted speaks for nobody") {
    CHECK(client_behind(with({"192.0.2.7"}), "X-Forwarded-For", "198.51.100.1", kTrusted) == "198.51.100.1");
    CHECK(client_behind(with({"192.0.2.7"}), "X-Forwarded-For", "10.0.0.1", {}) == "10.0.0.1");
    CHECK(client_behind(with({"192.0.2.7"}), "X-Real-IP", "10.0.0.1", kTrusted) == "10.0.0.1");
    CHECK(client_behind(with({"192.0.2.7"}), "", "10.0.0.1", kTrusted) == "10.0.0.1");
}
