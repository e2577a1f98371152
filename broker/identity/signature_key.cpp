#include "broker/identity/signature_key.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <new>
#include <stdexcept>

namespace causeway::identity {

namespace {

struct FreeMac {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

struct Hmac {
    std::string_view algorithm;
    const char* digest;
    std::size_t bytes;
};
constexpr Hmac kHmacs[] = {{"HS256", "SHA256", 32}, {"HS384", "SHA384", 48}, {"HS512", "SHA512", 64}};
constexpr std::size_t kLongestMac = 64;

MacContext keyed_context(const Hmac& hmac, std::string_view secret) {
    EVP_MAC* const mac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
    MacContext context(EVP_MAC_CTX_new(mac));
    EVP_MAC_free(mac);  // the context has its own reference
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(hmac.digest), 0),
        OSSL_PARAM_construct_end()};
    const auto* const key = reinterpret_cast<const unsigned char*>(secret.data());
    if (!context || EVP_MAC_init(context.get(), key, secret.size(), parameters) != 1)
        throw std::runtime_error("OpenSSL offers no HMAC-" + std::string(hmac.digest));
    return context;
}

class OpenSslHmacKey final : public HmacKey {
public:
    OpenSslHmacKey(const Hmac& hmac, std::string_view secret, std::string_view id)
        : HmacKey(std::string(hmac.algorithm), std::string(id)),
          bytes_(hmac.bytes),
          keyed_(keyed_context(hmac, secret)) {}

    [[nodiscard]] bool verify(std::string_view input, std::string_view signature) const override {
        unsigned char mac[kLongestMac];
        compute(input, mac);
        return signature.size() == bytes_ && CRYPTO_memcmp(mac, signature.data(), bytes_) == 0;
    }
    [[nodiscard]] std::string sign(std::string_view input) const override {
        unsigned char mac[kLongestMac];
        compute(input, mac);
        return {reinterpret_cast<const char*>(mac), bytes_};
    }

private:
    // A copy of the keyed state: cheaper than keying anew, and what makes the key usable by any thread.
    void compute(std::string_view input, unsigned char (&mac)[kLongestMac]) const {
        const MacContext context(EVP_MAC_CTX_dup(keyed_.get()));
        std::size_t size = 0;
        if (!context ||
            EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(input.data()),
                           input.size()) != 1 ||
            EVP_MAC_final(context.get(), mac, &size, sizeof mac) != 1 || size != bytes_)
            throw std::bad_alloc();  // the only way in which a keyed HMAC can fail
    }

    const std::size_t bytes_;
    const MacContext keyed_;
};

}  // namespace

std::shared_ptr<const HmacKey> make_hmac_key(std::string_view algorithm, std::string_view secret,
                                             std::string_view id) {
    for (const Hmac& hmac : kHmacs) {
        if (hmac.algorithm != algorithm) continue;
        if (secret.size() < hmac.bytes)
            throw std::invalid_argument(
                "the secret has " + std::to_string(secret.size()) + " octets, but " + std::string(algorithm) +
                " needs at least " + std::to_string(hmac.bytes) + "; make one with: openssl rand -base64 48");
        if (secret.find("-----BEGIN") != std::string_view::npos)
            throw std::invalid_argument(
                "the secret is a PEM file; a shared secret is needed, because whoever knows "
                "a public key could sign with it; make one with: openssl rand -base64 48");
        return std::make_shared<OpenSslHmacKey>(hmac, secret, id);
    }
    throw std::invalid_argument("algorithm \"" + std::string(algorithm) +
                                "\" is not one of HS256, HS384, HS512");
}

}  // namespace causeway::identity
