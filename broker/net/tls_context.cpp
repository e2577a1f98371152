#include "broker/net/tls_context.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <stdexcept>

#include "broker/base/private_file.hpp"

namespace causeway::net {

namespace {

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;
struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

[[noreturn]] void fail(const std::string& what) {
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_peek_error(), reason.data(), reason.size());
    ERR_clear_error();
    throw std::runtime_error(what + ": " + reason.data());
}

// Looked at and read by the same descriptor, so that it is one file.
void use_key(SSL_CTX* context, const std::string& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe does not make us wait
    if (fd < 0)
        throw std::runtime_error("tls.key_files: cannot read \"" + file + "\": " + std::strerror(errno));
    const std::unique_ptr<BIO, FreeBio> octets(BIO_new_fd(fd, BIO_CLOSE));
    if (!octets) {
        ::close(fd);
        throw std::bad_alloc();
    }
    struct stat status {};
    if (::fstat(fd, &status) != 0)
        throw std::runtime_error("tls.key_files: cannot read \"" + file + "\": " + std::strerror(errno));
    if (const auto fault = exposure(status, ::geteuid()))
        throw std::runtime_error("tls.key_files: \"" + file + "\" " + *fault);
    const auto no_passphrase = [](char*, int, int, void*) { return -1; };
    const std::unique_ptr<EVP_PKEY, FreeKey> key(
        PEM_read_bio_PrivateKey(octets.get(), nullptr, no_passphrase, nullptr));
    if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1)
        fail("tls.key_files: the key " + file + " cannot be used with its certificate");
}

Context make(const TlsCertificate& certificate, TlsTicketKeys& tickets) {
    Context context(SSL_CTX_new(TLS_server_method()));
    if (!context) throw std::bad_alloc();
    SSL_CTX* const raw = context.get();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                 SSL_OP_NO_COMPRESSION | SSL_OP_PRIORITIZE_CHACHA |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(raw, 1);
    SSL_CTX_set_max_early_data(raw, 0);
    static constexpr unsigned char kName[] = "causeway";
    SSL_CTX_set_session_id_context(raw, kName, sizeof kName - 1);
    tickets.serve(raw);
    if (SSL_CTX_use_certificate_chain_file(raw, certificate.certificate_file.c_str()) != 1)
        fail("tls.certificate_files: the certificate " + certificate.certificate_file + " cannot be used");
    use_key(raw, certificate.key_file);
    return context;
}

// SNI: the first context whose certificate is for the host.
int choose(SSL* ssl, int* /*alert*/, void* all) {
    const char* const host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (host == nullptr) return SSL_TLSEXT_ERR_OK;
    for (const Context& context : *static_cast<const std::vector<Context>*>(all)) {
        X509* const certificate = SSL_CTX_get0_certificate(context.get());
        if (certificate == nullptr || X509_check_host(certificate, host, 0, 0, nullptr) != 1) continue;
        SSL_set_SSL_CTX(ssl, context.get());
        break;
    }
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

struct TlsContext::Contexts {
    std::vector<Context> all;
};

TlsContext::TlsContext(const std::vector<TlsCertificate>& certificates,
                       std::shared_ptr<TlsTicketKeys> tickets)
    : tickets_(std::move(tickets)), contexts_(std::make_unique<Contexts>()) {
    if (certificates.empty()) throw std::runtime_error("TLS needs a certificate");
    for (const TlsCertificate& certificate : certificates)
        contexts_->all.push_back(make(certificate, *tickets_));
    SSL_CTX* const first = contexts_->all.front().get();
    SSL_CTX_set_tlsext_servername_callback(first, choose);
    SSL_CTX_set_tlsext_servername_arg(first, &contexts_->all);
}

TlsContext::~TlsContext() = default;

std::unique_ptr<TlsStream> TlsContext::open() const {
    SSL* const ssl = SSL_new(contexts_->all.front().get());
    if (ssl == nullptr) throw std::bad_alloc();
    auto stream = std::make_unique<TlsStream>(ssl, shared_from_this());
    stream->watch_messages();
    return stream;
}

}  // namespace causeway::net
