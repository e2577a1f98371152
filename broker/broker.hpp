// All parts of a running broker, built in the order in which they need each other and ended in the
// opposite one. What main() calls; knows no command line.
#pragma once

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "bridge/nats_bridge.hpp"
#include "broker/admin/api.hpp"
#include "broker/admin_server.hpp"
#include "broker/commit_feed.hpp"
#include "broker/config/config.hpp"
#include "broker/event_mirror.hpp"
#include "broker/front_door.hpp"
#include "broker/net/listener.hpp"
#include "broker/operations.hpp"
#include "broker/outbox_sender.hpp"
#include "broker/routing/topic_history.hpp"
#include "broker/shard.hpp"
#include "broker/store_condition.hpp"
#include "broker/store_operations.hpp"
#include "broker/topic_store.hpp"
#include "storage/sqlite_store.hpp"

namespace causeway {

class Broker {
public:
    // Opens the store and binds the listeners; nothing is served yet. Throws storage::Error,
    // config::ConfigError, std::runtime_error, each saying what to do.
    explicit Broker(const config::Config& config);
    Broker(const Broker&) = delete;
    Broker& operator=(const Broker&) = delete;
    ~Broker();

    // Serves until SIGTERM or SIGINT, then drains; a second signal ends it at once. SIGHUP reads the certificates again.
    void run();

private:
    void keep_histories();
    void serve_queues();
    [[nodiscard]] Offset stored_end() const;
    void make_shards(std::size_t count);
    [[nodiscard]] storage::MakeOutboxEvent outbox_maker();
    void on_committed(std::vector<storage::Committed> committed);
    void make_bridge();
    void make_admin();
    void listen();
    void await_signal();
    void drain();
    void look_whether_drained();
    void on_user(const session::UserCameOrWent& change);

    const config::Config config_;
    SystemClock clock_;
    SystemRandom store_random_;
    std::atomic<bool> ready_{false};
    std::atomic<bool> draining_{false};

    routing::Shards routes_;
    const routing::HistoryRules history_rules_;
    routing::TopicHistory histories_;
    const queue::QueueRules queue_rules_;
    queue::Account queue_account_;
    session::UserSessions users_;
    const identity::Permissions permissions_;
    const std::shared_ptr<const identity::TokenVerifier> verifier_;
    const net::StaticFiles files_;
    const std::shared_ptr<net::AddressBook> addresses_;
    TurnedAway turned_away_;
    std::vector<std::unique_ptr<Shard>> shards_;
    ShardSettings settings_;
    Announcer announcer_{routes_, clock_};
    CommitFeed feed_{routes_, shards_, announcer_};
    StoreCondition store_condition_;
    std::unique_ptr<storage::SqliteStore> store_;
    std::optional<TopicStore> topic_store_;
    std::unique_ptr<Shared> shared_;
    std::atomic<OutboxSender*> outbox_awake_{nullptr};  // once it may be woken
    bool outbox_grew_ = false;                          // the store's thread: in this commit
    std::unique_ptr<EventMirror> mirror_;
    std::unique_ptr<OutboxSender> outbox_;
    std::unique_ptr<bridge::Bridge> nats_;
    std::unique_ptr<Operations> operations_;
    std::unique_ptr<StoreOperations> store_operations_;
    std::unique_ptr<admin::Api> api_;
    std::unique_ptr<AdminServer> admin_;

    asio::io_context io_;
    asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
    asio::steady_timer drain_timer_{io_};
    std::optional<FrontDoor> front_door_;
    std::optional<net::Listener> admin_listener_;
    Monotonic drain_until_{};
};

}  // namespace causeway
