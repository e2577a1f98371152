#include "broker/base/address_ranges.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace causeway;

TEST_CASE("an address is in a range when the bits of its prefix are the same") {
    struct Row {
        const char* range;
        const char* address;
        bool inside;
    };
    const Row rows[] = {
        {"10.0.0.0/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.1", false},
        {"10.1.2.3/8", "10.9.9.9", true},  // bits behind the prefix do not count
        {"192.0.2.128/25", "192.0.2.127", false},
        {"192.0.2.128/25", "192.0.2.128", true},
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"0.0.0.0/0", "255.255.255.255", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "2001:db8::1", true},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"10.0.0.0/8", "::ffff:10.0.0.1", true},
        {"::ffff:10.0.0.0/104", "10.200.0.1", true},
        {"10.0.0.0/8", "10.0.0.1:80", false},
        {"10.0.0.0/8", "", false},
        {"10.0.0.0/8", "elsewhere", false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.range);
        CAPTURE(row.address);
        CHECK(AddressRanges({row.range}).contains(row.address) == row.inside);
    }
    CHECK_FALSE(AddressRanges().contains("10.0.0.1"));
    CHECK(AddressRanges({"192.0.2.1", "10.0.0.0/8"}).contains("10.0.0.1"));
}

TEST_CASE("what is neither address nor range is refused by name") {
    for (const char* bad : {"", "x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8",
                            "::/129", "localhost", "10.0.0.0 /8", "/8", "010.0.0.1"}) {
        CAPTURE(bad);
        CHECK_THROWS_WITH_AS(AddressRanges({bad}), doctest::Contains((std::string("\"") + bad + '"').c_str()),
                             std::invalid_argument);
    }
}

TEST_CASE("an address is written in one way") {
    CHECK(written_address("::ffff:192.0.2.1") == "192.0.2.1");
    CHECK(written_address("2001:DB8:0:0::1") == "2001:db8::1");
    CHECK_FALSE(written_address("192.0.2"));
    CHECK_FALSE(written_address(std::string_view("192.0.2.1\0", 10)));
    CHECK(address_of_octets("\xc0\x01\x02\x03") == "192.1.2.3");
    CHECK(address_of_octets(std::string(15, '\0') + '\1') == "::1");
}
