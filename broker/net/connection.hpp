// One accepted socket: reads into its loop's buffer, writes its send queue once per turn, closes
// without losing what was queued. What the bytes mean is its Protocol's business.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "broker/net/address_book.hpp"
#include "broker/net/event_loop.hpp"
#include "broker/net/frame.hpp"
#include "broker/net/proxied_socket.hpp"
#include "broker/net/sealed_socket.hpp"
#include "broker/net/send_queue.hpp"

namespace causeway::net {

class Connection;
class ConnectionSet;

// What a connection speaks. Replaced in place by an upgrade; destroyed with its connection.
class Protocol {
public:
    enum class Gone : std::uint8_t { kPeer, kBroken, kOurs };

    Protocol() = default;
    Protocol(const Protocol&) = delete;
    Protocol& operator=(const Protocol&) = delete;
    virtual ~Protocol() = default;
    virtual void on_bytes(std::string_view bytes) = 0;
    // The deadline set with Connection::set_deadline() has passed.
    virtual void on_deadline(Monotonic now) = 0;
    // All that was queued is written: after the socket was blocked, or as tell_drained() asked.
    virtual void on_drained() {}
    // The send queue is over its limit, or has made no progress for too long. Once. Nothing but
    // send_last() is queued from now on; the protocol must end the connection, in its own time.
    virtual void on_slow() = 0;
    // The broker stops: what waits for nothing should end now.
    virtual void on_drain() {}
    // The socket is gone or finish() was called by us. Last call. Once.
    virtual void on_gone(Gone how) = 0;
};

// An accepted, non-blocking socket, and what is known of its peer.
struct Arrival {
    int fd = -1;
    std::string peer;                                        // address without port
    std::unique_ptr<AddressBook::Ticket> stranger = nullptr;  // held until the connection is gone
    std::unique_ptr<TlsStream> tls = nullptr;                 // null: not encrypted
    // A PROXY header comes first; whom it names is entered here. Null: none comes.
    std::shared_ptr<AddressBook> proxied = nullptr;
};

class Connection final : public EventLoop::Source {
public:
    // Owns the socket. Made by ConnectionSet::adopt().
    Connection(ConnectionSet& set, Arrival arrival);
    ~Connection() override;

    // Deletes the protocol that was in place at the end of the turn.
    void set_protocol(std::unique_ptr<Protocol> protocol);

    // Queues; written at the end of this turn. Nothing is queued after finish().
    void send(const FrameRef& frame);
    void send(std::string_view bytes) { send(FrameRef::make({}, bytes)); }
    // Passes the limit: for the ERROR and close that tell a slow consumer so.
    void send_last(const FrameRef& frame);

    // Writes what is queued, ends our side, waits at most `linger` for the peer's end while
    // discarding what it sends (STOMP 1.2, "Connection Lingering"), then closes.
    void finish(Milliseconds linger);
    // Closes now; what is queued is lost.
    void abort(Protocol::Gone how = Protocol::Gone::kOurs);

    void set_deadline(Monotonic due);
    // The peer has said who it is: it no longer counts as a stranger of its address.
    void acquaint() { stranger_.reset(); }
    // The peer speaks for a stranger, who has been counted.
    void speaks_for(std::unique_ptr<AddressBook::Ticket> stranger) { stranger_ = std::move(stranger); }
    // on_drained() will be called once when the queue has been written, also if it never blocks.
    void tell_drained() {
        tell_drained_ = true;
        mark_dirty();
    }
    // Stops and resumes taking bytes from the socket.
    void read_on(bool on);

