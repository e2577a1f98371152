#include "tools/bench/tls_client.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace causeway::bench {

// OpenSSL's view of the octets of one call.
struct TlsClientIo {
    static int read(BIO* bio, char* to, int size) {
        BIO_clear_retry_flags(bio);
        auto& client = *static_cast<TlsClient*>(BIO_get_data(bio));
        if (client.in_.empty()) {
            BIO_set_retry_read(bio);
            return -1;
        }
        const std::size_t count = std::min(client.in_.size(), static_cast<std::size_t>(size));
        std::memcpy(to, client.in_.data(), count);
        client.in_.remove_prefix(count);
        return static_cast<int>(count);
    }
    static int write(BIO* bio, const char* from, int size) {
        BIO_clear_retry_flags(bio);
        static_cast<TlsClient*>(BIO_get_data(bio))->sealed_.append(from, static_cast<std::size_t>(size));
        return size;
    }
    static long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }
    static BIO_METHOD* method() {
        static BIO_METHOD* const made = [] {
            BIO_METHOD* const fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bench");
            if (fresh == nullptr) throw std::bad_alloc();
            BIO_meth_set_read(fresh, read);
            BIO_meth_set_write(fresh, write);
            BIO_meth_set_ctrl(fresh, control);
            return fresh;
        }();
        return made;
    }
};

namespace {

// Why OpenSSL cannot go on, or nothing. Its error queue is the thread's: it is left empty.
std::string reason_after(const SSL* ssl, int result) {
    const int error = SSL_get_error(ssl, result);
    std::string why;
    if (error == SSL_ERROR_ZERO_RETURN) {
        why = "closed by the broker";
    } else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
        const char* const text = ERR_reason_error_string(ERR_peek_error());
        why = std::string("TLS: ") + (text != nullptr ? text : "broken");
        const long verdict = SSL_get_verify_result(ssl);
        if (verdict != X509_V_OK)
            ((why += ": ") += X509_verify_cert_error_string(verdict)) += "; --insecure accepts any";
    }
    ERR_clear_error();
    return why;
}

}  // namespace

TlsClient::TlsClient(ssl_st* ssl) : ssl_(ssl) {
    BIO* const bio = BIO_new(TlsClientIo::method());
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_, bio, bio);
    SSL_set_connect_state(ssl_);
    (void)SSL_do_handshake(ssl_);
    ERR_clear_error();
}

TlsClient::~TlsClient() { SSL_free(ssl_); }

bool TlsClient::established() const { return SSL_is_init_finished(ssl_) == 1; }

TlsClient::Received TlsClient::receive(std::string_view sealed, std::string& room) {
    constexpr std::size_t kRecord = 16 * 1024;
    in_ = sealed;
    std::size_t size = 0;
    int count = 0;
    do {
        if (room.size() < size + kRecord) room.resize(size + kRecord);
        count = SSL_read(ssl_, room.data() + size, static_cast<int>(kRecord));
        if (count > 0) size += static_cast<std::size_t>(count);
    } while (count > 0);
    in_ = {};
    return {std::string_view(room).substr(0, size), reason_after(ssl_, count)};
}

void TlsClient::seal(std::string_view plain) {
    if (!plain.empty()) (void)SSL_write(ssl_, plain.data(), static_cast<int>(plain.size()));
    ERR_clear_error();
}

TlsClients::TlsClients(std::string host, bool insecure)
    : context_(SSL_CTX_new(TLS_client_method())), host_(std::move(host)) {
    if (context_ == nullptr) throw std::bad_alloc();
    SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context_, insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    if (!insecure) SSL_CTX_set_default_verify_paths(context_);
}

TlsClients::~TlsClients() { SSL_CTX_free(context_); }

std::unique_ptr<TlsClient> TlsClients::make() const {
    SSL* const ssl = SSL_new(context_);
    if (ssl == nullptr) throw std::bad_alloc();
    const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host_.c_str()) == 1;
    if (!is_address) {
        SSL_set_tlsext_host_name(ssl, host_.c_str());
        SSL_set1_host(ssl, host_.c_str());
    }
    ERR_clear_error();
    return std::make_unique<TlsClient>(ssl);
}

}  // namespace causeway::bench
