// The client's end of TLS, from octets to octets, without a socket: what came is given to it, what is to be
// sent is taken from it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace causeway::bench {

class TlsClient {
public:
    explicit TlsClient(ssl_st* ssl);
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    struct Received {
        std::string_view plain;  // in `room`
        std::string trouble;     // why it cannot go on behind that, or nothing
    };
    // What came. `room` grows to what is needed and may be shared.
    [[nodiscard]] Received receive(std::string_view sealed, std::string& room);
    // Once established().
    void seal(std::string_view plain);
    // Octets for the server: who wrote them takes them off.
    [[nodiscard]] std::string& sealed() { return sealed_; }
    [[nodiscard]] bool established() const;

private:
    friend struct TlsClientIo;
    ssl_st* const ssl_;
    std::string_view in_;
    std::string sealed_;
};

// What the connections of a run share.
class TlsClients {
public:
    // `insecure`: no certificate is looked at. Else it must be of `host`, and signed by whom this machine
    // trusts (SSL_CERT_FILE says otherwise).
    TlsClients(std::string host, bool insecure);
    ~TlsClients();
    TlsClients(const TlsClients&) = delete;
    TlsClients& operator=(const TlsClients&) = delete;

    // Its handshake has begun: sealed() has the first octets.
    [[nodiscard]] std::unique_ptr<TlsClient> make() const;

private:
    ssl_ctx_st* const context_;
    const std::string host_;
};

}  // namespace causeway::bench
