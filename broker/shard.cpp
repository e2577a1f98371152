#include "broker/shard.hpp"

#include <spdlog/spdlog.h>

#include <cassert>

#include "broker/app/deliveries.hpp"
#include "broker/net/http_protocol.hpp"
#include "broker/net/tcp_transport.hpp"
#include "stomp/version.hpp"

namespace causeway {

namespace {

constexpr Milliseconds kDrainLook{50};
constexpr std::size_t kEscaped = 6;  // octets of SockJS for one of STOMP, at worst

std::string body_limit_key(const session::SessionLimits& limits) {
    return std::to_string(kEscaped) + " for each of limits.frame_bytes = " + std::to_string(limits.frame_bytes);
}

}  // namespace

// Once a second: cursors to the store. While draining: who may go now.
class Shard::Housekeeping final : public net::Timer {
public:
    explicit Housekeeping(Shard& shard) : shard_(shard) {}

private:
    void on_time(Monotonic now) override { shard_.keep_house(now); }
    Shard& shard_;
};

// Messages of queues that come again after a while.
class Shard::QueueAlarm final : public net::Timer {
public:
    explicit QueueAlarm(Shard& shard) : shard_(shard) {}
    std::optional<Monotonic> due;

private:
    void on_time(Monotonic now) override {
        due.reset();
        shard_.queues_.on_time(now);
    }
    Shard& shard_;
};

// The mailbox and the objects that Services refers to are members declared before they are used; the
// references are bound here and first followed when the thread runs.
Shard::Shard(std::size_t index, const Shared& shared)
    : session::Services(session::ServiceParts{
          turn_clock_,
          id_source_,
          routes_,
          frames_,
          app_commands_,
          shared.store,
          membership_cache_,
          cursor_moves_,
          received_,
          queues_,
          shared.users,
          shared.permissions,
          numbers_,
          shared.settings.limits,
          shared.settings.destination_limits,
          shared.settings.server_name,
          [this](std::string_view token) { return tokens_.verify(token, loop_.wall()); },
          [this](std::function<void()> task) { mailbox_.post(std::move(task)); },
          shared.on_user,
          {},
          shared.settings.anonymous}),
      index_(index),
      shared_(shared),
      loop_(shared.clock),
      mailbox_([this] { loop_.wake(); }),
      connections_(loop_, shared.settings.connection_limits),
      endpoint_(
          [](const std::vector<std::string>& offers) {
              return std::string(stomp::pick_sub_protocol(offers).value_or(""));
          },
          shared.settings.compression),
      routes_(shared.shards, index),
      id_source_(turn_clock_, random_),
      cursor_moves_(shared.store, post_later()),
      received_(shared.store),
      membership_cache_(shared.store, post_later()),
      queues_(queue_parts()),
      tokens_(shared.verifier),
      app_commands_(
          shared.store, turn_clock_, id_source_, post_later(),
          [this](std::string_view token) { return tokens_.verify(token, loop_.wall()); },
          shared.settings.command_limits),
      services_(make_services()),
      sockjs_(hub_parts()),
      site_({services_.size(), sockjs_, shared.settings.origins, *shared.addresses,
             shared.settings.forwarded_header, shared.files, shared.health,
             [this](net::Transport& transport) { return make_session(transport); },
             shared.settings.limits.connect_bytes, kEscaped * shared.settings.limits.frame_bytes,
             body_limit_key(shared.settings.limits), shared.settings.strict_transport, random_,
             numbers_}),
      housekeeping_(std::make_unique<Housekeeping>(*this)),
      queue_alarm_(std::make_unique<QueueAlarm>(*this)) {
    queues_.starts_at(shared.stored_end);
    net::ConnectionLimits shares = shared.settings.connection_limits;
    shares.memory_bytes /= shared.shard_count;
    connections_.set_limits(shares);
    loop_.on_mail([this] { open_mail(); });
    loop_.on_turn_end([this] { end_turn(); });
}

Shard::~Shard() { assert(!thread_.joinable()); }

std::function<void(std::function<void()>)> Shard::post_later() {
    return [this](std::function<void()> task) { mailbox_.post(std::move(task)); };
}

queue::QueuesParts Shard::queue_parts() {
    queue::QueuesParts parts{.self = index_,
                             .shards = shared_.shards,
                             .store = shared_.store,
                             .clock = turn_clock_,
                             .rules = shared_.queue_rules,
                             .limits = shared_.settings.queue_limits,
                             .account = shared_.queue_account,
                             .reach = {},
                             .post = {},
                             .message_of = app::queue_message};
    parts.reach = [this](std::size_t shard, std::function<void(queue::Queues&)> task) {
        if (shard == index_) return task(queues_);
        Shard& other = *shared_.all[shard];
        other.mailbox_.post([&other, task = std::move(task)] { task(other.queues_); });
    };
    parts.post = [this](std::function<void(queue::Queues&)> task) {
        mailbox_.post([this, task = std::move(task)] { task(queues_); });
    };
    return parts;
}

void Shard::start() {
    loop_.timers().set(*housekeeping_, loop_.now() + shared_.settings.cursor_flush);
    thread_ = std::thread([this] { loop_.run(); });
}

void Shard::adopt(net::Arrival arrival, Entrance entrance) {
    // A std::function is copied, so what it owns is shared.
    auto shared = std::make_shared<net::Arrival>(std::move(arrival));
    mailbox_.post([this, shared, entrance] {
        net::Connection& connection = connections_.adopt(std::move(*shared));
        if (entrance == Entrance::kStomp) return open_stomp(connection);
        connection.set_protocol(std::make_unique<net::HttpProtocol>(connection, site_, endpoint_));
    });
}

void Shard::open_mail() {
    mailbox_.take_all(letters_);
    for (routing::Letter& letter : letters_) open(letter);
    letters_.clear();
}

// One letter that we handle wrongly must not take the others, and the broker, with it.
void Shard::open(routing::Letter& letter) try {
    if (auto* const message = std::get_if<routing::MessagePtr>(&letter)) return routes_.deliver(*message);
    std::get<routing::Task>(letter)();
} catch (const std::exception& error) {
    spdlog::error("shard {}: a letter could not be handled: {}", index_, error.what());
}

void Shard::work_queues() {
    queues_.on_turn_end();
    const auto due = queues_.due();
    if (!due || due == queue_alarm_->due) return;
    queue_alarm_->due = due;
    loop_.timers().set(*queue_alarm_, *due);
}

// Queues first: what they deliver goes out in this turn. Who is closed by that gives back what it had, for
// others.
void Shard::end_turn() {
    do {
        work_queues();
        send_out();
    } while (queues_.wants_turn());
    frames_.end_turn();
}

void Shard::send_out() {
    for (session::Session* const session : std::exchange(wants_proof, {})) session->on_turn_end();
    sockjs_.flush();
    connections_.flush_dirty();
}

void Shard::open_stomp(net::Connection& connection) {
    auto transport = std::make_unique<net::TcpTransport>(connection, shared_.settings.limits.connect_bytes);
    transport->attach(make_session(*transport));
    connection.set_protocol(std::move(transport));
}

std::unique_ptr<net::TransportUser> Shard::make_session(net::Transport& transport) {
    // The shard's number in the id tells the admin API whom to ask.
    const SessionId id{next_session_++ * routing::kMaxShards + index_};
    const auto kind = static_cast<admin::Transport>(transport.opening().carrier);
    ++numbers_.opened[kind];
    auto session = std::make_unique<session::Session>(id, transport, *this);
    sessions_.emplace(id, session.get());
    return session;
}

std::vector<net::SockJsService> Shard::make_services() {
    std::vector<net::SockJsService> services;
    for (const std::string& prefix : shared_.settings.prefixes) {
        net::SockJsService service = shared_.settings.sockjs;
        service.prefix = prefix;
        service.first_message_bytes = shared_.settings.limits.connect_bytes * kEscaped;
        service.make_user = [this](net::Transport& transport) { return make_session(transport); };
        services.push_back(std::move(service));
    }
    return services;
}

net::SockJsHubParts Shard::hub_parts() {
    const auto reach = [this](std::size_t shard, std::function<void(net::SockJsHub&)> task) {
        Shard& other = *shared_.all[shard];
        other.mailbox_.post([&other, task = std::move(task)] { task(other.sockjs_); });
    };
    const auto admit = [this](const std::string& address) {
        return std::shared_ptr<void>(shared_.addresses->admit(address));
    };
    return {index_,
            shared_.shard_count,
            loop_,
            services_,
            reach,
            admit,
            shared_.settings.sockjs_times,
            {shared_.settings.sockjs_response_bytes, shared_.settings.limits.outgoing_bytes}};
}

session::Session* Shard::find(SessionId id) {
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : found->second;
}

void Shard::on_membership(const storage::CommittedMembership& change) {
    membership_cache_.on_committed(change);
    for (const auto& [id, session] : sessions_)
        if (session->connected() && session->identity().user == change.user) session->on_membership(change);
}

std::uint64_t Shard::deliver(const routing::MessagePtr& message) {
    const std::uint64_t before = routes_.delivered();
    routes_.deliver(message);
    return routes_.delivered() - before;
}

admin::ShardCounters Shard::count() const {
    admin::ShardCounters now = numbers_;
    for (const auto& [id, session] : sessions_)
        ++now.connections[static_cast<admin::Transport>(session->transport().opening().carrier)];
    const queue::QueueNumbers queued = queues_.numbers();
    now.queues = queued.queues;
    now.queue_ready = queued.ready;
    now.queue_delayed = queued.delayed;
    now.queue_unacked = queued.unacked;
    now.queue_consumers = queued.consumers;
    now.queue_bytes = queued.bytes;
    now.queue_delivered = queued.delivered;
    now.queue_redelivered = queued.redelivered;
    now.queue_acked = queued.acked;
    now.queue_dead_lettered = queued.dead_lettered;
    now.queue_dropped = queued.dropped;
    now.queue_refused = queued.refused;
    now.outbound_queue_bytes = connections_.queued_bytes();
    now.rejected[admin::RejectReason::kProxyHeader] += connections_.counters().no_proxy_header;
    now.rejected[admin::RejectReason::kTls] += connections_.counters().no_tls;
    now.bytes_received[admin::Transport::kWebsocket] = connections_.counters().bytes_in;
    now.bytes_sent[admin::Transport::kWebsocket] = connections_.counters().bytes_out;
    return now;
}

void Shard::keep_house(Monotonic now) {
    cursor_moves_.flush();
    received_.flush();
    if (index_ == 0) {
        shared_.shards.expire_histories();
        heap_trim_.look(now);
    }
    if (draining_) go_on_draining();
    loop_.timers().set(*housekeeping_, now + (draining_ ? kDrainLook : shared_.settings.cursor_flush));
}

void Shard::drain() {
    mailbox_.post([this] {
        draining_ = true;
        connections_.drain();
        go_on_draining();
        loop_.timers().set(*housekeeping_, loop_.now() + kDrainLook);
    });
}

void Shard::go_on_draining() {
    for (const auto& [id, session] : sessions_)
        if (!session->busy()) session->go_away();
    if (connections_.size() == 0) drained_.store(true);
}

void Shard::stop() {
    if (!thread_.joinable()) return;
    mailbox_.post([this] {
        connections_.abort_all();
        sockjs_.abandon();
        queues_.on_turn_end();  // acknowledgements of the last moment
        loop_.stop();
    });
    thread_.join();
}

}  // namespace causeway
