// Tokens as a login service would sign them: HS256, claims as given. Apart from the code under test, so that
// both cannot be wrong in the same way.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace causeway::test {

inline constexpr const char* kTokenSecret = "0123456789abcdef0123456789abcdef-for-tests";

// Over any JSON.
[[nodiscard]] std::string sign_hs256(const std::string& secret, const std::string& claims);

struct TokenClaims {
    std::chrono::seconds lives{3600};  // from now; may be negative
    std::vector<std::string> roles;
    std::string more;  // further claims, as ",\"name\":\"Alice\""
};
// For `user`, signed with kTokenSecret.
[[nodiscard]] std::string token_for(const std::string& user, const TokenClaims& claims = {});

}  // namespace causeway::test
