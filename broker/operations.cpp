#include "broker/operations.hpp"

#include <algorithm>

#include "broker/logging.hpp"
#include "broker/routing/topic_history.hpp"

namespace causeway {

namespace {

admin::Connection describe(const session::Session& session) {
    admin::Connection row;
    row.id = session.id();
    row.user = session.identity().user;
    row.device = session.device_id();
    row.client_type = session.client_type();
    row.address = session.transport().opening().peer;
    row.transport = static_cast<admin::Transport>(session.transport().opening().carrier);
    if (session.connected()) row.stomp_version = stomp::to_string(session.version());
    row.connected_at = session.connected_at();
    row.subscriptions = session.subscription_count();
    row.queued_bytes = session.transport().queued();
    row.messages_received = session.sent();
    row.messages_delivered = session.delivered();
    return row;
}

}  // namespace

Operations::Operations(OperationsParts parts)
    : parts_(std::move(parts)), started_at_(parts_.clock.wall()), ids_(parts_.clock, random_) {}

Shard* Operations::shard_of(SessionId id) {
    const std::size_t index = value(id) % routing::kMaxShards;
    return index < parts_.shards.size() ? parts_.shards[index].get() : nullptr;
}

admin::ShardCounters Operations::count() {
    admin::ShardCounters sum;
    for (const auto& counters : ask_all<admin::ShardCounters>([](Shard& shard) { return shard.count(); }))
        sum += counters;
    return sum;
}

// Those whom no shard ever had, or who are known to all of them together only.
void Operations::count_turned_away(admin::ShardCounters& sum) const {
    using admin::RejectReason;
    const net::AddressBook::Refused refused = parts_.addresses.refused();
    sum.rejected[RejectReason::kAddressDenied] += refused.denied;
    sum.rejected[RejectReason::kAddressLimit] += refused.too_many;
    sum.rejected[RejectReason::kProxyHeader] += parts_.turned_away.untrusted.load();
    sum.rejected[RejectReason::kHandshakeRate] += parts_.turned_away.handshakes.load();
}

admin::Status Operations::status() {
    const admin::ShardCounters sum = count();
    admin::Status status;
    status.version = parts_.version;
    status.node = parts_.node;
    status.started_at = started_at_;
    status.draining = parts_.draining.load();
    status.ready = admin::passes(health(), admin::Probe::kReady);
    status.shards = parts_.shards.size();
    for (const std::uint64_t connections : sum.connections.numbers) status.connections += connections;
    status.sessions = sum.sessions;
    status.users = parts_.users.users();
    status.subscriptions = sum.subscriptions;
    if (parts_.nats != nullptr)
        status.nats = parts_.nats->status().state == bridge::LinkState::kConnected ? "connected" : "away";
    status.store = parts_.store.healthy() ? "healthy" : "failed";
    return status;
}

admin::ConnectionPage Operations::connections(const admin::ConnectionQuery& query) {
    admin::ConnectionPage page;
    using Rows = std::vector<admin::Connection>;
    for (auto& rows : ask_all<Rows>([query](Shard& shard) {
             Rows rows;
             for (const auto& [id, session] : shard.sessions())
                 if (id > query.after && !session->ended() &&
                     (query.user.empty() || session->identity().user == query.user))
                     rows.push_back(describe(*session));
             return rows;
         }))
        std::move(rows.begin(), rows.end(), std::back_inserter(page.items));
    std::sort(page.items.begin(), page.items.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    page.more = page.items.size() > query.limit;
    if (page.more) page.items.resize(query.limit);
    return page;
}

std::optional<admin::Connection> Operations::connection(SessionId id) {
    Shard* const shard = shard_of(id);
    if (shard == nullptr) return std::nullopt;
    using Row = std::optional<admin::Connection>;
    const auto row = ask<Row>(*shard, [id](Shard& asked) -> Row {
        const session::Session* const session = asked.find(id);
        if (session == nullptr || session->ended()) return std::nullopt;
        return describe(*session);
    });
    return row ? *row : std::nullopt;
}

bool Operations::close_connection(SessionId id, const std::string& reason) {
    Shard* const shard = shard_of(id);
    if (shard == nullptr) return false;
    return ask<bool>(*shard,
                     [id, reason](Shard& asked) {
                         session::Session* const session = asked.find(id);
                         if (session == nullptr || session->ended()) return false;
                         session->end(ErrorCode::kKicked, reason.empty() ? "closed by an operator" : reason);
                         return true;
                     })
        .value_or(false);
}

std::uint64_t Operations::close_connections_of(const std::string& user, const std::string& reason) {
    std::uint64_t closed = 0;
    for (const std::uint64_t here : ask_all<std::uint64_t>([user, reason](Shard& shard) {
             std::vector<session::Session*> his;
             for (const auto& [id, session] : shard.sessions())
                 if (!session->ended() && session->identity().user == user) his.push_back(session);
             for (session::Session* const session : his) session->end(ErrorCode::kKicked, reason);
             return std::uint64_t{his.size()};
         }))
        closed += here;
    return closed;
}

std::vector<admin::Check> Operations::health() {
    std::vector<admin::Check> checks;
    checks.push_back({"listener", parts_.ready.load(), parts_.ready.load() ? "" : "not listening yet"});
    checks.push_back(
        {"draining", !parts_.draining.load(), parts_.draining.load() ? "the broker is stopping" : ""});
    checks.push_back(store_check());
    if (parts_.nats != nullptr) {
        const bool connected = parts_.nats->status().state == bridge::LinkState::kConnected;
        // Local traffic goes on without NATS, so it is shown and fails nothing.
        admin::Check check{"nats", connected, connected ? "" : "not connected; local traffic goes on"};
        check.required = false;
        checks.push_back(std::move(check));
        checks.push_back(outbox_check());
    }
    return checks;
}

admin::Check Operations::store_check() const {
    if (parts_.store.healthy()) return {"store", true, ""};
    const std::string reason = parts_.condition.reason();
    return {"store", false,
            "commits fail, so what must be kept is refused: " + (reason.empty() ? "see the log" : reason)};
}

// Old events say that nobody takes them: shown, but local traffic goes on.
admin::Check Operations::outbox_check() const {
    const storage::StoreFigures figures = parts_.care.figures();
    const Milliseconds age = oldest_age(figures);
    admin::Check check{"outbox", age < kOutboxOld, ""};
    check.required = false;
    if (!check.ok)
        check.detail = std::to_string(figures.outbox) + " events wait for NATS, the oldest for " +
                       std::to_string(age.count() / 1000) + " s; see causewayctl outbox list";
    return check;
}

Milliseconds Operations::oldest_age(const storage::StoreFigures& figures) const {
    if (figures.outbox == 0 || figures.outbox_oldest_at == 0) return Milliseconds{0};
    return Milliseconds{std::max<std::int64_t>(0, to_ms(parts_.clock.wall()) - figures.outbox_oldest_at)};
}

admin::Snapshot Operations::metrics() {
    admin::Snapshot now;
    now.shards = count();
    count_turned_away(now.shards);
    now.shard_count = parts_.shards.size();
    now.users = parts_.users.users();
    now.ready = admin::passes(health(), admin::Probe::kReady);
    now.draining = parts_.draining.load();
    now.started_at = started_at_;
    now.version = parts_.version;
    now.compiler = __VERSION__;
    now.store_healthy = parts_.store.healthy();
    now.store_commits = parts_.feed.commits();
    now.store_entries = parts_.feed.entries();
    read_figures(now);
    now.history_bytes = parts_.routes.histories().bytes();
    now.histories_shed = parts_.routes.histories().shed();
    now.log_messages = log_counts();
    if (parts_.nats != nullptr) {
        const bridge::BridgeCounters link = parts_.nats->counters();
        now.nats_connected = parts_.nats->status().state == bridge::LinkState::kConnected;
        now.nats_reconnects = link.connects > 0 ? link.connects - 1 : 0;
        now.nats_messages[admin::Direction::kIn] = link.in;
        now.nats_messages[admin::Direction::kOut] = link.out;
        now.nats_dropped[admin::Direction::kIn] = link.in_dropped + link.in_invalid;
        now.nats_dropped[admin::Direction::kOut] = link.out_dropped + link.out_invalid;
    }
    return now;
}

void Operations::read_figures(admin::Snapshot& now) const {
    const storage::StoreFigures figures = parts_.care.figures();
    now.store_queue = figures.queued;
    now.store_commits_failed = figures.commits_failed;
    now.store_refused = figures.refused;
    now.store_entries_expired = figures.entries_expired;
    now.store_file_bytes = figures.file_bytes;
    now.store_wal_bytes = figures.wal_bytes;
    now.store_free_bytes = figures.free_bytes;
    now.outbox_waiting = figures.outbox;
    now.outbox_oldest_seconds = static_cast<double>(oldest_age(figures).count()) / 1000;
}

}  // namespace causeway
