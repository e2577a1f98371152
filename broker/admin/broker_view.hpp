// What the admin API may ask of the broker and do to it. The program implements it; all functions are
// called on the admin thread, may block for a moment (a bounded one: a shard that does not answer is
// reported, not waited for) and return values that no other thread touches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "broker/admin/metrics.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/error_code.hpp"
#include "broker/base/numbers.hpp"

namespace causeway::admin {

struct Status {
    std::string version;
    std::string node;
    WallTime started_at{};
    bool ready = false;
    bool draining = false;
    std::uint64_t shards = 0;
    std::uint64_t connections = 0;
    std::uint64_t sessions = 0;
    std::uint64_t users = 0;
    std::uint64_t subscriptions = 0;
    std::string nats = "off";   // off, connected, away
    std::string store = "off";  // off, healthy, failed
};

// One connection of the public listener; before CONNECT it has no user.
struct Connection {
    SessionId id{};
    std::string user;
    std::string device;
    std::string client_type;
    std::string address;
    Transport transport = Transport::kWebsocket;
    std::string stomp_version;
    WallTime connected_at{};
    std::uint64_t subscriptions = 0;
    std::uint64_t queued_bytes = 0;
    std::uint64_t messages_received = 0;
    std::uint64_t messages_delivered = 0;
};

struct ConnectionQuery {
    std::size_t limit = 100;
    SessionId after{};  // ids greater than this
    std::string user;   // of this user only; empty: all
};

struct ConnectionPage {
    std::vector<Connection> items;  // by growing id
    bool more = false;              // there are greater ids
};

struct ToDestination {
    std::string destination;  // /topic/… or /queue/…; the broker checks the rest
};
struct ToUser {
    std::string user;
    std::string queue;  // "x/y" for /user/queue/x/y
};
struct ToEveryone {
    std::string queue;  // of every user who has a session
};

struct Publish {
    std::variant<ToDestination, ToUser, ToEveryone> to;
    std::string body;
    std::string content_type;
    std::vector<std::pair<std::string, std::string>> headers;
    bool persistent = false;  // kept for users who are away
};

struct Published {
    std::string message_id;
    // Subscriptions of this node it was handed to; nothing for what was stored, which goes out later.
    std::optional<std::uint64_t> delivered = 0;
    bool stored = false;
    std::optional<Offset> offset;
};
using PublishResult = std::variant<Published, Refusal>;

// One queue, as it is in memory and in the store.
struct QueueRow {
    std::string destination;
    std::uint64_t ready = 0;    // in memory, waiting for a consumer
    std::uint64_t delayed = 0;  // refused by a NACK, waiting to come again
    std::uint64_t unacked = 0;
    std::uint64_t consumers = 0;
    std::uint64_t bytes = 0;   // in memory
    std::uint64_t stored = 0;  // messages in the store, those in memory included
    std::uint64_t stored_bytes = 0;
};
struct QueuePage {
    std::vector<QueueRow> items;  // by name
    bool more = false;            // there are names behind
};

enum class Probe : std::uint8_t { kLive, kReady };

struct Check {
    std::string name;  // nats, store, shards, …
    bool ok = true;
    std::string detail;           // what is wrong and what to do; no secrets
    Probe probe = Probe::kReady;  // kLive: fails /livez as well, so that the process is restarted
    bool required = true;         // false: shown, but fails nothing
};

class BrokerView {
public:
    BrokerView() = default;
    BrokerView(const BrokerView&) = delete;
    BrokerView& operator=(const BrokerView&) = delete;
    virtual ~BrokerView() = default;

    [[nodiscard]] virtual Status status() = 0;
    [[nodiscard]] virtual ConnectionPage connections(const ConnectionQuery& query) = 0;
    [[nodiscard]] virtual std::optional<Connection> connection(SessionId id) = 0;
    // False: there is no such connection. Closes with code `kicked` and the reason.
    [[nodiscard]] virtual bool close_connection(SessionId id, const std::string& reason) = 0;
    // All of a user's, in the same way; how many there were. What they wanted written down is in the store's
    // hands by then.
    virtual std::uint64_t close_connections_of(const std::string& user, const std::string& reason) = 0;
    [[nodiscard]] virtual PublishResult publish(const Publish& message) = 0;
    // Queues with consumers or messages, whose names come behind `after`.
    [[nodiscard]] virtual std::variant<QueuePage, Refusal> queues(const std::string& after, std::size_t limit) = 0;
    // Drops what waits in a queue; how many that were. What consumers have does not come back.
    [[nodiscard]] virtual std::variant<std::uint64_t, Refusal> purge_queue(const std::string& destination) = 0;
    [[nodiscard]] virtual std::vector<Check> health() = 0;
    // All but `process` and `admin_requests`, which the API fills in itself.
    [[nodiscard]] virtual Snapshot metrics() = 0;
};

}  // namespace causeway::admin
