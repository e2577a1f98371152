#include "stomp/octets.hpp"

#include <doctest/doctest.h>

#include <string>

namespace causeway::stomp {
namespace {

// A text of any length with any octet anywhere among ordinary ones.
template <typename IsFine, typename Expected>
void check_each_octet(IsFine is_fine, Expected expected, char ordinary) {
    for (std::size_t size = 0; size <= 40; ++size) {
        std::string text(size, ordinary);
        CHECK(is_fine(text));
        for (std::size_t at = 0; at < size; ++at) {
            for (int octet = 0; octet < 256; ++octet) {
                text[at] = static_cast<char>(octet);
                if (is_fine(text) != expected(octet)) FAIL("octet ", octet, " at ", at, " of ", size);
            }
            text[at] = ordinary;
        }
    }
}

TEST_CASE("one octet that is not plain is found wherever it stands") {
    const auto plain = [](int octet) { return octet < 0x80 && octet != 0 && octet != '\r' && octet != '\\'; };
    check_each_octet(is_plain, plain, 'x');
    check_each_octet(is_plain, plain, '\x01');
}

TEST_CASE("one octet that needs an escape is found wherever it stands, also among octets beyond ASCII") {
    const auto fine = [](int octet) {
        return octet != 0 && octet != '\r' && octet != '\n' && octet != ':' && octet != '\\';
    };
    check_each_octet(needs_no_escape, fine, 'x');
    check_each_octet(needs_no_escape, fine, '\xff');
    check_each_octet(needs_no_escape, fine, '\x01');
}

TEST_CASE("UTF-8 is that of RFC 3629, section 4") {
    struct Row {
        std::string text;
        bool valid;
    } const rows[] = {
        {"", true},
        {"plain", true},
        {std::string(1, '\0'), true},
        {"\xc2\x80", true},
        {"\xdf\xbf", true},
        {"\xe0\xa0\x80", true},
        {"\xed\x9f\xbf", true},
        {"\xee\x80\x80", true},
        {"\xef\xbf\xbf", true},
        {"\xf0\x90\x80\x80", true},
        {"\xf4\x8f\xbf\xbf", true},
        {"a\xc3\xa4z", true},
        {"\x80", false},
        {"\xc0\x80", false},
        {"\xc1\xbf", false},
        {"\xe0\x9f\xbf", false},
        {"\xed\xa0\x80", false},
        {"\xed\xbf\xbf", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xf4\x90\x80\x80", false},
        {"\xf8\x88\x80\x80\x80", false},
        {"\xff", false},
        {"\xc3", false},
        {"\xe4\xb8", false},
        {"\xf0\x9f\x98", false},
        {"\xc3z", false},
        {"\xe4\xb8z", false},
        {"\xc3\xc3\xa4", false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(is_utf8(row.text) == row.valid);
    }
}

}  // namespace
}  // namespace causeway::stomp
