#include "broker/net/query.hpp"

#include <doctest/doctest.h>

using namespace causeway::net;

TEST_CASE("a query string is decoded") {
    const auto query = Query::parse("token=a.b%2Bc&x=1+2&empty=&flag&&x=3&%74wo=%C3%A9");
    REQUIRE(query);
    CHECK(query->token() == "a.b+c");
    CHECK(query->get("x") == "1 2");
    CHECK(query->get("empty") == "");
    CHECK(query->get("flag") == "");
    CHECK(query->get("two") == "\xc3\xa9");
    CHECK_FALSE(query->get("none"));
    CHECK(query->parameters().size() == 6);
}

TEST_CASE("a badly encoded query is refused") {
    for (const char* bad : {"a=%", "a=%4", "a=%zz", "%g0=1", "a=%00", "%00"}) {
        CAPTURE(bad);
        CHECK_FALSE(Query::parse(bad));
    }
    std::string many = "a";
    for (int i = 0; i < 64; ++i) many += "&a";
    CHECK_FALSE(Query::parse(many));
    CHECK(Query::parse(""));
}

TEST_CASE("token comes before access_token") {
    CHECK(Query::parse("access_token=b&token=a")->token() == "a");
    CHECK(Query::parse("access_token=b")->token() == "b");
    CHECK(Query::parse("x=b")->token().empty());
}

TEST_CASE("a logged target holds no secret and no control octet") {
    const std::pair<std::string, std::string> rows[] = {
        {"/ws", "/ws"},
        {"/ws?deviceId=d1", "/ws?deviceId=d1"},
        {"/ws?token=abc&x=1", "/ws?token=***&x=1"},
        {"/ws?x=1&access_token=abc", "/ws?x=1&access_token=***"},
        {"/ws?TOKEN=abc", "/ws?TOKEN=***"},
        {"/ws?%74oken=abc", "/ws?%74oken=***"},
        {"/ws?%74%6Fken%zz=abc", "/ws?%74%6Fken%zz=***"},
        {"/ws?passcode=abc&signature=x&Authorization=y", "/ws?passcode=***&signature=***&Authorization=***"},
        {"/ws?token", "/ws?token"},
        {"/ws?token=a=b", "/ws?token=***"},
        {"/ws?token=a?token=b", "/ws?token=***"},
        {"/a\nb\x1b", "/a?b?"},
    };
    for (const auto& [target, logged] : rows) CHECK(redacted(target) == logged);
}
