// Tokens: raw, and with a good signature so that the payload is reached. Nothing is accepted unsigned, and
// who is accepted has a name that can be used anywhere.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "broker/base/base64.hpp"
#include "broker/identity/jwt.hpp"

using namespace causeway;
using namespace causeway::identity;

namespace {

constexpr WallTime kNow{1'800'000'000'000};

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto key = make_hmac_key("HS256", "a secret for the fuzzer, 32 octets or more");
    static const TokenVerifier verifier([] {
        JwtSettings settings;
        settings.keys = {key};
        return settings;
    }());
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    require(std::holds_alternative<Refusal>(verifier.verify(input, kNow)));

    const std::size_t line = input.find('\n');
    const std::string_view header =
        line == std::string_view::npos ? R"({"alg":"HS256"})" : input.substr(0, line);
    const std::string_view claims = line == std::string_view::npos ? input : input.substr(line + 1);
    const std::string text = base64url_encode(header) + "." + base64url_encode(claims);
    const auto result = verifier.verify(text + "." + base64url_encode(key->sign(text)), kNow);
    if (const auto* who = std::get_if<Identity>(&result)) {
        require(is_name(who->user));
        require(who->expires_at && *who->expires_at > kNow);
        for (const auto& role : who->roles) require(is_name(role));
    }
    return 0;
}
