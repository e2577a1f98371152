#include "broker/identity/jwt.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "broker/base/base64.hpp"
#include "broker/identity/claims.hpp"

namespace causeway::identity {

// The three parts of a token, as written.
struct TokenVerifier::Parts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signed_text;  // header, dot, payload
};

namespace {

// The header is read before anything is proved, so it gets less room than the rest.
constexpr std::size_t kHeaderBytes = 2 * 1024;
constexpr std::int64_t kLatest = std::int64_t{1} << 53;

const std::string* text_of(const Claim* claim) {
    return claim == nullptr ? nullptr : std::get_if<std::string>(claim);
}

struct Header {
    std::string algorithm;
    std::string key_id;
};

// {"alg":"HS256","typ":"JWT"} and the same in the other order: nearly every HS256 token there is. Knowing
// them saves a quarter of the time that a token takes.
constexpr std::string_view kUsualHeaders[] = {"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
                                              "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9"};

// RFC 7515, 4.1. What would change how the token must be read is refused; keys it brings along are not looked
// at.
std::optional<Header> parse_header(std::string_view encoded) {
    if (encoded == kUsualHeaders[0] || encoded == kUsualHeaders[1]) return Header{"HS256", {}};
    if (encoded.size() > kHeaderBytes) return std::nullopt;
    const auto json = base64url_decode(encoded);
    const auto members = json ? Claims::parse(*json) : std::nullopt;
    if (!members) return std::nullopt;
    for (const char* name : {"crit", "b64", "enc", "zip"})
        if (members->find(name) != nullptr) return std::nullopt;
    if (const Claim* type = members->find("typ")) {
        const std::string* text = text_of(type);
        if (text == nullptr ||
            (*text != "JWT" && *text != "jwt" && *text != "at+jwt" && *text != "application/at+jwt"))
            return std::nullopt;
    }
    const std::string* algorithm = text_of(members->find("alg"));
    if (algorithm == nullptr) return std::nullopt;
    Header header{*algorithm, {}};
    if (const Claim* id = members->find("kid")) {
        const std::string* text = text_of(id);
        if (text == nullptr || text->empty()) return std::nullopt;
        header.key_id = *text;
    }
    return header;
}

// RFC 7519 NumericDate, here whole seconds within what a double can tell apart.
std::optional<std::int64_t> date_of(const Claim& claim) {
    const auto* const seconds = std::get_if<std::int64_t>(&claim);
    if (seconds == nullptr || *seconds < 0 || *seconds >= kLatest) return std::nullopt;
    return *seconds;
}

WallTime from_seconds(std::int64_t seconds) { return WallTime{seconds * 1000}; }

std::optional<TokenFault> check_start(const Claims& claims, WallTime now, std::chrono::seconds leeway,
                                      Identity& out) {
    const auto latest = to_ms(now) + std::chrono::milliseconds(leeway).count();
    for (const char* name : {"nbf", "iat"}) {
        const Claim* const claim = claims.find(name);
        if (claim == nullptr) continue;
        const auto seconds = date_of(*claim);
        if (!seconds || to_ms(from_seconds(*seconds)) > latest) return TokenFault::kNotYetValid;
        if (name[0] == 'i') out.issued_at = from_seconds(*seconds);
    }
    return std::nullopt;
}

std::optional<TokenFault> check_expiry(const Claims& claims, WallTime now, bool required, Identity& out) {
    const Claim* const claim = claims.find("exp");
    if (claim == nullptr) return required ? std::optional(TokenFault::kExpiry) : std::nullopt;
    const auto seconds = date_of(*claim);
    if (!seconds) return TokenFault::kExpiry;
    out.expires_at = from_seconds(*seconds);
    if (*out.expires_at <= now) return TokenFault::kExpired;
    return std::nullopt;
}

bool is_for(const Claims& claims, const std::vector<std::string>& audiences) {
    const auto ours = [&](const std::string& one) {
        return std::find(audiences.begin(), audiences.end(), one) != audiences.end();
    };
    const Claim* const claim = claims.find("aud");
    if (claim == nullptr) return false;
    if (const auto* one = std::get_if<std::string>(claim)) return ours(*one);
    const auto* const several = std::get_if<std::vector<std::string>>(claim);
    return several != nullptr && std::any_of(several->begin(), several->end(), ours);
}

bool read_user(const Claim* claim, std::string& user) {
    if (claim == nullptr) return false;
    if (const auto* number = std::get_if<std::int64_t>(claim); number != nullptr && *number >= 0)
        user = std::to_string(*number);
    else if (const auto* text = std::get_if<std::string>(claim))
        user = *text;
    return is_name(user);
}

// A list of names, or one name alone.
bool read_list(const Claim* claim, std::vector<std::string>& list) {
    if (claim == nullptr) return true;
    if (const auto* one = std::get_if<std::string>(claim))
        list = {*one};
    else if (const auto* several = std::get_if<std::vector<std::string>>(claim))
        list = *several;
    else
        return false;
    return std::all_of(list.begin(), list.end(), [](const std::string& name) { return is_name(name); });
}

// A token without one has none; one that cannot be shown is a reason to look at who made the token.
bool read_text(const Claim* claim, std::string& out) {
    const std::string* const text = text_of(claim);
    if (claim == nullptr || (text != nullptr && text->empty())) return true;
    if (text == nullptr || !is_name(*text)) return false;
    out = *text;
    return true;
}

}  // namespace

