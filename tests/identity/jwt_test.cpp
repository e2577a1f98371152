#include "broker/identity/jwt.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "broker/base/base64.hpp"

using namespace causeway;
using namespace causeway::identity;

namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef-our-own";
constexpr WallTime kNow{1'800'000'000'000};
const std::string kGoodHeader = R"({"alg":"HS256","typ":"JWT"})";
const std::string kGoodClaims = R"({"sub":"bob","exp":1800000060})";

JwtSettings settings() {
    JwtSettings made;
    made.keys = {make_hmac_key("HS256", kSecret)};
    return made;
}

// Signed with our secret, whatever the header and the payload say.
std::string signed_token(const std::string& header, const std::string& claims) {
    const std::string text = base64url_encode(header) + "." + base64url_encode(claims);
    return text + "." + base64url_encode(make_hmac_key("HS256", kSecret)->sign(text));
}

TokenFault fault(const std::string& token, JwtSettings with = settings()) {
    const auto result = TokenVerifier(std::move(with)).examine(token, kNow);
    REQUIRE(std::holds_alternative<TokenFault>(result));
    return std::get<TokenFault>(result);
}
TokenFault fault_of_header(const std::string& header) { return fault(signed_token(header, kGoodClaims)); }
TokenFault fault_of_claims(const std::string& claims, JwtSettings with = settings()) {
    return fault(signed_token(kGoodHeader, claims), std::move(with));
}
Identity accepted(const std::string& token, JwtSettings with = settings()) {
    auto result = TokenVerifier(std::move(with)).verify(token, kNow);
    REQUIRE(std::holds_alternative<Identity>(result));
    return std::get<Identity>(std::move(result));
}

}  // namespace

