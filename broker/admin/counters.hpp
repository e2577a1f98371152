// What one shard counts: plain numbers, no locks. The shard's thread counts; for a scrape it posts a
// copy, and copies of several shards are added up. Gauges (open connections, …) are numbers that also
// go down. Every label has a fixed set of values: no user, destination or address is ever one.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "broker/base/error_code.hpp"

namespace causeway::admin {

// The texts of an enum used as a label, in the order of its enumerators.
template <typename Label>
struct LabelValues;

#define CAUSEWAY_LABEL(Enum, Name, ...)                                               \
    template <>                                                                       \
    struct LabelValues<Enum> {                                                        \
        static constexpr std::string_view name = Name;                                \
        static constexpr auto texts = std::to_array<std::string_view>({__VA_ARGS__}); \
    }

enum class Transport : std::uint8_t {
    kWebsocket,
    kSockjsWebsocket,
    kXhrStreaming,
    kXhrPolling,
    kEventsource,
    kHtmlfile,
    kJsonp,
    kTcp
};
CAUSEWAY_LABEL(Transport, "transport", "websocket", "sockjs_websocket", "xhr_streaming", "xhr_polling",
               "eventsource", "htmlfile", "jsonp", "tcp");

// Why a connection that had been accepted ended.
enum class CloseReason : std::uint8_t {
    kClient,
    kServer,
    kHeartbeat,
    kSlowConsumer,
    kProtocolError,
    kAuth,
    kTokenExpired,
    kTokenRevoked,
    kRateLimit,
    kAdmin,
    kDrain,
    kTransportError
};
CAUSEWAY_LABEL(CloseReason, "reason", "client", "server", "heartbeat", "slow_consumer", "protocol_error",
               "auth", "token_expired", "token_revoked", "rate_limit", "admin", "drain", "transport_error");

// Why a socket never became a STOMP session.
enum class RejectReason : std::uint8_t {
    kOrigin,
    kLimit,
    kAddressLimit,
    kAddressDenied,
    kProxyHeader,
    kHandshakeRate,
    kAuth,
    kTls,
    kTimeout,
    kBadHandshake
};
CAUSEWAY_LABEL(RejectReason, "reason", "origin", "limit", "address_limit", "address_denied",
               "proxy_header", "handshake_rate", "auth", "tls", "timeout", "bad_handshake");

enum class FrameIn : std::uint8_t {
    kConnect,
    kStomp,
    kSend,
    kSubscribe,
    kUnsubscribe,
    kAck,
    kNack,
    kBegin,
    kCommit,
    kAbort,
    kDisconnect,
    kHeartbeat
};
CAUSEWAY_LABEL(FrameIn, "command", "CONNECT", "STOMP", "SEND", "SUBSCRIBE", "UNSUBSCRIBE", "ACK", "NACK",
               "BEGIN", "COMMIT", "ABORT", "DISCONNECT", "heartbeat");

enum class FrameOut : std::uint8_t { kConnected, kMessage, kReceipt, kError, kHeartbeat };
CAUSEWAY_LABEL(FrameOut, "command", "CONNECTED", "MESSAGE", "RECEIPT", "ERROR", "heartbeat");

// Where a message came from.
enum class Source : std::uint8_t { kStomp, kNats, kAdmin, kBroker };
CAUSEWAY_LABEL(Source, "source", "stomp", "nats", "admin", "broker");

enum class DropReason : std::uint8_t {
    kSlowConsumer,
    kQueueFull,
    kExpired,
    kTooLarge,
    kPermission,
    kDuplicate
};
CAUSEWAY_LABEL(DropReason, "reason", "slow_consumer", "queue_full", "expired", "too_large", "permission",
               "duplicate");

enum class AuthResult : std::uint8_t { kAccepted, kRefused, kExpired, kRevoked };
CAUSEWAY_LABEL(AuthResult, "result", "accepted", "refused", "expired", "revoked");

enum class AclAction : std::uint8_t { kSubscribe, kSend, kDeliver };
CAUSEWAY_LABEL(AclAction, "action", "subscribe", "send", "deliver");

enum class RateScope : std::uint8_t { kSession, kUser, kAddress };
CAUSEWAY_LABEL(RateScope, "scope", "session", "user", "address");

enum class StatusClass : std::uint8_t { k1xx, k2xx, k3xx, k4xx, k5xx };
CAUSEWAY_LABEL(StatusClass, "status", "1xx", "2xx", "3xx", "4xx", "5xx");

enum class Direction : std::uint8_t { kIn, kOut };
CAUSEWAY_LABEL(Direction, "direction", "in", "out");

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };
CAUSEWAY_LABEL(LogLevel, "level", "debug", "info", "warn", "error");

#undef CAUSEWAY_LABEL

// One number for each value of a label.
template <typename Label, std::size_t Size>
struct CountsOf {
    std::array<std::uint64_t, Size> numbers{};
    [[nodiscard]] std::uint64_t& operator[](Label label) { return numbers[static_cast<std::size_t>(label)]; }
    [[nodiscard]] std::uint64_t operator[](Label label) const {
        return numbers[static_cast<std::size_t>(label)];
    }
};
template <typename Label>
using Counts = CountsOf<Label, LabelValues<Label>::texts.size()>;

// The class of an HTTP status: 204 is k2xx.
constexpr StatusClass status_class(int status) {
    return static_cast<StatusClass>(status < 100 || status > 599 ? 4 : status / 100 - 1);
}

struct ShardCounters {
    // Gauges: what there is now.
    Counts<Transport> connections;
    std::uint64_t sessions = 0;  // CONNECTED
    std::uint64_t subscriptions = 0;
    std::uint64_t outbound_queue_bytes = 0;
    std::uint64_t queues = 0;  // in memory, as all of these
    std::uint64_t queue_ready = 0;
    std::uint64_t queue_delayed = 0;
    std::uint64_t queue_unacked = 0;
    std::uint64_t queue_consumers = 0;
    std::uint64_t queue_bytes = 0;

    // Counters: only ever grow.
    Counts<Transport> opened;
    Counts<CloseReason> closed;
    Counts<RejectReason> rejected;
    Counts<FrameIn> frames_received;
    Counts<FrameOut> frames_sent;
    Counts<Transport> bytes_received;
    Counts<Transport> bytes_sent;
    Counts<Source> messages_received;
    Counts<Source> messages_delivered;  // one for each subscription
    Counts<DropReason> messages_dropped;
    CountsOf<ErrorCode, kErrorCodes> errors;
    Counts<AuthResult> auth_attempts;
    Counts<AclAction> acl_denied;
    Counts<RateScope> rate_limited;
    std::uint64_t queue_delivered = 0;
    std::uint64_t queue_redelivered = 0;
    std::uint64_t queue_acked = 0;
    std::uint64_t queue_dead_lettered = 0;
    std::uint64_t queue_dropped = 0;
    std::uint64_t queue_refused = 0;
    Counts<StatusClass> http_requests;  // on the public listener, upgrades included

    ShardCounters& operator+=(const ShardCounters& other);
};
static_assert(std::has_unique_object_representations_v<ShardCounters>, "numbers and nothing else");

inline ShardCounters& ShardCounters::operator+=(const ShardCounters& other) {
    // All fields are 64-bit numbers, so the sum of the whole cannot forget one.
    using Numbers = std::array<std::uint64_t, sizeof(ShardCounters) / sizeof(std::uint64_t)>;
    auto sum = std::bit_cast<Numbers>(*this);
    const auto more = std::bit_cast<Numbers>(other);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
    return *this = std::bit_cast<ShardCounters>(sum);
}

}  // namespace causeway::admin
