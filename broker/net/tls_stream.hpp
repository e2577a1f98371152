// TLS of one connection, from octets to octets: no socket, no buffer of its own between calls, so that an
// idle connection costs what OpenSSL keeps of a session and no more. Belongs to its connection's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace causeway::net {

class TlsStream {
public:
    enum class State : std::uint8_t {
        kOpen,
        kClosed,  // the peer has said that nothing follows
        kBroken,  // not TLS, not agreed, or tampered with; what is in `out` may still tell the peer why
    };
    // More in one connection than any client needs: RFC 8446, 4.6.3 sets no bound.
    static constexpr int kMaxKeyUpdates = 32;
    // One for a handshake, another after a HelloRetryRequest. In TLS 1.2 each further one asks to negotiate anew
    // and is answered with a warning, so one of them is forgiven at most.
    static constexpr int kMaxHellos = 2;

    // Takes over `ssl`, and keeps alive what that refers to.
    TlsStream(ssl_st* ssl, std::shared_ptr<const void> context);
    ~TlsStream();
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    // What came from the socket; `on_plain` gets what was in it and may destroy nothing of the stream. What
    // has to go back (handshake, alerts) is appended to `out`.
    [[nodiscard]] State receive(std::string_view sealed,
                                const std::function<void(std::string_view)>& on_plain, std::string& out);
    // Once established(). At most 16 KiB make one record.
    [[nodiscard]] State seal(std::string_view plain, std::string& out);
    // Says that nothing follows from our side.
    void shut(std::string& out);

    [[nodiscard]] bool established() const;

private:
    friend struct TlsIo;
    friend class TlsContext;

    void watch_messages();

    struct Free {
        void operator()(ssl_st* ssl) const;
    };
    const std::shared_ptr<const void> context_;
    std::unique_ptr<ssl_st, Free> ssl_;
    // Of the call under way
    std::string_view in_;
    std::string* out_ = nullptr;
    // In the whole connection
    struct Seen {
        int key_updates = 0;
        int hellos = 0;
    };
    Seen seen_;
    [[nodiscard]] bool demands_too_much() const {
        return seen_.key_updates > kMaxKeyUpdates || seen_.hellos > kMaxHellos;
    }
};

}  // namespace causeway::net
