// The seam between sockets and sessions: a byte stream of one client, whichever way it came in.
// A WebSocket has one connection for its life; SockJS over HTTP changes its own below this seam.
// Single-threaded: both sides live on the client's shard.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/net/frame.hpp"

namespace causeway::net {

class EventLoop;

// How one STOMP frame is wrapped on its way out: part of what makes two encodings differ.
enum class Wire : std::uint8_t { kWebSocket, kSockJsWebSocket, kSockJsHttp, kTcp };
inline constexpr std::size_t kWires = 4;
// Octets as they are; SockJS carries text only.
[[nodiscard]] constexpr bool carries_octets(Wire wire) { return wire == Wire::kWebSocket || wire == Wire::kTcp; }

// What carries the octets; of SockJS over HTTP what its first request was.
enum class Carrier : std::uint8_t {
    kWebSocket,
    kSockJsWebSocket,
    kXhrStreaming,
    kXhrPolling,
    kEventSource,
    kHtmlFile,
    kJsonp,
    kTcp
};

// What the client said before its first STOMP byte.
struct Opening {
    Carrier carrier = Carrier::kWebSocket;
    std::string peer;         // address without port
    std::string query;        // of the upgrade, raw
    std::string origin;       // empty when absent
    std::string subprotocol;  // agreed; empty for none
};

// Why a client is let go, as the transport may have to say it.
struct Farewell {
    int close_code;
    std::string reason;
};

// A rule below STOMP that the peer broke.
struct Violation {
    int close_code;  // RFC 6455, 7.4.1: 1002, 1007, 1008, or 1009 for too large
    std::string text;
    std::uint64_t size = 0;  // octets of what is too large, as far as it is known; 0: it is not
};

class TransportUser {
public:
    enum class Gone : std::uint8_t { kClient, kBroken, kOurs };

    TransportUser() = default;
    TransportUser(const TransportUser&) = delete;
    TransportUser& operator=(const TransportUser&) = delete;
    virtual ~TransportUser() = default;
    virtual void on_bytes(std::string_view bytes) = 0;
    // The client's side has received all that was sent before ping(token).
    virtual void on_pong(std::uint32_t token) = 0;
    virtual void on_deadline(Monotonic now) = 0;
    virtual void on_drained() = 0;
    // The client does not read what is sent to it. Must say its last word and close(). Never within send().
    virtual void on_slow() = 0;
    // The connection is about to end for it. May say its last word and close(); what the Close frame says is the
    // violation's all the same.
    virtual void on_violation(const Violation& /*violation*/) {}
    virtual void on_gone(Gone how) = 0;  // last call; the transport is not to be used any more
};

class Transport {
public:
    explicit Transport(Wire wire) : wire_(wire) {}
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    [[nodiscard]] Wire wire() const { return wire_; }
    // `frame` was made by wrap() for this wire. Silently nothing once closing.
    virtual void send(const FrameRef& frame) = 0;
    virtual void ping(std::uint32_t token) = 0;
    // False: pings are not sent, and on_pong() never comes.
    [[nodiscard]] virtual bool answers_pings() const { return true; }
    // Sends what is queued, then `last` past every limit if it is not empty, then closes.
    virtual void close(const FrameRef& last, const Farewell& farewell) = 0;
    virtual void set_deadline(Monotonic due) = 0;
    // on_drained() will be called when all that is queued is written.
    virtual void tell_drained() = 0;
    // Stops and resumes taking bytes from the client.
    virtual void read_on(bool on) = 0;
    // The client is known: limits for strangers end, and its messages may be this large, in octets.
    virtual void allow(std::size_t message_bytes) = 0;
    [[nodiscard]] virtual std::size_t queued() const = 0;
    // Octets ever handed to the network: tells whether anything was sent since one last looked.
    [[nodiscard]] virtual std::uint64_t written() const = 0;
    [[nodiscard]] virtual const Opening& opening() const = 0;

private:
    const Wire wire_;
};

// A STOMP frame, or a lone EOL, as one message of the wire. Text where it is valid UTF-8, binary
// where it is not (SockJS carries text only: invalid octets are replaced there).
[[nodiscard]] FrameRef wrap(Wire wire, std::string_view stomp_frame);
// A SockJS frame (o, h, a[…], c[…]) as one WebSocket message.
[[nodiscard]] FrameRef wrap_sockjs_text(std::string_view sockjs_frame);

}  // namespace causeway::net
