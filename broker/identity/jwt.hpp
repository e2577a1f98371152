// JSON Web Tokens (RFC 7519) in compact JWS form. Checks the signature first, then reads what is
// signed. To the sender every forgery looks alike; explain() tells the operator more.
// Immutable after construction; any thread. Neither class keeps or logs a token.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/error_code.hpp"
#include "broker/identity/identity.hpp"
#include "broker/identity/signature_key.hpp"

namespace causeway::identity {

inline constexpr std::size_t kTokenBytes = 8 * 1024;

struct JwtSettings {
    std::vector<SignatureKeyPtr> keys;   // those of one algorithm and id are tried in turn, for rotation
    std::string issuer;                  // empty: not checked
    std::vector<std::string> audiences;  // the token must be meant for one of them; empty: not checked
    std::string user_claim = "sub";      // a string or a whole number
    std::string name_claim = "name";
    std::string roles_claim = "roles";
    std::string departments_claim = "departments";
    std::string permissions_claim = "permissions";
    std::chrono::seconds leeway{30};  // of nbf and iat; exp has none, the session has a grace of its own
    bool require_expiry = true;
};

enum class TokenFault : std::uint8_t {
    kMissing,
    kTooLong,
    kNotThreeParts,
    kHeader,
    kNoKey,
    kSignature,
    kPayload,
    kExpiry,
    kExpired,
    kNotYetValid,
    kIssuer,
    kAudience,
    kUser,
    kName,
    kList,
};

class TokenVerifier {
public:
    explicit TokenVerifier(JwtSettings settings) : settings_(std::move(settings)) {}

    // The Refusal is kTokenExpired for a genuine token whose time has passed, else kAuthFailed with one text.
    [[nodiscard]] std::variant<Identity, Refusal> verify(std::string_view token, WallTime now) const;
    // The same with the reason. For logs and `causewayctl tokens verify`, never for the sender.
    [[nodiscard]] std::variant<Identity, TokenFault> examine(std::string_view token, WallTime now) const;

private:
    struct Parts;
    [[nodiscard]] std::optional<TokenFault> fault_of_signature(const Parts& parts) const;
    [[nodiscard]] std::variant<Identity, TokenFault> read_payload(std::string_view json, WallTime now) const;

    const JwtSettings settings_;
};

// What the fault means, in words that name no secret.
[[nodiscard]] std::string_view explain(TokenFault fault);
// What its sender gets to know.
[[nodiscard]] Refusal refusal_of(TokenFault fault);

// A token over `claims`, a JSON object.
[[nodiscard]] std::string make_token(const HmacKey& key, std::string_view claims);
// The same with HS256. Throws std::invalid_argument as make_hmac_key does.
[[nodiscard]] std::string make_token(std::string_view secret, std::string_view claims);
// The claims of `identity` under the names of JwtSettings{}, with `iat` now, as JSON.
[[nodiscard]] std::string claims_of(const Identity& identity, WallTime now);

}  // namespace causeway::identity
