// A key that tokens are signed with. The algorithm belongs to the key: a token can only say which of
// the configured keys it means, never how it wants to be checked. Immutable; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace causeway::identity {

class SignatureKey {
public:
    SignatureKey(std::string algorithm, std::string id)
        : algorithm_(std::move(algorithm)), id_(std::move(id)) {}
    SignatureKey(const SignatureKey&) = delete;
    SignatureKey& operator=(const SignatureKey&) = delete;
    virtual ~SignatureKey() = default;

    // RFC 7518 name, e.g. HS256.
    [[nodiscard]] const std::string& algorithm() const { return algorithm_; }
    // JWK `kid`; empty: the key serves tokens whatever `kid` they carry.
    [[nodiscard]] const std::string& id() const { return id_; }

    // In a time that does not depend on how much of the signature is right.
    [[nodiscard]] virtual bool verify(std::string_view input, std::string_view signature) const = 0;

private:
    std::string algorithm_;
    std::string id_;
};

using SignatureKeyPtr = std::shared_ptr<const SignatureKey>;

// A key that can also sign: for tokens of our own making.
class HmacKey : public SignatureKey {
public:
    using SignatureKey::SignatureKey;
    [[nodiscard]] virtual std::string sign(std::string_view input) const = 0;
};

// HS256, HS384 or HS512. Throws std::invalid_argument, for people, when the secret is shorter than the hash
// (RFC 7518, 3.2), is a public key in PEM (whose text everyone knows), or the algorithm is another.
[[nodiscard]] std::shared_ptr<const HmacKey> make_hmac_key(std::string_view algorithm,
                                                           std::string_view secret, std::string_view id = {});

}  // namespace causeway::identity
