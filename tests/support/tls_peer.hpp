// A TLS client from octets to octets: what it wants to send is taken from it, what came is given to it. So
// the wire between it and a server can be a socket, or a string that the test cuts and spoils.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace causeway::test {

class TlsPeer {
public:
    struct Options {
        std::string host = "a.test";  // SNI
        int newest_version = 0;       // as OpenSSL counts, TLS1_1_VERSION; 0: the newest there is
    };
    explicit TlsPeer(const Options& options);
    ~TlsPeer();
    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    // Sealed octets from the server; returns what was in them.
    std::string gets(std::string_view sealed);
    void says(std::string_view plain);
    void updates_keys();
    // What goes to the server.
    [[nodiscard]] std::string sealed();

    [[nodiscard]] bool established() const;
    [[nodiscard]] bool failed() const { return failed_; }
    // The common name of the server's certificate.
    [[nodiscard]] std::string server_name() const;
    [[nodiscard]] int version() const;

private:
    ssl_ctx_st* context_;
    ssl_st* ssl_;
    bool failed_ = false;
};

}  // namespace causeway::test
