#include "broker/broker.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "broker/admin_token.hpp"
#include "broker/logging.hpp"
#include "broker/settings.hpp"
#include "broker/version.hpp"

namespace causeway {

namespace {

constexpr Milliseconds kDrainTimeout{10'000};
constexpr Milliseconds kDrainLook{20};
// What is on its way to NATS when the broker ends; the rest goes when it starts again.
constexpr Milliseconds kOutboxPatience{500};

std::size_t shard_count(std::size_t configured) {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    return std::min(configured == 0 ? cores : configured, routing::kMaxShards);
}

// Histories in memory end with the process, and so does what clients remember of them.
std::string new_epoch() {
    SystemRandom random;
    return random_hex(random, 8);
}

net::StaticFiles load_files(const std::string& directory) {
    return directory.empty() ? net::StaticFiles() : net::StaticFiles(directory);
}

}  // namespace

Broker::Broker(const config::Config& config)
    : config_(config),
      history_rules_(config.history),
      histories_(routes_, clock_, new_epoch(), config.limits.history_bytes),
      queue_rules_(config::queue_rules(config)),
      permissions_(config.permissions),
      verifier_(std::make_shared<const identity::TokenVerifier>(config::jwt_settings(config.auth))),
      files_(load_files(config.http.static_dir)),
      addresses_(std::make_shared<net::AddressBook>(config.limits.connections_per_address, address_rules(config))),
      settings_(shard_settings(config)) {
    auto options = store_options(config);
    options.on_health = [this](bool healthy, const std::string& reason) {
        store_condition_.tell(healthy, reason);
        if (healthy)
            spdlog::info("store: commits work again");
        else
            spdlog::error("store: commits fail: {}", reason);
    };
    options.make_outbox_event = outbox_maker();
    store_ = std::make_unique<storage::SqliteStore>(
        std::move(options), [this](std::vector<storage::Committed> committed) { on_committed(std::move(committed)); },
        clock_, store_random_);
    keep_histories();
    serve_queues();
    make_shards(shard_count(config.shards));
    listen();  // may throw: before there are threads that use the rest
    make_bridge();
    make_admin();
}

// Outside in: nobody comes in, sessions end, what they left is committed, NATS gets the last of it.
Broker::~Broker() {
    front_door_.reset();
    admin_listener_.reset();
    admin_->stop();
    for (const auto& shard : shards_) shard->stop();
    if (mirror_) mirror_->stop();
    if (outbox_) outbox_->finish(kOutboxPatience);
    store_.reset();
    nats_.reset();
}

void Broker::keep_histories() {
    topic_store_.emplace(*store_);
    routes_.keep({&history_rules_, &histories_,
                  [this](const routing::HistoryRule& rule, const routing::MessagePtr& message,
                         routing::OnStored on_stored) { topic_store_->append(rule, message, std::move(on_stored)); }});
}

void Broker::serve_queues() {
    routes_.serve_queues([this](const routing::MessagePtr& message, routing::OnQueued on_queued) {
        Shard& owner = *shards_[routes_.owner_of(message->destination)];
        owner.post([&owner, message, on_queued = std::move(on_queued)] { owner.own_queues().take(message, on_queued); });
    });
}

// What queues had before this process.
Offset Broker::stored_end() const {
    std::promise<std::optional<Offset>> answer;
    store_->read_log_state({storage::Log::Kind::kTopic, {}, {}}, {},
                           [&answer](const std::variant<storage::LogState, storage::ReadFailed>& read) {
                               const auto* const state = std::get_if<storage::LogState>(&read);
                               answer.set_value(state != nullptr ? std::optional(state->store_end) : std::nullopt);
                           });
    const auto end = answer.get_future().get();
    if (!end) throw std::runtime_error("the store can be opened, but not be read");
    return *end;
}

void Broker::make_shards(std::size_t count) {
    shared_ = std::make_unique<Shared>(Shared{clock_, settings_, routes_, *store_, users_, verifier_, permissions_,
                                              files_, addresses_, shards_, count, queue_rules_, queue_account_, stored_end(),
                                              [this] { return operations_->health(); },
                                              [this](const session::UserCameOrWent& change) { on_user(change); }});
    for (std::size_t i = 0; i < count; ++i) {
        shards_.push_back(std::make_unique<Shard>(i, *shared_));
        routes_.add(shards_.back()->mailbox());
    }
}

// Without NATS there is nobody to tell.
storage::MakeOutboxEvent Broker::outbox_maker() {
    if (config_.nats.url.empty()) return {};
    return [this](const storage::Committed& fact) {
        auto event = app::outbox_event(fact);
        outbox_grew_ = outbox_grew_ || event.has_value();
        return event;
    };
}

// On the store's thread, as the maker is.
void Broker::on_committed(std::vector<storage::Committed> committed) {
    feed_.on_committed(std::move(committed));
    if (!std::exchange(outbox_grew_, false)) return;
    if (OutboxSender* const sender = outbox_awake_.load()) sender->wake();
}

void Broker::make_bridge() {
    if (config_.nats.url.empty()) return;
    mirror_ = std::make_unique<EventMirror>(routes_, *store_, clock_);
    bridge::BridgeHandlers handlers;
    handlers.on_event = [this](const bridge::Event& event) { mirror_->on_event(event); };
    handlers.on_state_change = [this](const bridge::LinkStatus& status) {
        const bool connected = status.state == bridge::LinkState::kConnected;
        if (!connected && draining_.load()) return spdlog::info("nats: left");
        if (!connected)
            return spdlog::warn("nats: not connected: {}; local traffic goes on", status.detail);
        spdlog::info("nats: connected to {}", status.detail);
        outbox_->connected();
    };
    handlers.on_problem = [](const std::string& problem) { spdlog::warn("nats: {}", problem); };
    handlers.on_notice = [](const std::string& notice) { spdlog::info("nats: {}", notice); };
    handlers.on_kept = [this](std::vector<bridge::KeptAnswer> answers) { outbox_->on_kept(std::move(answers)); };
    outbox_ = std::make_unique<OutboxSender>(*store_, *store_, clock_);
    nats_ = std::make_unique<bridge::NatsBridge>(nats_options(config_), std::move(handlers), clock_);
    announcer_.publish_to(nats_.get());
    outbox_->start(*nats_);
    outbox_awake_ = outbox_.get();
}

void Broker::make_admin() {
    operations_ = std::make_unique<Operations>(
        OperationsParts{kVersion, config_.cluster.node, clock_, shards_, routes_, *store_, *store_,
                        store_condition_, users_, nats_.get(), feed_, *addresses_, turned_away_, ready_, draining_});
    store_operations_ = std::make_unique<StoreOperations>(
        *store_, *store_, outbox_ ? std::function<void()>([this] { outbox_->retry(); }) : nullptr);
    admin::ApiOptions options;
    options.guard.token = admin_token(config_);
    options.guard.hosts = config_.admin.hosts;
    options.guard.allowed_origins = config_.admin.allowed_origins;
    options.metrics_need_token = config_.admin.metrics_need_token;
    options.audit = [](std::string_view line) { spdlog::info("admin: {}", line); };
    api_ = std::make_unique<admin::Api>(*operations_, *store_operations_, clock_, std::move(options));
    admin_ = std::make_unique<AdminServer>(clock_, *api_);
}

void Broker::listen() {
    const auto on_trouble = [](const std::string& what, std::chrono::milliseconds wait) {
        spdlog::warn("{}; the next try is in {} ms", what, wait.count());
    };
    front_door_.emplace(io_, config_, clock_, addresses_, shards_, turned_away_);
    // Operators get in when clients have taken all that is theirs.
    constexpr int kSpareForOthers = 32;
    admin_listener_.emplace(
        io_, config_.listen.admin_address, [this](int fd, std::string peer) { admin_->adopt(fd, std::move(peer)); },
        on_trouble, kSpareForOthers);
}

void Broker::on_user(const session::UserCameOrWent& change) {
    if (!announcer_.is_heard(change.online ? app::kUserLogin : app::kUserLogout)) return;
    const app::SessionFacts facts{change.identity, change.device_id, change.client_type, change.address, {}};
    thread_local SystemRandom random;
    MessageIds ids(clock_, random);
    announcer_.announce(change.online ? app::login_event(facts, clock_.wall(), ids)
                                      : app::logout_event(facts, clock_.wall(), "disconnected", ids));
}

void Broker::run() {
    for (const auto& shard : shards_) shard->start();
    admin_->start();
    ready_.store(true);
    spdlog::info("listening {} admin={}", front_door_->description(), admin_listener_->address());
    await_signal();
    io_.run();
}

void Broker::await_signal() {
    signals_.async_wait([this](const asio::error_code& error, int signal) {
        if (error) return;
        if (signal == SIGHUP) {
            front_door_->reload();
            return await_signal();
        }
        if (draining_.load()) return io_.stop();
        spdlog::info("{}: draining; a second signal ends at once", signal == SIGTERM ? "SIGTERM" : "SIGINT");
        drain();
        await_signal();
    });
}

void Broker::drain() {
    draining_.store(true);
    ready_.store(false);
    front_door_->stop();
    for (const auto& shard : shards_) shard->drain();
    drain_until_ = clock_.monotonic() + kDrainTimeout;
    look_whether_drained();
}

void Broker::look_whether_drained() {
    const bool drained =
        std::all_of(shards_.begin(), shards_.end(), [](const auto& shard) { return shard->drained(); });
    if (drained || clock_.monotonic() >= drain_until_) return io_.stop();
    drain_timer_.expires_after(kDrainLook);
    drain_timer_.async_wait([this](const asio::error_code& error) {
        if (!error) look_whether_drained();
    });
}

}  // namespace causeway