TEST_CASE("the token of RFC 7515, A.1 has the signature printed there") {
    const auto secret = base64url_decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    const std::string text =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    CHECK(base64url_encode(make_hmac_key("HS256", *secret)->sign(text)) ==
          "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST_CASE("a good token says who its bearer is") {
    const Identity bob =
        accepted(signed_token(kGoodHeader, R"({"sub":"bob","name":"Bob Smith","roles":["admin","agent"],
        "departments":"tech","permissions":["ticket:7"],"jti":"t1","iat":1799999990,"exp":1800000060,
        "address":{"city":["x",{"a":1}]},"ratio":0.5})"));
    CHECK(bob.user == "bob");
    CHECK(bob.name == "Bob Smith");
    CHECK(bob.roles == std::vector<std::string>{"admin", "agent"});
    CHECK(bob.departments == std::vector<std::string>{"tech"});
    CHECK(bob.permissions == std::vector<std::string>{"ticket:7"});
    CHECK(bob.token_id == "t1");
    CHECK(bob.expires_at == WallTime{1'800'000'060'000});
    CHECK(bob.issued_at == WallTime{1'799'999'990'000});
    CHECK_FALSE(bob.anonymous);
}

TEST_CASE("the order and the spelling of a header's members do not matter") {
    for (const char* header : {R"({"typ":"JWT","alg":"HS256"})", R"({"alg":"HS256"})",
                               R"({ "typ" : "at+jwt" , "alg" : "HS256" })"})
        CHECK(accepted(signed_token(header, kGoodClaims)).user == "bob");
}

TEST_CASE("the user may come from another claim and may be a number") {
    auto with = settings();
    with.user_claim = "userId";
    CHECK(accepted(signed_token(kGoodHeader, R"({"sub":"x","userId":12345,"exp":1800000060})"), with).user ==
          "12345");
    CHECK(fault_of_claims(kGoodClaims, with) == TokenFault::kUser);
}

TEST_CASE("what claims_of writes is read back the same, under every HMAC") {
    const Identity alice{"alice", "Ali\"ce", {"r"}, {"d"}, {"p"}, WallTime{1'800'000'001'000},
                         kNow,    "id",      false};
    for (const char* algorithm : {"HS256", "HS384", "HS512"}) {
        const auto key = make_hmac_key(algorithm, std::string(64, 'k'), "key-1");
        JwtSettings with;
        with.keys = {key};
        const Identity back = accepted(make_token(*key, claims_of(alice, kNow)), with);
        CHECK(back.user == alice.user);
        CHECK(back.name == alice.name);
        CHECK(back.roles == alice.roles);
        CHECK(back.departments == alice.departments);
        CHECK(back.permissions == alice.permissions);
        CHECK(back.expires_at == alice.expires_at);
        CHECK(back.token_id == alice.token_id);
    }
}

TEST_CASE("headers: the key says how a token is checked, the token does not") {
    const std::pair<std::string, TokenFault> rows[] = {
        {R"({"alg":"none"})", TokenFault::kNoKey},
        {R"({"alg":"None"})", TokenFault::kNoKey},
        {R"({"alg":"nOnE"})", TokenFault::kNoKey},
        {R"({"alg":""})", TokenFault::kNoKey},
        {R"({"alg":"hs256"})", TokenFault::kNoKey},
        {R"({"alg":"HS384"})", TokenFault::kNoKey},
        {R"({"alg":"HS512"})", TokenFault::kNoKey},
        {R"({"alg":"RS256"})", TokenFault::kNoKey},
        {R"({"alg":"ES256"})", TokenFault::kNoKey},
        {R"({"alg":"HS256\u0000"})", TokenFault::kNoKey},
        {R"({"typ":"JWT"})", TokenFault::kHeader},
        {R"({})", TokenFault::kHeader},
        {R"({"alg":["HS256"]})", TokenFault::kHeader},
        {R"({"alg":null})", TokenFault::kHeader},
        {R"({"alg":256})", TokenFault::kHeader},
        {R"({"alg":{"HS256":1}})", TokenFault::kHeader},
        {R"({"alg":"HS256","alg":"none"})", TokenFault::kHeader},
        {R"({"alg":"none","al\u0067":"HS256"})", TokenFault::kHeader},
        {R"({"alg":"HS256","crit":["exp"]})", TokenFault::kHeader},
        {R"({"alg":"HS256","crit":[]})", TokenFault::kHeader},
        {R"({"alg":"HS256","b64":false})", TokenFault::kHeader},
        {R"({"alg":"HS256","zip":"DEF"})", TokenFault::kHeader},
        {R"({"alg":"HS256","enc":"A128GCM"})", TokenFault::kHeader},
        {R"({"alg":"HS256","typ":"rt+jwt"})", TokenFault::kHeader},
        {R"({"alg":"HS256","typ":"logout+jwt"})", TokenFault::kHeader},
        {R"({"alg":"HS256","typ":1})", TokenFault::kHeader},
        {R"({"alg":"HS256","kid":1})", TokenFault::kHeader},
        {R"({"alg":"HS256","kid":""})", TokenFault::kHeader},
        {R"({"alg":"HS256","kid":["a"]})", TokenFault::kHeader},
        {R"({"alg":"HS256"} )" + std::string("x"), TokenFault::kHeader},
        {R"(["alg","HS256"])", TokenFault::kHeader},
        {R"("HS256")", TokenFault::kHeader},
        {"", TokenFault::kHeader},
        {"not json", TokenFault::kHeader},
        {"{\"alg\":\"HS256\",\"x\":\"\xff\"}", TokenFault::kHeader},
        {R"({"alg":"HS256","x":")" + std::string(2100, 'x') + "\"}", TokenFault::kHeader},
        {R"({"alg":"HS256","x":)" + std::string(500, '[') + std::string(500, ']') + "}", TokenFault::kHeader},
        {R"({"alg":"HS256","x":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}})", TokenFault::kHeader},
    };
    for (const auto& [header, expected] : rows) {
        CAPTURE(header);
        CHECK(fault_of_header(header) == expected);
    }
}

