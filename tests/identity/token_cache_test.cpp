#include "broker/identity/token_cache.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace causeway;
using namespace causeway::identity;

namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef-our-own";
constexpr WallTime kNow{1'800'000'000'000};

JwtSettings settings() {
    JwtSettings made;
    made.keys = {make_hmac_key("HS256", kSecret)};
    return made;
}

}  // namespace

TEST_CASE("the cache answers as the verifier does, and is bounded") {
    const auto verifier = std::make_shared<const TokenVerifier>(settings());
    TokenCache cache(verifier, 2);
    const auto token = [](int n) {
        return make_token(kSecret, R"({"sub":"u)" + std::to_string(n) + R"(","exp":1800000060})");
    };
    for (int round = 0; round < 2; ++round)
        for (int n = 0; n < 4; ++n) {
            const auto result = cache.verify(token(n), kNow);
            REQUIRE(std::holds_alternative<Identity>(result));
            CHECK(std::get<Identity>(result).user == "u" + std::to_string(n));
            CHECK(cache.size() <= 2);
        }
    CHECK(cache.size() == 2);
    const auto late = cache.verify(token(3), WallTime{1'800'000'060'000});
    REQUIRE(std::holds_alternative<Refusal>(late));
    CHECK(std::get<Refusal>(late).code == ErrorCode::kTokenExpired);
    CHECK_FALSE(std::holds_alternative<Identity>(cache.verify(token(3) + "A", kNow)));
    CHECK(cache.size() == 2);
    cache.replace(std::make_shared<const TokenVerifier>(JwtSettings{}));
    CHECK(cache.size() == 0);
    CHECK_FALSE(std::holds_alternative<Identity>(cache.verify(token(3), kNow)));
}
