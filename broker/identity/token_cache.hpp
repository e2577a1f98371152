// Remembers whom verified tokens belong to, by SHA-256 of the token, so that a storm of reconnects
// costs a hash each. Worth it for public-key signatures (about 100 µs); remembers no token and no refusal.
// One per shard; not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "broker/identity/jwt.hpp"

namespace causeway::identity {

class TokenCache {
public:
    // Keeps at most `capacity` (at least 1); the oldest goes first.
    explicit TokenCache(std::shared_ptr<const TokenVerifier> verifier, std::size_t capacity = 4096);
    TokenCache(const TokenCache&) = delete;
    TokenCache& operator=(const TokenCache&) = delete;
    ~TokenCache();

    // As TokenVerifier::verify.
    [[nodiscard]] std::variant<Identity, Refusal> verify(std::string_view token, WallTime now);
    // Forgets everything: keys or settings changed. Revocation is checked by the caller, every time.
    void replace(std::shared_ptr<const TokenVerifier> verifier);

    [[nodiscard]] std::size_t size() const { return known_.size(); }

private:
    using Digest = std::array<unsigned char, 32>;
    struct DigestHash {
        std::size_t operator()(const Digest& digest) const;
    };
    class Hasher;

    std::shared_ptr<const TokenVerifier> verifier_;
    const std::size_t capacity_;
    std::unique_ptr<Hasher> hasher_;
    std::unordered_map<Digest, Identity, DigestHash> known_;
    std::deque<Digest> by_age_;
};

}  // namespace causeway::identity
