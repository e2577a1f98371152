// What the broker knows of its bus: events come in, events go out, nothing here blocks and nothing here
// stores. An implementation may be NATS or a fake in a test.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "bridge/headers.hpp"
#include "bridge/subject.hpp"
#include "broker/base/clock.hpp"

namespace causeway::bridge {

enum class Origin : std::uint8_t {
    kOutside,     // a back end
    kOurCluster,  // another node of our cluster
};

// Something that was published on a subject we subscribe to. Comes from the network: only its form is
// checked (subject lawful, headers single lines), not what it says.
struct Event {
    std::string subject;
    std::string payload;
    Headers headers;  // as they came, Nats-Msg-Id and Causeway-Origin included
    Origin origin = Origin::kOutside;
    std::string origin_node;  // of kOurCluster
};

struct Outgoing {
    Subject subject;
    std::string payload;
    Headers headers;     // of the caller; none of fault_of_outgoing()'s
    std::string msg_id;  // for Nats-Msg-Id: unique per event, the same when it is repeated
};

enum class LinkState : std::uint8_t { kConnecting, kConnected, kDisconnected };

struct LinkStatus {
    LinkState state = LinkState::kConnecting;
    Monotonic since{};
    std::string detail;  // the server connected to, or why there is none; without secrets
};

// Since construction. Each only grows, except `queued`.
struct BridgeCounters {
    std::uint64_t in = 0;
    std::uint64_t in_bytes = 0;
    std::uint64_t in_echoes = 0;   // our own, come back
    std::uint64_t in_invalid = 0;  // malformed or too big
    std::uint64_t in_dropped = 0;  // came faster than on_event took them: there is a gap
    std::uint64_t out = 0;         // handed to the connection, which is not an acknowledgement
    std::uint64_t out_bytes = 0;
    std::uint64_t out_invalid = 0;
    std::uint64_t out_dropped = 0;  // the queue was full
    std::uint64_t connects = 0;     // reconnects are all but the first
    std::uint64_t queued = 0;       // waiting now
};

struct BridgeHandlers {
    // On one thread of the bridge, in order of arrival per subscription. Must not throw, nor wait for long:
    // what piles up behind it is dropped in the end.
    std::function<void(Event)> on_event;
    // The next two on another thread of the bridge. Changes of state, and what else an operator should read.
    std::function<void(const LinkStatus&)> on_state_change;
    std::function<void(const std::string&)> on_problem;
};

class Bridge {
public:
    Bridge() = default;
    Bridge(const Bridge&) = delete;
    Bridge& operator=(const Bridge&) = delete;
    virtual ~Bridge() = default;

    // Any thread; never blocks. False: not taken, and counted, because it is malformed or the queue is full.
    // True promises only an attempt: what must not get lost is kept by the caller until it is seen to arrive.
    [[nodiscard]] virtual bool publish(Outgoing message) = 0;
    // Any thread.
    [[nodiscard]] virtual LinkStatus status() const = 0;
    [[nodiscard]] virtual BridgeCounters counters() const = 0;
};

}  // namespace causeway::bridge
