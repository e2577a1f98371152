// The bridge to NATS. One thread of its own connects, again and again, publishes from bounded queues and
// talks to JetStream; one of the client library delivers events. Nobody who calls it waits for the network.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bridge/ack_box.hpp"
#include "bridge/bridge.hpp"
#include "bridge/kept_publisher.hpp"
#include "bridge/nats_connection.hpp"
#include "bridge/nats_options.hpp"
#include "bridge/outgoing_queue.hpp"
#include "bridge/stream_watch.hpp"
#include "broker/base/random.hpp"

namespace causeway::bridge {

class NatsBridge final : public Bridge, private NatsListener {
public:
    // Begins at once; NATS need not be there. `clock` outlives this. Throws std::invalid_argument when the
    // options contradict themselves, saying which.
    NatsBridge(NatsOptions options, BridgeHandlers handlers, const Clock& clock);
    // Publishes what is queued if NATS is there to take it, delivers what has arrived, and returns after the
    // last call to a handler: within connect_timeout per URL, or about three times flush_timeout. Not on a
    // thread of the bridge.
    ~NatsBridge() override;

    [[nodiscard]] bool publish(Outgoing message) override;
    [[nodiscard]] bool publish_kept(Kept message) override;
    [[nodiscard]] LinkStatus status() const override;
    [[nodiscard]] BridgeCounters counters() const override;

private:
    using Count = std::atomic<std::uint64_t>;

    // The bridge's thread
    void run();
    void serve(NatsConnection& connection);
    void look_for_streams(NatsConnection& connection);
    void acknowledge(NatsConnection& connection);
    void publish_batch(NatsConnection& connection, std::chrono::milliseconds wait);
    [[nodiscard]] bool hand_over(NatsConnection& connection, const Outgoing& message);
    void report_troubles();
    void set_state(LinkState state, std::string detail);
    [[nodiscard]] std::chrono::milliseconds next_wait(Monotonic connected_at);

    // The client library's
    void on_message(natsMsg& message) override;
    void on_delivery(natsMsg& message) override;
    void on_reply(std::uint64_t token, Reply reply) override { kept_.on_reply(token, std::move(reply)); }
    void on_advisory() override;
    [[nodiscard]] bool is_echo(const Event& event) const;
    void take_in(Event event);
    void on_lost() override;
    void on_trouble(std::string text) override;

    // Constant after construction
    const NatsOptions options_;
    const BridgeHandlers handlers_;
    const Clock& clock_;

    OutgoingQueue queue_;
    StreamWatch streams_;
    KeptPublisher kept_;
    const std::shared_ptr<AckBox> acks_;  // outlived by whoever still holds an event
    Count in_ = 0, in_bytes_ = 0, in_again_ = 0, in_echoes_ = 0, in_invalid_ = 0, in_dropped_ = 0;
    Count out_ = 0, out_bytes_ = 0, out_invalid_ = 0, out_dropped_ = 0, connects_ = 0;

    mutable std::mutex mutex_;
    LinkStatus status_;                  // guarded by mutex_
    std::vector<std::string> troubles_;  // guarded by mutex_

    std::atomic<bool> streams_changed_ = false;

    // The bridge's thread only
    Monotonic next_look_{};
    SystemRandom random_;
    std::chrono::milliseconds wait_;

    std::thread thread_;  // last: it uses all the others
};

}  // namespace causeway::bridge
