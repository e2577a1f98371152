#include "tests/support/token.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "broker/base/base64.hpp"

namespace causeway::test {

std::string sign_hs256(const std::string& secret, const std::string& claims) {
    const std::string text =
        base64url_encode(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url_encode(claims);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    ::HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
    return text + "." + base64url_encode({reinterpret_cast<const char*>(digest), size});
}

std::string token_for(const std::string& user, const TokenClaims& claims) {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    std::string roles;
    for (const auto& role : claims.roles) roles += (roles.empty() ? "\"" : ",\"") + role + "\"";
    return sign_hs256(kTokenSecret, R"({"sub":")" + user + R"(","iat":)" + std::to_string(now.count()) +
                                        R"(,"exp":)" + std::to_string((now + claims.lives).count()) +
                                        R"(,"roles":[)" + roles + "]" + claims.more + "}");
}

}  // namespace causeway::test
