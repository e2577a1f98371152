// A TLS client from octets to octets: what it wants to send is taken from it, what came is given to it. So
// the wire between it and a server can be a socket, or a string that the test cuts and spoils.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;
struct ssl_session_st;

namespace causeway::test {

class TlsPeer {
public:
    // What a server gave to come back with.
    using Session = std::shared_ptr<ssl_session_st>;
    struct Options {
        std::string host = "a.test";  // SNI
        int newest_version = 0;       // as OpenSSL counts, TLS1_1_VERSION; 0: the newest there is
        std::string ciphers{};        // up to TLS 1.2, as OpenSSL lists them; empty: its own
        Session session{};            // of an earlier connection
    };
    // For sealed_handshake().
    static constexpr const char* kPlainestCiphers = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256";
    // Throws std::invalid_argument if OpenSSL here has none of the ciphers.
    explicit TlsPeer(const Options& options);
    ~TlsPeer();
    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    // Sealed octets from the server; returns what was in them.
    std::string gets(std::string_view sealed);
    void says(std::string_view plain);
    void updates_keys();
    // A record with a handshake message in the middle of the connection, for which OpenSSL has no call: once
    // TLS 1.2 is established with one of kPlainestCiphers and as long as nothing else is said.
    [[nodiscard]] std::string sealed_handshake(std::string_view message);
    // What goes to the server.
    [[nodiscard]] std::string sealed();

    [[nodiscard]] bool established() const;
    [[nodiscard]] bool failed() const { return failed_; }
    // The common name of the server's certificate.
    [[nodiscard]] std::string server_name() const;
    [[nodiscard]] int version() const;
    // Of TLS 1.3 once its ticket has come.
    [[nodiscard]] Session session() const;
    // The server took the session that was offered.
    [[nodiscard]] bool resumed() const;
    // Octets that the ticket allows to be sent before the handshake is over.
    [[nodiscard]] static std::size_t early_octets(const Session& session);

private:
    ssl_ctx_st* context_;
    ssl_st* ssl_;
    bool failed_ = false;
    std::uint64_t records_ = 1;  // sealed under the keys: the first is our Finished
};

}  // namespace causeway::test
