#include "broker/identity/token_cache.hpp"

#include <openssl/evp.h>

#include <cstring>
#include <stdexcept>

namespace causeway::identity {

// Looks SHA-256 up once: OpenSSL 3 searches its providers at every one-shot call.
class TokenCache::Hasher {
public:
    Hasher() : digest_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
        if (digest_ == nullptr || context_ == nullptr) throw std::runtime_error("OpenSSL offers no SHA-256");
    }
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;
    ~Hasher() {
        EVP_MD_CTX_free(context_);
        EVP_MD_free(digest_);
    }

    [[nodiscard]] bool hash(std::string_view text, Digest& out) {
        return EVP_DigestInit_ex2(context_, digest_, nullptr) == 1 &&
               EVP_DigestUpdate(context_, text.data(), text.size()) == 1 &&
               EVP_DigestFinal_ex(context_, out.data(), nullptr) == 1;
    }

private:
    EVP_MD* const digest_;
    EVP_MD_CTX* const context_;
};

TokenCache::TokenCache(std::shared_ptr<const TokenVerifier> verifier, std::size_t capacity)
    : verifier_(std::move(verifier)), capacity_(capacity), hasher_(std::make_unique<Hasher>()) {}

TokenCache::~TokenCache() = default;

std::size_t TokenCache::DigestHash::operator()(const Digest& digest) const {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

std::variant<Identity, Refusal> TokenCache::verify(std::string_view token, WallTime now) {
    Digest digest{};
    if (token.size() > kTokenBytes || !hasher_->hash(token, digest)) return verifier_->verify(token, now);
    if (const auto found = known_.find(digest); found != known_.end()) {
        const auto& expires_at = found->second.expires_at;
        if (expires_at && *expires_at <= now) return refusal_of(TokenFault::kExpired);
        return found->second;
    }
    auto result = verifier_->verify(token, now);
    if (const auto* identity = std::get_if<Identity>(&result)) {
        if (by_age_.size() >= capacity_) {
            known_.erase(by_age_.front());
            by_age_.pop_front();
        }
        known_.emplace(digest, *identity);
        by_age_.push_back(digest);
    }
    return result;
}

void TokenCache::replace(std::shared_ptr<const TokenVerifier> verifier) {
    verifier_ = std::move(verifier);
    known_.clear();
    by_age_.clear();
}

}  // namespace causeway::identity