    [[nodiscard]] std::size_t queued() const { return queue_.bytes(); }
    [[nodiscard]] std::uint64_t written() const { return queue_.written(); }
    [[nodiscard]] bool open() const { return stage_ == Stage::kOpen; }
    [[nodiscard]] bool encrypted() const { return sealed_ != nullptr; }
    // Who connected, as far as a PROXY header or the socket tells.
    [[nodiscard]] const std::string& peer() const { return peer_; }
    [[nodiscard]] EventLoop& loop() const;

private:
    friend class ConnectionSet;
    enum class Stage : std::uint8_t { kOpen, kFinishing, kClosed };
    enum class Slow : std::uint8_t { kNo, kToBeTold, kTold };
    struct Deadline final : Timer {
        explicit Deadline(Connection& owner) : connection(owner) {}
        void on_time(Monotonic now) override;
        Connection& connection;
    };
    struct Stall final : Timer {
        explicit Stall(Connection& owner) : connection(owner) {}
        void on_time(Monotonic now) override;
        Connection& connection;
    };

    void on_ready(bool readable, bool writable) override;
    void read();
    void take(std::string_view bytes);
    void introduce(std::string_view bytes);
    void open(std::string_view sealed);
    void end_writing();
    void mark_dirty();
    void flush();
    void on_blocked();
    void on_unblocked();
    void tell_slow();
    void shed();
    void watch(EventLoop::Interest interest);
    // Octets that the peer's kernel has; for comparing.
    [[nodiscard]] std::uint64_t arrived() const;

    // What every message touches lies together: of many connections none is in the cache.
    ConnectionSet& set_;
    int fd_;
    Stage stage_ = Stage::kOpen;
    EventLoop::Interest watched_ = EventLoop::Interest::kRead;
    Slow slow_ = Slow::kNo;
    bool dirty_ = false;
    bool blocked_ = false;
    bool tell_drained_ = false;
    bool reading_ = true;
    bool shut_ = false;
    SendQueue queue_;
    std::unique_ptr<Protocol> protocol_;
    std::unique_ptr<SealedSocket> sealed_;    // null: plain octets
    std::unique_ptr<ProxiedSocket> proxied_;  // until its header has come

    std::string peer_;
    std::unique_ptr<AddressBook::Ticket> stranger_;
    Deadline deadline_{*this};
    Stall stall_{*this};
    std::uint64_t arrived_at_stall_ = 0;
    std::size_t index_ = 0;  // in the set
};

struct ConnectionLimits {
    std::size_t queue_bytes = 1 << 20;
    Milliseconds stall{10'000};
    std::size_t memory_bytes = SIZE_MAX;  // of all that waits on this loop; what is shared counts once
};

struct ConnectionCounters {
    std::uint64_t opened = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t slow = 0;
    std::uint64_t no_proxy_header = 0;  // none that could be read where one was expected
    std::uint64_t no_tls = 0;           // handshakes that failed; peers that only went away do not count
};

// All connections of one loop, their read buffer, and the list of those with something to write.
class ConnectionSet {
public:
    ConnectionSet(EventLoop& loop, ConnectionLimits limits) : loop_(loop), limits_(limits) {}
    ConnectionSet(const ConnectionSet&) = delete;
    ConnectionSet& operator=(const ConnectionSet&) = delete;
    ~ConnectionSet();

    // Takes the socket over. The reference holds until the connection is gone.
    Connection& adopt(Arrival arrival);
    Connection& adopt(int fd, std::string peer) { return adopt({fd, std::move(peer)}); }
    // Writes every connection that has something new, once. To be called at the end of each turn. If what is
    // left takes more memory than there may be, those with most waiting are slow.
    void flush_dirty();
    void abort_all();
    // Tells every protocol that the broker stops.
    void drain();

    void set_limits(ConnectionLimits limits) { limits_ = limits; }
    [[nodiscard]] std::size_t size() const { return connections_.size(); }
    [[nodiscard]] std::uint64_t queued_bytes() const;
    [[nodiscard]] const ConnectionCounters& counters() const { return counters_; }
    [[nodiscard]] EventLoop& loop() const { return loop_; }

private:
    friend class Connection;
    void release(Connection& connection);
    bool shed();

    EventLoop& loop_;
    ConnectionLimits limits_;
    ConnectionCounters counters_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<Connection*> dirty_;
    std::array<char, 64 * 1024> read_buffer_;
};

}  // namespace causeway::net
