#include <doctest/doctest.h>

#include <string>
#include <unordered_set>

#include "broker/base/base64.hpp"
#include "broker/base/utf8.hpp"

using namespace causeway;

TEST_CASE("base64 of RFC 4648 section 10") {
    const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                        {"f", "Zg=="},
                                                        {"fo", "Zm8="},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg=="},
                                                        {"fooba", "Zm9vYmE="},
                                                        {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : rows) {
        CHECK(base64_encode(bytes) == text);
        CHECK(base64_decode(text) == bytes);
    }
}

TEST_CASE("base64 refuses what is not canonical") {
    for (const char* text : {"Zg", "Zg=", "Zh==", "Z===", "Zm9v=", "Zm 9", "Zm9-", "====", "Zg==Zg=="})
        CHECK_FALSE(base64_decode(text));
    for (const char* text : {"Zg==", "Zh", "Z", "Zm9+", "Zm9v\n"}) CHECK_FALSE(base64url_decode(text));
    CHECK(base64url_decode(base64url_encode("\xff\xfe\xfd")) == "\xff\xfe\xfd");
}

TEST_CASE("UTF-8 of RFC 3629") {
    for (const char* good :
         {"", "plain ascii text", "\u00e9", "\u4f60\u597d", "\U0001F600", "\xf4\x8f\xbf\xbf"})
        CHECK(is_valid_utf8(good));
    for (const char* bad : {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                            "\xf5", "long enough ascii \xff", "12345678\xe4\xbd"})
        CHECK_FALSE(is_valid_utf8(bad));
}

namespace {

std::string utf8_of(char32_t point) {
    const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | (point >> shift & 0x3fU)); };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xc0U | point >> 6U), tail(0)};
    if (point < 0x10000) return {static_cast<char>(0xe0U | point >> 12U), tail(6), tail(0)};
    return {static_cast<char>(0xf0U | point >> 18U), tail(12), tail(6), tail(0)};
}

}  // namespace

TEST_CASE("a text is broken as soon as no character begins like it, and not before") {
    std::unordered_set<std::string> beginnings;
    for (char32_t point = 0; point <= 0x10ffff; ++point) {
        if (point >= 0xd800 && point <= 0xdfff) continue;
        const std::string whole = utf8_of(point);
        for (std::size_t size = 1; size < whole.size(); ++size) beginnings.insert(whole.substr(0, size));
        const Utf8Beginning read = utf8_beginning("abc" + whole);
        if (read.broken || read.octets != 3 + whole.size())
            FAIL("code point " << static_cast<unsigned>(point));
    }
    const auto agrees = [&](const std::string& octets) {
        const Utf8Beginning read = utf8_beginning(octets);
        return read.octets == 0 && read.broken != beginnings.contains(octets);
    };
    std::size_t checked = 0;
    for (unsigned a = 0x80; a < 0x100; ++a) {
        const std::string one{static_cast<char>(a)};
        CHECK(agrees(one));
        for (unsigned b = 0; b < 0x100 && beginnings.contains(one); ++b) {
            const std::string two = one + static_cast<char>(b);
            if (is_valid_utf8(two)) continue;
            if (!agrees(two)) FAIL("octets " << a << " " << b);
            for (unsigned c = 0; c < 0x100 && beginnings.contains(two); ++c, ++checked) {
                const std::string three = two + static_cast<char>(c);
                if (!is_valid_utf8(three) && !agrees(three)) FAIL("octets " << a << " " << b << " " << c);
            }
        }
    }
    CHECK(checked > 200'000);
}
