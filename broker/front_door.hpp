// Where clients come in: the listeners for the web and for STOMP alone, plain and TLS, and the decision whether one
// more socket is taken. Spreads what it takes over the shards. Belongs to the main thread.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/config/config.hpp"
#include "broker/net/address_book.hpp"
#include "broker/net/listener.hpp"
#include "broker/net/tls_context.hpp"
#include "broker/net/tls_ticket_keys.hpp"
#include "broker/session/rate.hpp"
#include "broker/shard.hpp"

namespace causeway {

// Sockets that were not taken. Counted by the main thread, read by any.
struct TurnedAway {
    std::atomic<std::uint64_t> untrusted{0};   // past the balancer
    std::atomic<std::uint64_t> handshakes{0};  // more than tls.handshakes_per_second
};

class FrontDoor {
public:
    // Binds. Everything outlives it. Throws std::runtime_error: an address that is taken, a certificate that
    // cannot be read.
    FrontDoor(asio::io_context& io, const config::Config& config, const Clock& clock,
              const std::shared_ptr<net::AddressBook>& addresses, const std::vector<std::unique_ptr<Shard>>& shards,
              TurnedAway& turned_away);

    // Reads the certificates again, for connections that come from now on. A file that cannot be used changes
    // nothing and is logged.
    void reload();
    // Nobody comes in any more.
    void stop();

    // "public=HOST:PORT", then " tls=", " stomp=" and " stomp_tls=" if they are there.
    [[nodiscard]] std::string description() const;

private:
    struct Kind {
        Entrance entrance;
        bool tls;
    };
    void listen(asio::io_context& io, const char* name, const std::string& address, Kind kind);
    void accept(int fd, std::string peer, Kind kind);
    void refuse(int fd, const std::string& peer);
    [[nodiscard]] std::shared_ptr<const net::TlsContext> load() const;
    void look_after_tickets();

    const config::Config& config_;
    const Clock& clock_;
    const std::shared_ptr<net::AddressBook>& addresses_;
    const std::vector<std::unique_ptr<Shard>>& shards_;
    TurnedAway& turned_away_;
    const std::shared_ptr<net::TlsTicketKeys> tickets_;
    asio::steady_timer ticket_timer_;
    std::shared_ptr<const net::TlsContext> context_;  // null: no TLS
    session::Rate handshakes_;
    std::vector<std::pair<const char*, std::unique_ptr<net::Listener>>> listeners_;
    std::size_t next_shard_ = 0;
    bool told_of_untrusted_ = false;
};

}  // namespace causeway
