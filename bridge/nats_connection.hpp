// One connection to NATS from its handshake to its end. It never reconnects: whoever owns it makes a new
// one, which is the one way back from every kind of loss. Belongs to one thread; the listener hears others.
#pragma once

#include <nats/nats.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "bridge/bridge.hpp"
#include "bridge/nats_options.hpp"

namespace causeway::bridge {

// Why there is no connection; without secrets.
class NatsError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Called on threads of the client library. Must not throw.
class NatsListener {
public:
    virtual void on_message(natsMsg& message) = 0;  // one thread, in order per subscription
    virtual void on_lost() = 0;                     // once at most
    virtual void on_trouble(std::string text) = 0;  // a permission refused, a slow consumer

protected:
    ~NatsListener() = default;
};

enum class Handed : std::uint8_t { kOver, kRefused, kConnectionLost };

class NatsConnection {
public:
    // Connected, and subscribed as the options say: what is published from now on is heard. Blocks for
    // connect_timeout per URL and flush_timeout at most. Throws NatsError.
    [[nodiscard]] static std::unique_ptr<NatsConnection> open(const NatsOptions& options,
                                                              NatsListener& listener);
    // Returns after the last call to the listener.
    ~NatsConnection();
    NatsConnection(const NatsConnection&) = delete;
    NatsConnection& operator=(const NatsConnection&) = delete;

    // Blocks for write_deadline at most. kRefused: this message is impossible; kConnectionLost: all are.
    [[nodiscard]] Handed publish(const Outgoing& message);
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
    void subscribe(const std::string& pattern);
    void fail(natsStatus status, const char* doing);
    [[nodiscard]] bool wait_until_over(std::chrono::milliseconds timeout);

    static void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* self);
    static void on_complete(void* self);
    static void on_closed(natsConnection*, void* self);
    static void on_error(natsConnection*, natsSubscription* subscription, natsStatus status, void* self);

    // Constant after construction
    const NatsOptions& options_;
    NatsListener& listener_;
    const std::string origin_;

    natsOptions* nats_options_ = nullptr;
    natsConnection* connection_ = nullptr;
    std::vector<natsSubscription*> subscriptions_;

    std::atomic<bool> lost_ = false;
    mutable std::mutex mutex_;
    std::condition_variable over_;
    // Guarded by mutex_
    bool closed_ = false;
    std::size_t open_subscriptions_ = 0;
    std::string reason_;
};

}  // namespace causeway::bridge
