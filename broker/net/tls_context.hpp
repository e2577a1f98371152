// What a TLS listener shows and agrees to: certificates by host name, TLS 1.2 and 1.3, resumption by tickets.
// Immutable: a reload makes another context, and connections keep the one they began with. Any thread.
// Only tls_*.cpp include OpenSSL's SSL.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/net/tls_stream.hpp"
#include "broker/net/tls_ticket_keys.hpp"

namespace causeway::net {

struct TlsCertificate {
    std::string certificate_file;  // PEM, with the chain behind it
    std::string key_file;          // PEM, without a passphrase; private, as broker/base/private_file.hpp says
};

class TlsContext : public std::enable_shared_from_this<TlsContext> {
public:
    // The first certificate is for whoever names no host, or one that no certificate is for. Throws
    // std::runtime_error naming the file, what is wrong with it and, of a key that others can use, what to
    // do.
    TlsContext(const std::vector<TlsCertificate>& certificates, std::shared_ptr<TlsTicketKeys> tickets);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    // For one accepted connection; keeps this context alive. Throws std::bad_alloc.
    [[nodiscard]] std::unique_ptr<TlsStream> open() const;

private:
    struct Contexts;
    const std::shared_ptr<TlsTicketKeys> tickets_;
    std::unique_ptr<Contexts> contexts_;
};

}  // namespace causeway::net