TEST_CASE("keys that a header brings or points to are not looked at") {
    for (const char* extra : {R"("jku":"https://evil.example/k")", R"("x5u":"file:///etc/passwd")",
                              R"("jwk":{"kty":"oct","k":"AA"})", R"("x5c":["AA"])",
                              R"("kid":"../../dev/null")", R"("kid":"'; DROP TABLE keys")"}) {
        CAPTURE(extra);
        const std::string header = R"({"alg":"HS256",)" + std::string(extra) + "}";
        CHECK(accepted(signed_token(header, kGoodClaims)).user == "bob");
        const std::string text = base64url_encode(header) + "." + base64url_encode(kGoodClaims);
        const std::string other(32, '\0');
        CHECK(fault(text + "." + base64url_encode(make_hmac_key("HS256", other)->sign(text))) ==
              TokenFault::kSignature);
    }
}

TEST_CASE("a key with an id serves only tokens with that id, and several keys are tried for rotation") {
    JwtSettings with;
    const auto old_key = make_hmac_key("HS256", std::string(32, 'o'), "old");
    const auto new_key = make_hmac_key("HS256", std::string(32, 'n'), "new");
    with.keys = {new_key, old_key};
    CHECK(accepted(make_token(*old_key, kGoodClaims), with).user == "bob");
    CHECK(accepted(make_token(*new_key, kGoodClaims), with).user == "bob");
    CHECK(fault(make_token(*make_hmac_key("HS256", std::string(32, 'o')), kGoodClaims), with) ==
          TokenFault::kNoKey);
    CHECK(fault(make_token(*make_hmac_key("HS256", std::string(32, 'o'), "new"), kGoodClaims), with) ==
          TokenFault::kSignature);
    CHECK(fault(make_token(*old_key, kGoodClaims), JwtSettings{}) == TokenFault::kNoKey);
}

TEST_CASE("a token that was changed anywhere is refused") {
    const std::string good = signed_token(kGoodHeader, kGoodClaims);
    REQUIRE(accepted(good).user == "bob");
    const TokenVerifier verifier(settings());
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const char c : {'A', 'z', '.', '=', ' ', '\0', '\n'}) {
            std::string changed = good;
            if (changed[i] == c) continue;
            changed[i] = c;
            CAPTURE(i);
            CHECK_FALSE(std::holds_alternative<Identity>(verifier.verify(changed, kNow)));
        }
        CHECK_FALSE(std::holds_alternative<Identity>(verifier.verify(good.substr(0, i), kNow)));
    }
}

TEST_CASE("the shape of a token is exact") {
    const std::string good = signed_token(kGoodHeader, kGoodClaims);
    const std::size_t last_dot = good.rfind('.');
    const std::pair<std::string, TokenFault> rows[] = {
        {"", TokenFault::kMissing},
        {"null", TokenFault::kNotThreeParts},
        {"a.b", TokenFault::kNotThreeParts},
        {"..", TokenFault::kHeader},
        {good + ".", TokenFault::kNotThreeParts},
        {"." + good, TokenFault::kNotThreeParts},
        {good + ".AA.AA", TokenFault::kNotThreeParts},
        {good + "=", TokenFault::kSignature},
        {good + " ", TokenFault::kSignature},
        {" " + good, TokenFault::kHeader},
        {good.substr(0, last_dot + 1), TokenFault::kSignature},
        {good.substr(0, last_dot + 1) + base64url_encode(std::string(32, '\0')), TokenFault::kSignature},
        {good + "AAAA", TokenFault::kSignature},
        {std::string(kTokenBytes + 1, 'a'), TokenFault::kTooLong},
        {std::string(1'000'000, '.'), TokenFault::kTooLong},
    };
    for (const auto& [token, expected] : rows) {
        CAPTURE(token.substr(0, 200));
        CHECK(fault(token) == expected);
    }
}

