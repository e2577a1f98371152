#include "tests/support/tls_peer.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>

namespace causeway::test {

TlsPeer::TlsPeer(const Options& options)
    : context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    if (options.newest_version != 0) {
        SSL_set_min_proto_version(ssl_, TLS1_VERSION);
        SSL_set_max_proto_version(ssl_, options.newest_version);
        SSL_set_security_level(ssl_, 0);
    }
    SSL_set_tlsext_host_name(ssl_, options.host.c_str());
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_);
    (void)gets({});
}

TlsPeer::~TlsPeer() {
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

}  // namespace causeway::test
