#include "broker/operations.hpp"

#include <algorithm>
#include <future>
#include <unordered_set>

#include "broker/logging.hpp"
#include "broker/routing/destination.hpp"

namespace causeway {

namespace {

admin::Connection describe(const session::Session& session) {
    admin::Connection row;
    row.id = session.id();
    row.user = session.identity().user;
    row.device = session.device_id();
    row.client_type = session.client_type();
    row.address = session.transport().opening().peer;
    row.transport = static_cast<admin::Transport>(session.transport().wire());
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

// A shard that does not answer in time answers into the void: its promise is its own.
template <typename Answer>
std::optional<Answer> Operations::ask(Shard& shard, std::function<Answer(Shard&)> question) {
    auto promise = std::make_shared<std::promise<Answer>>();
    auto answer = promise->get_future();
    shard.post([&shard, promise, question = std::move(question)] { promise->set_value(question(shard)); });
    if (answer.wait_for(kPatience) != std::future_status::ready) return std::nullopt;
    return answer.get();
}

template <typename Answer>
std::vector<Answer> Operations::ask_all(std::function<Answer(Shard&)> question) {
    std::vector<Answer> answers;
    for (const auto& shard : parts_.shards)
        if (auto answer = ask<Answer>(*shard, question)) answers.push_back(std::move(*answer));
    return answers;
}

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
                 if (id > query.after && !session->ended() && (query.user.empty() || session->identity().user == query.user))
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
    return ask<bool>(*shard, [id, reason](Shard& asked) {
               session::Session* const session = asked.find(id);
               if (session == nullptr || session->ended()) return false;
               session->end(ErrorCode::kKicked, reason.empty() ? "closed by an operator" : reason);
               return true;
           }).value_or(false);
}

admin::PublishResult Operations::publish(const admin::Publish& request) {
    if (request.persistent)
        return Refusal{ErrorCode::kTypeUnsupported, "persistent messages are not available in this version", "persistent"};
    auto message = std::make_shared<routing::Message>();
    message->message_id = ids_.next();
    message->timestamp = to_ms(parts_.clock.wall());
    message->headers = request.headers;
    message->content = std::make_shared<const routing::Content>(request.body, request.content_type);
    admin::Published done;
    done.message_id = message->message_id;
    if (const auto* everyone = std::get_if<admin::ToEveryone>(&request.to)) {
        done.delivered = publish_to_everyone(*message, everyone->queue);
        return done;
    }
    if (const auto* user = std::get_if<admin::ToUser>(&request.to))
        message->destination = routing::user_destination(user->user, user->queue);
    else
        message->destination = std::get<admin::ToDestination>(request.to).destination;
    const auto parsed = routing::parse_destination(message->destination);
    if (const auto* fault = std::get_if<std::string>(&parsed))
        return Refusal{ErrorCode::kMessageInvalid, "destination: " + *fault, "destination"};
    const auto kind = std::get<routing::Destination>(parsed).kind;
    if (kind != routing::DestinationKind::kTopic && kind != routing::DestinationKind::kNamedUserQueue)
        return Refusal{ErrorCode::kMessageInvalid, "only /topic/… and users' queues can be published to", "destination"};
    const routing::MessagePtr shared = message;
    for (const std::uint64_t delivered :
         ask_all<std::uint64_t>([shared](Shard& shard) { return shard.deliver(shared); }))
        done.delivered += delivered;
    return done;
}

std::uint64_t Operations::publish_to_everyone(const routing::Message& message, const std::string& queue) {
    std::uint64_t sum = 0;
    for (const std::uint64_t delivered : ask_all<std::uint64_t>([message, queue](Shard& shard) {
             std::unordered_set<std::string> users;
             for (const auto& [id, session] : shard.sessions())
                 if (session->connected()) users.insert(session->identity().user);
             std::uint64_t count = 0;
             for (const std::string& user : users) {
                 auto copy = std::make_shared<routing::Message>(message);
                 copy->destination = routing::user_destination(user, queue);
                 count += shard.deliver(copy);
             }
             return count;
         }))
        sum += delivered;
    return sum;
}

std::vector<admin::Check> Operations::health() {
    std::vector<admin::Check> checks;
    checks.push_back({"listener", parts_.ready.load(), parts_.ready.load() ? "" : "not listening yet"});
    checks.push_back({"draining", !parts_.draining.load(), parts_.draining.load() ? "the broker is stopping" : ""});
    const bool healthy = parts_.store.healthy();
    checks.push_back({"store", healthy, healthy ? "" : "commits fail; see the log for the reason"});
    if (parts_.nats != nullptr) {
        const bool connected = parts_.nats->status().state == bridge::LinkState::kConnected;
        // Local traffic goes on without NATS, so it is shown and fails nothing.
        admin::Check check{"nats", connected, connected ? "" : "not connected; local traffic goes on"};
        check.required = false;
        checks.push_back(std::move(check));
    }
    return checks;
}

admin::Snapshot Operations::metrics() {
    admin::Snapshot now;
    now.shards = count();
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

}  // namespace causeway