TEST_CASE("claims: what is signed is still read strictly") {
    const std::string deep =
        R"({"sub":"b","exp":1800000060,"x":)" + std::string(8, '[') + std::string(8, ']') + "}";
    const std::pair<std::string, TokenFault> rows[] = {
        {R"({"sub":"bob"})", TokenFault::kExpiry},
        {R"({"sub":"bob","exp":"1800000060"})", TokenFault::kExpiry},
        {R"({"sub":"bob","exp":1800000060.0})", TokenFault::kExpiry},
        {R"({"sub":"bob","exp":1e20})", TokenFault::kExpiry},
        {R"({"sub":"bob","exp":1e400})", TokenFault::kPayload},
        {R"({"sub":"bob","exp":-1})", TokenFault::kExpiry},
        {R"({"sub":"bob","exp":9007199254740992})", TokenFault::kExpiry},
        {R"({"sub":"bob","exp":18446744073709551615})", TokenFault::kExpiry},
        {R"({"sub":"bob","exp":null})", TokenFault::kExpiry},
        {R"({"sub":"bob","exp":true})", TokenFault::kExpiry},
        {R"({"sub":"bob","exp":[1800000060]})", TokenFault::kExpiry},
        {R"({"sub":"bob","exp":0})", TokenFault::kExpired},
        {R"({"sub":"bob","exp":1800000000})", TokenFault::kExpired},
        {R"({"sub":"bob","exp":1800000060,"exp":1900000000})", TokenFault::kPayload},
        {R"({"sub":"bob","exp":1800000060,"x":{"a":1,"a":2}})", TokenFault::kPayload},
        {R"({"sub":"bob","exp":1800000060,"nbf":1800000031})", TokenFault::kNotYetValid},
        {R"({"sub":"bob","exp":1800000060,"iat":1800000031})", TokenFault::kNotYetValid},
        {R"({"sub":"bob","exp":1800000060,"nbf":"0"})", TokenFault::kNotYetValid},
        {R"({"sub":"bob","exp":1800000060,"iat":-1})", TokenFault::kNotYetValid},
        {R"({"exp":1800000060})", TokenFault::kUser},
        {R"({"sub":"","exp":1800000060})", TokenFault::kUser},
        {R"({"sub":-5,"exp":1800000060})", TokenFault::kUser},
        {R"({"sub":1.5,"exp":1800000060})", TokenFault::kUser},
        {R"({"sub":["bob"],"exp":1800000060})", TokenFault::kUser},
        {R"({"sub":"a\nb","exp":1800000060})", TokenFault::kUser},
        {R"({"sub":"a\u0000b","exp":1800000060})", TokenFault::kUser},
        {R"({"sub":")" + std::string(129, 'u') + R"(","exp":1800000060})", TokenFault::kUser},
        {R"({"sub":"bob","name":"a\u001b[2J","exp":1800000060})", TokenFault::kName},
        {R"({"sub":"bob","jti":7,"exp":1800000060})", TokenFault::kName},
        {R"({"sub":"bob","roles":[1],"exp":1800000060})", TokenFault::kList},
        {R"({"sub":"bob","roles":{"admin":true},"exp":1800000060})", TokenFault::kList},
        {R"({"sub":"bob","roles":["a",["admin"]],"exp":1800000060})", TokenFault::kList},
        {R"({"sub":"bob","permissions":[""],"exp":1800000060})", TokenFault::kList},
        {"{\"sub\":\"\xff\",\"exp\":1800000060}", TokenFault::kPayload},
        {R"(["sub","bob"])", TokenFault::kPayload},
        {"", TokenFault::kPayload},
        {kGoodClaims + "{}", TokenFault::kPayload},
        {deep, TokenFault::kPayload},
    };
    for (const auto& [claims, expected] : rows) {
        CAPTURE(claims);
        CHECK(fault_of_claims(claims) == expected);
    }
    CHECK(accepted(signed_token(kGoodHeader,
                                R"({"sub":"bob","exp":1800000060,"nbf":1800000030,"iat":1800000030})"))
              .user == "bob");
}

TEST_CASE("issuer and audience are checked when they are configured") {
    auto with = settings();
    with.issuer = "https://id.example";
    with.audiences = {"chat", "mobile"};
    const auto claims = [](const std::string& more) {
        return R"({"sub":"bob","exp":1800000060)" + more + "}";
    };
    CHECK(accepted(signed_token(kGoodHeader, claims(R"(,"iss":"https://id.example","aud":"chat")")), with)
              .user == "bob");
    CHECK(accepted(signed_token(kGoodHeader, claims(R"(,"iss":"https://id.example","aud":["x","mobile"])")),
                   with)
              .user == "bob");
    CHECK(fault_of_claims(claims(R"(,"aud":"chat")"), with) == TokenFault::kIssuer);
    CHECK(fault_of_claims(claims(R"(,"iss":"https://id.example/","aud":"chat")"), with) ==
          TokenFault::kIssuer);
    CHECK(fault_of_claims(claims(R"(,"iss":["https://id.example"],"aud":"chat")"), with) ==
          TokenFault::kIssuer);
    CHECK(fault_of_claims(claims(R"(,"iss":"https://id.example")"), with) == TokenFault::kAudience);
    CHECK(fault_of_claims(claims(R"(,"iss":"https://id.example","aud":"other")"), with) ==
          TokenFault::kAudience);
    CHECK(fault_of_claims(claims(R"(,"iss":"https://id.example","aud":[])"), with) == TokenFault::kAudience);
    CHECK(fault_of_claims(claims(R"(,"iss":"https://id.example","aud":{"chat":1})"), with) ==
          TokenFault::kAudience);
}

TEST_CASE("a token without end is accepted only where that is configured") {
    auto with = settings();
    with.require_expiry = false;
    CHECK_FALSE(accepted(signed_token(kGoodHeader, R"({"sub":"bob"})"), with).expires_at);
}

TEST_CASE("the sender of a forgery learns nothing from its refusal") {
    const TokenVerifier verifier(settings());
    const auto refusal = [&](const std::string& token) {
        const auto result = verifier.verify(token, kNow);
        REQUIRE(std::holds_alternative<Refusal>(result));
        return std::get<Refusal>(result);
    };
    const Refusal first = refusal("x");
    CHECK(first.code == ErrorCode::kAuthFailed);
    for (const auto& token :
         {signed_token(R"({"alg":"none"})", kGoodClaims), signed_token(kGoodHeader, R"({"sub":"bob"})"),
          signed_token(kGoodHeader, kGoodClaims) + "A", std::string(9000, 'a')}) {
        CHECK(refusal(token).text == first.text);
        CHECK(refusal(token).code == first.code);
        CHECK(refusal(token).field.empty());
    }
    CHECK(refusal(signed_token(kGoodHeader, R"({"sub":"bob","exp":1})")).code == ErrorCode::kTokenExpired);
}

TEST_CASE("keys that protect nothing are refused with the way to make a better one") {
    CHECK_THROWS_WITH_AS(
        (void)make_hmac_key("HS256", "secret"),
        "the secret has 6 octets, but HS256 needs at least 32; make one with: openssl rand -base64 48",
        std::invalid_argument);
    CHECK_THROWS_AS((void)make_hmac_key("HS256", std::string(31, 'x')), std::invalid_argument);
    CHECK_THROWS_AS((void)make_hmac_key("HS512", std::string(63, 'x')), std::invalid_argument);
    CHECK_THROWS_AS((void)make_hmac_key("none", std::string(64, 'x')), std::invalid_argument);
    CHECK_THROWS_AS(
        (void)make_hmac_key("HS256", "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n"),
        std::invalid_argument);
}
