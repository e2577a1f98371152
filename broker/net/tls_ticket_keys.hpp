// The keys that seal session tickets (RFC 5077; RFC 8446, 4.6.1): a fresh one every period, the one before
// accepted for one period more, so that who steals the process's memory can open no older ticket. Shared by
// all certificates, their reloads and all shards, so a client resumes wherever it comes in. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>

#include "broker/base/clock.hpp"

struct ssl_ctx_st;

namespace causeway::net {

class TlsTicketKeys {
public:
    static constexpr Milliseconds kPeriod{std::chrono::hours(12)};
    static constexpr std::size_t kNameOctets = 16;

    struct Key {
        std::array<unsigned char, kNameOctets> name;  // in the clear, in the ticket
        std::array<unsigned char, 32> cipher;         // AES-256-CBC
        std::array<unsigned char, 32> mac;            // HMAC-SHA256
    };
    struct Found {
        Key key;
        bool current;  // false: the client is to have a new ticket
    };

    // `clock` outlives it. Throws std::runtime_error when there are no random octets.
    explicit TlsTicketKeys(const Clock& clock);
    ~TlsTicketKeys();
    TlsTicketKeys(const TlsTicketKeys&) = delete;
    TlsTicketKeys& operator=(const TlsTicketKeys&) = delete;

    // Tickets of connections of `context` are sealed with these keys. They must outlive the context and its
    // connections.
    void serve(ssl_ctx_st* context);

    // Replaces and forgets what is due, as the others do, too: for a timer, so that nothing stays in a broker
    // to which nobody comes. All three throw std::runtime_error when there are no random octets.
    void look();
    // For a new ticket.
    [[nodiscard]] Key current();
    // For one that came back. Nothing: too old, or never ours.
    [[nodiscard]] std::optional<Found> find(const unsigned char* name);

private:
    void rotate();  // holding mutex_

    // Constant after construction
    const Clock& clock_;

    std::mutex mutex_;
    // Guarded by mutex_
    Monotonic made_at_;  // the current one, or when it was due
    Key current_;
    std::optional<Key> previous_;
};

}  // namespace causeway::net
