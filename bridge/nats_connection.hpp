// One connection to NATS from its handshake to its end. It never reconnects: whoever owns it makes a new
// one, which is the one way back from every kind of loss. Belongs to one thread; the listener hears others.
#pragma once

#include <nats/nats.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bridge/bridge.hpp"
#include "bridge/late_callbacks.hpp"
#include "bridge/nats_options.hpp"

namespace causeway::bridge {

// Why there is no connection; without secrets.
class NatsError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// To something published with a token.
struct Reply {
    bool no_responders = false;  // nobody has heard it
    std::string payload;
};

// Called on threads of the client library; the first four on one, in order per subscription. Must not throw.
class NatsListener {
public:
    virtual void on_message(natsMsg& message) = 0;   // on a subject we subscribe to
    virtual void on_delivery(natsMsg& message) = 0;  // from a stream
    virtual void on_reply(std::uint64_t token, Reply reply) = 0;
    virtual void on_advisory() = 0;                 // streams or consumers have changed
    virtual void on_lost() = 0;                     // once at most
    virtual void on_trouble(std::string text) = 0;  // a permission refused, a slow consumer

protected:
    ~NatsListener() = default;
};

enum class Handed : std::uint8_t { kOver, kRefused, kConnectionLost };

class NatsConnection {
public:
    // Connected, and nothing heard yet but replies. Blocks for connect_timeout per URL at most. Throws
    // NatsError.
    [[nodiscard]] static std::unique_ptr<NatsConnection> open(const NatsOptions& options,
                                                              NatsListener& listener);
    // Returns after the last call to the listener.
    ~NatsConnection();
    NatsConnection(const NatsConnection&) = delete;
    NatsConnection& operator=(const NatsConnection&) = delete;

    // Subscribed as the options say: what is published after this is heard. Blocks for flush_timeout at
    // most. Throws NatsError, as the next two do.
    void hear_events();
    // One subject that a consumer of ours delivers to; it looks for that very subject, not for a pattern.
    void hear_deliveries(const std::string& subject);
    void hear_advisories();

    // Blocks for write_deadline at most. kRefused: this message is impossible; kConnectionLost: all are.
    // With a token above 0 it asks for a reply.
    [[nodiscard]] Handed publish(const Outgoing& message, std::uint64_t token = 0);
    // To the reply subject of a delivery.
    [[nodiscard]] Handed acknowledge(const std::string& reply, const std::string& text);
    // Whether NATS has all that was published so far. Blocks for flush_timeout at most.
    [[nodiscard]] bool flush();
    // A question and its reply; nothing if none came within request_timeout, for which it blocks at most.
    [[nodiscard]] std::optional<Reply> request(const std::string& subject, const std::string& body);
    // Delivers what has arrived and sends what was published, in flush_timeout at most, and ends it.
    void drain();

    // Any thread.
    [[nodiscard]] bool lost() const { return lost_; }
    [[nodiscard]] std::string reason() const;
    [[nodiscard]] std::string server() const;
    // Events dropped so far because the listener was too slow.
    [[nodiscard]] std::uint64_t dropped() const;

private:
    NatsConnection(const NatsOptions& options, NatsListener& listener);
    void connect();
    void subscribe(const std::string& pattern, natsMsgHandler handler);
    [[nodiscard]] Handed handed(natsStatus status);
    void on_answer(std::string_view question, Reply reply);
    void fail(natsStatus status, const char* doing);
    [[nodiscard]] bool wait_until_over(std::chrono::milliseconds timeout);

    static void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* self);
    static void on_delivery(natsConnection*, natsSubscription*, natsMsg* message, void* self);
    static void on_reply(natsConnection*, natsSubscription*, natsMsg* message, void* self);
    static void on_advisory(natsConnection*, natsSubscription*, natsMsg* message, void* self);
    static void on_complete(void* self);
    // On the library's other thread, the second even after the first.
    static void on_closed(natsConnection*, void* closure);
    static void on_error(natsConnection*, natsSubscription* subscription, natsStatus status, void* closure);
    void closed(std::string reason);

    // Constant after construction
    const NatsOptions& options_;
    NatsListener& listener_;
    const std::string origin_;
    const std::string inbox_;  // of replies, with its last dot

    natsOptions* nats_options_ = nullptr;
    natsConnection* connection_ = nullptr;
    std::vector<natsSubscription*> subscriptions_;

    std::atomic<bool> lost_ = false;
    std::atomic<std::uint64_t> questions_ = 0;
    mutable std::mutex mutex_;
    std::condition_variable over_;
    // Guarded by mutex_
    bool closed_ = false;
    std::size_t open_subscriptions_ = 0;
    std::string reason_;
    bool asking_ = false;  // question number questions_
    std::optional<Reply> answer_;
    std::condition_variable answered_;

    LateCallbacks<NatsConnection> callbacks_{*this};  // last: nobody finds us while the others end
};

}  // namespace causeway::bridge