std::optional<TokenFault> TokenVerifier::fault_of_signature(const Parts& parts) const {
    const auto header = parse_header(parts.header);
    if (!header) return TokenFault::kHeader;
    const auto signature = base64url_decode(parts.signature);
    if (!signature) return TokenFault::kSignature;
    auto fault = TokenFault::kNoKey;
    for (const auto& key : settings_.keys) {
        if (key->algorithm() != header->algorithm) continue;
        if (!key->id().empty() && key->id() != header->key_id) continue;
        if (key->verify(parts.signed_text, *signature)) return std::nullopt;
        fault = TokenFault::kSignature;
    }
    return fault;
}

std::variant<Identity, TokenFault> TokenVerifier::read_payload(std::string_view json, WallTime now) const {
    const auto claims = Claims::parse(json);
    if (!claims) return TokenFault::kPayload;
    Identity identity;
    if (const auto fault = check_expiry(*claims, now, settings_.require_expiry, identity)) return *fault;
    if (const auto fault = check_start(*claims, now, settings_.leeway, identity)) return *fault;
    if (!settings_.issuer.empty()) {
        const std::string* const issuer = text_of(claims->find("iss"));
        if (issuer == nullptr || *issuer != settings_.issuer) return TokenFault::kIssuer;
    }
    if (!settings_.audiences.empty() && !is_for(*claims, settings_.audiences)) return TokenFault::kAudience;
    if (!read_user(claims->find(settings_.user_claim), identity.user)) return TokenFault::kUser;
    if (!read_text(claims->find(settings_.name_claim), identity.name)) return TokenFault::kName;
    if (!read_text(claims->find("jti"), identity.token_id)) return TokenFault::kName;
    if (!read_list(claims->find(settings_.roles_claim), identity.roles) ||
        !read_list(claims->find(settings_.departments_claim), identity.departments) ||
        !read_list(claims->find(settings_.permissions_claim), identity.permissions))
        return TokenFault::kList;
    return identity;
}

std::variant<Identity, TokenFault> TokenVerifier::examine(std::string_view token, WallTime now) const {
    if (token.empty()) return TokenFault::kMissing;
    if (token.size() > kTokenBytes) return TokenFault::kTooLong;
    const std::size_t first = token.find('.');
    const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return TokenFault::kNotThreeParts;
    const Parts parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                      token.substr(second + 1), token.substr(0, second)};
    if (const auto fault = fault_of_signature(parts)) return *fault;
    const auto payload = base64url_decode(parts.payload);
    if (!payload) return TokenFault::kPayload;
    return read_payload(*payload, now);
}

std::variant<Identity, Refusal> TokenVerifier::verify(std::string_view token, WallTime now) const {
    auto result = examine(token, now);
    if (auto* identity = std::get_if<Identity>(&result)) return std::move(*identity);
    return refusal_of(std::get<TokenFault>(result));
}

std::string_view explain(TokenFault fault) {
    switch (fault) {
        case TokenFault::kMissing:
            return "there is no token";
        case TokenFault::kTooLong:
            return "the token is longer than 8 KiB";
        case TokenFault::kNotThreeParts:
            return "the token does not have three parts (a JWE has five)";
        case TokenFault::kHeader:
            return "the header cannot be read, or asks for what is not supported (crit, b64, enc, zip, typ)";
        case TokenFault::kNoKey:
            return "no configured key has the header's alg and kid";
        case TokenFault::kSignature:
            return "the signature does not fit: another secret, or the token was changed";
        case TokenFault::kPayload:
            return "the payload is not one JSON object without repeated members";
        case TokenFault::kExpiry:
            return "exp is missing or not a whole number of seconds";
        case TokenFault::kExpired:
            return "exp has passed";
        case TokenFault::kNotYetValid:
            return "nbf or iat is in the future or not a whole number of seconds";
        case TokenFault::kIssuer:
            return "iss is not auth.jwt.issuer";
        case TokenFault::kAudience:
            return "aud names none of auth.jwt.audience";
        case TokenFault::kUser:
            return "the user claim (auth.jwt.user_claim) is not 1 to 128 octets of printable text";
        case TokenFault::kName:
            return "the name claim or jti is not printable text of at most 128 octets";
        case TokenFault::kList:
            return "roles, departments or permissions is not a list of printable texts";
    }
    return "unknown";
}

Refusal refusal_of(TokenFault fault) {
    if (fault == TokenFault::kExpired)
        return {ErrorCode::kTokenExpired, "the token's time has passed; connect again with a fresh one", {}};
    return {
        ErrorCode::kAuthFailed, "the token was not accepted; log in and connect with the token you get", {}};
}

std::string make_token(const HmacKey& key, std::string_view claims) {
    nlohmann::ordered_json header{{"alg", key.algorithm()}, {"typ", "JWT"}};
    if (!key.id().empty()) header["kid"] = key.id();
    std::string token = base64url_encode(header.dump());
    token += '.';
    token += base64url_encode(claims);
    const std::string signature = key.sign(token);
    return token + '.' + base64url_encode(signature);
}

std::string make_token(std::string_view secret, std::string_view claims) {
    return make_token(*make_hmac_key("HS256", secret), claims);
}

std::string claims_of(const Identity& identity, WallTime now) {
    nlohmann::ordered_json claims{{"sub", identity.user}, {"iat", to_ms(now) / 1000}};
    if (identity.expires_at) claims["exp"] = to_ms(*identity.expires_at) / 1000;
    if (!identity.name.empty()) claims["name"] = identity.name;
    if (!identity.roles.empty()) claims["roles"] = identity.roles;
    if (!identity.departments.empty()) claims["departments"] = identity.departments;
    if (!identity.permissions.empty()) claims["permissions"] = identity.permissions;
    if (!identity.token_id.empty()) claims["jti"] = identity.token_id;
    return claims.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace causeway::identity
