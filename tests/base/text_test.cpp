#include <doctest/doctest.h>

#include "broker/base/base64.hpp"
#include "broker/base/utf8.hpp"

using namespace causeway;

TEST_CASE("base64 of RFC 4648 section 10") {
    const std::pair<const char*, const char*> rows[] = {{"", ""},         {"f", "Zg=="},     {"fo", "Zm8="},
                                                        {"foo", "Zm9v"},  {"foob", "Zm9vYg=="},
                                                        {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
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
    for (const char* good : {"", "plain ascii text", "\u00e9", "\u4f60\u597d", "\U0001F600", "\xf4\x8f\xbf\xbf"})
        CHECK(is_valid_utf8(good));
    for (const char* bad : {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5",
                            "long enough ascii \xff", "12345678\xe4\xbd"})
        CHECK_FALSE(is_valid_utf8(bad));
}
