// What the broker knows of its bus: events come in, events go out, nothing here blocks and nothing here
// stores. An implementation may be NATS or a fake in a test.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bridge/headers.hpp"
#include "bridge/subject.hpp"
#include "broker/base/clock.hpp"

namespace causeway::bridge {

enum class Origin : std::uint8_t {
    kOutside,     // a back end
    kOurCluster,  // another node of our cluster
};

// Whether all that an event asks for has been done. kFailed: it should come again, after a while.
enum class Taken : std::uint8_t { kDone, kFailed };

// Something that was published on a subject we subscribe to. Comes from the network: only its form is
// checked (subject lawful, headers single lines), not what it says.
struct Event {
    std::string subject;
    std::string payload;
    Headers headers;  // as they came, Nats-Msg-Id and Causeway-Origin included
    Origin origin = Origin::kOutside;
    std::string origin_node;  // of kOurCluster

    // Of an event that a stream of JetStream keeps; otherwise empty, 0 and empty. It comes again, perhaps
    // to the next process, until on_taken has been called: once, on any thread, at any later time.
    std::string stream;
    std::uint64_t stream_sequence = 0;
    std::function<void(Taken)> on_taken;
};

struct Outgoing {
    Subject subject;
    std::string payload;
    Headers headers;     // of the caller; none of fault_of_outgoing()'s
    std::string msg_id;  // for Nats-Msg-Id: unique per event, the same when it is repeated
};

// A message that its owner keeps until he knows what became of it.
struct Kept {
    std::uint64_t id;
    Outgoing message;
};

enum class Fate : std::uint8_t {
    kStored,     // a stream has it
    kSent,       // NATS has it, and there is no stream for its subject
    kRefused,    // NATS or the stream takes no such message; others it may take
    kUncertain,  // nobody said, or the stream takes nothing now: to be published again, with the same msg_id
};

struct KeptAnswer {
    std::uint64_t id;
    Fate fate;
    std::string detail;  // of kRefused and kUncertain, for people
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
    std::uint64_t in_again = 0;     // of `in`: a stream had delivered them before
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
    // What publish_kept() took, each id once, in no order. On the same thread, which must not wait here.
    std::function<void(std::vector<KeptAnswer>)> on_kept;
    // What changed and is no problem: which streams events come from. On the same thread.
    std::function<void(const std::string&)> on_notice;
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
    // Any thread; never blocks. Published in the order taken, and answered by on_kept. False: not taken, for
    // there is no connection or too many are unanswered; the next answer or connection makes room.
    [[nodiscard]] virtual bool publish_kept(Kept message) = 0;
    // Any thread.
    [[nodiscard]] virtual LinkStatus status() const = 0;
    [[nodiscard]] virtual BridgeCounters counters() const = 0;
};

}  // namespace causeway::bridge
