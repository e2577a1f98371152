#include "tests/support/tls_peer.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <stdexcept>

namespace causeway::test {

namespace {

const unsigned char* octets(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* octets(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// The client's key, the server's, and their halves of a nonce: RFC 5246, 6.3, for AES-128-GCM.
std::string key_block(const SSL* ssl) {
    std::string secret(48, '\0');
    std::string seed(64, '\0');
    SSL_SESSION_get_master_key(SSL_get_session(ssl), octets(secret), secret.size());
    SSL_get_server_random(ssl, octets(seed), 32);
    SSL_get_client_random(ssl, octets(seed) + 32, 32);
    seed = "key expansion" + seed;
    std::string keys(40, '\0');
    EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_TLS1_PRF, nullptr);
    EVP_KDF_CTX* const context = EVP_KDF_CTX_new(kdf);
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret.data(), secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()), OSSL_PARAM_construct_end()};
    const int derived = EVP_KDF_derive(context, octets(keys), keys.size(), parameters);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    if (derived != 1) throw std::runtime_error("no keys of TLS 1.2");
    return keys;
}

}  // namespace

TlsPeer::TlsPeer(const Options& options)
    : context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    if (options.newest_version != 0) {
        SSL_set_min_proto_version(ssl_, TLS1_VERSION);
        SSL_set_max_proto_version(ssl_, options.newest_version);
        SSL_set_security_level(ssl_, 0);
    }
    if (!options.ciphers.empty() && SSL_set_cipher_list(ssl_, options.ciphers.c_str()) != 1) {
        ERR_clear_error();
        SSL_free(ssl_);
        SSL_CTX_free(context_);
        throw std::invalid_argument("no such ciphers here: " + options.ciphers);
    }
    SSL_set_tlsext_host_name(ssl_, options.host.c_str());
    if (options.session) SSL_set_session(ssl_, options.session.get());
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_);
    (void)gets({});
}

TlsPeer::~TlsPeer() {
    // Else OpenSSL takes the connection for one that failed, and its session for one that must not be used again.
    SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl_);
    SSL_CTX_free(context_);
}

std::string TlsPeer::gets(std::string_view sealed) {
    BIO_write(SSL_get_rbio(ssl_), sealed.data(), static_cast<int>(sealed.size()));
    std::string plain;
    std::array<char, 4096> part{};
    while (true) {
        const int count = SSL_read(ssl_, part.data(), static_cast<int>(part.size()));
        if (count <= 0) {
            const int error = SSL_get_error(ssl_, count);
            failed_ = failed_ || (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_ZERO_RETURN);
            ERR_clear_error();
            return plain;
        }
        plain.append(part.data(), static_cast<std::size_t>(count));
    }
}

void TlsPeer::says(std::string_view plain) {
    (void)SSL_write(ssl_, plain.data(), static_cast<int>(plain.size()));
}

void TlsPeer::updates_keys() {
    (void)SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED);
    (void)SSL_do_handshake(ssl_);
}

// RFC 5246, 6.2.3.3 and 6.3; RFC 5288, 3.
std::string TlsPeer::sealed_handshake(std::string_view message) {
    constexpr std::size_t kTag = 16;
    const std::string keys = key_block(ssl_);
    std::string sequence(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) sequence[i] = static_cast<char>(records_ >> (56 - 8 * i));
    ++records_;
    const std::string nonce = keys.substr(32, 4) + sequence;
    const auto head = [](std::size_t size) {
        return std::string("\x16\x03\x03") + static_cast<char>(size >> 8U) + static_cast<char>(size);
    };
    const std::string more = sequence + head(message.size());
    std::string sealed(message.size() + kTag, '\0');
    int count = 0;
    EVP_CIPHER_CTX* const cipher = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(cipher, EVP_aes_128_gcm(), nullptr, octets(keys), octets(nonce));
    EVP_EncryptUpdate(cipher, nullptr, &count, octets(more), static_cast<int>(more.size()));
    EVP_EncryptUpdate(cipher, octets(sealed), &count, octets(message), static_cast<int>(message.size()));
    EVP_EncryptFinal_ex(cipher, octets(sealed) + count, &count);
    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, kTag, octets(sealed) + message.size());
    EVP_CIPHER_CTX_free(cipher);
    return head(sequence.size() + sealed.size()) + sequence + sealed;
}

std::string TlsPeer::sealed() {
    std::string octets;
    std::array<char, 4096> part{};
    for (int count = 0;
         (count = BIO_read(SSL_get_wbio(ssl_), part.data(), static_cast<int>(part.size()))) > 0;)
        octets.append(part.data(), static_cast<std::size_t>(count));
    return octets;
}

bool TlsPeer::established() const { return SSL_is_init_finished(ssl_) == 1; }

std::string TlsPeer::server_name() const {
    X509* const certificate = SSL_get1_peer_certificate(ssl_);
    if (certificate == nullptr) return {};
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
    X509_free(certificate);
    return name.data();
}

int TlsPeer::version() const { return SSL_version(ssl_); }

TlsPeer::Session TlsPeer::session() const { return {SSL_get1_session(ssl_), &SSL_SESSION_free}; }

bool TlsPeer::resumed() const { return SSL_session_reused(ssl_) == 1; }

std::size_t TlsPeer::early_octets(const Session& session) {
    return SSL_SESSION_get_max_early_data(session.get());
}

}  // namespace causeway::test
