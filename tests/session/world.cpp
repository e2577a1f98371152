#include "tests/session/world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "broker/app/deliveries.hpp"

namespace causeway::session::testing {

namespace {

std::string content_of(const Seen& message) {
    const auto json = nlohmann::json::parse(message.body, nullptr, false);
    if (!json.is_object() || !json.contains("chat")) return message.body;
    const std::string content = json["chat"]["content"];
    const auto inner = nlohmann::json::parse(content, nullptr, false);
    return inner.is_object() ? inner["content"].get<std::string>() : content;
}

std::string name_of_line(const std::string& line) { return line.substr(0, line.find(':')); }

}  // namespace

std::string frame(std::string_view command, const Lines& lines, std::string_view body) {
    std::string octets(command);
    octets += '\n';
    for (const auto& line : lines) octets.append(line).push_back('\n');
    octets.append("\n").append(body).push_back('\0');
    return octets;
}

identity::RuleSpec allow(std::vector<std::string> actions, std::string destination, std::string who) {
    return {"allow", std::move(actions), {std::move(destination)}, {std::move(who)}, {}, {}};
}

std::vector<identity::RuleSpec> open_topics() { return {allow({"subscribe", "send"}, "/topic/**")}; }

TestShard::TestShard(World& world, std::size_t index)
    : Services(ServiceParts{world.clock,
                            id_source_,
                            router_,
                            frames_,
                            app_commands_,
                            world.kept,
                            membership_cache_,
                            cursor_moves_,
                            received_,
                            queues_,
                            world.users,
                            world.permissions,
                            numbers_,
                            world.limits,
                            {},
                            "causeway/test",
                            [&world](std::string_view token) { return world.verify(token); },
                            [this](std::function<void()> task) { mailbox.post(std::move(task)); },
                            [&world](const UserCameOrWent& change) {
                                world.comings_and_goings +=
                                    (change.online ? " +" : " -") + change.identity.user;
                            },
                            {},
                            false}),
      random_(index + 1),
      id_source_(world.clock, random_),
      router_(world.routes, index),
      membership_cache_(world.kept, [this](std::function<void()> task) { mailbox.post(std::move(task)); }),
      cursor_moves_(world.kept, [this](std::function<void()> task) { mailbox.post(std::move(task)); }),
      received_(world.kept),
      queues_(world.queue_parts(index, mailbox)),
      app_commands_(
          world.kept, world.clock, id_source_,
          [this](std::function<void()> task) { mailbox.post(std::move(task)); },
          [&world](std::string_view token) { return world.verify(token); }) {}

Session* TestShard::find(SessionId id) {
    const auto found = sessions.find(id);
    return found == sessions.end() ? nullptr : found->second;
}

bool TestShard::open_mail() {
    std::vector<routing::Letter> letters;
    mailbox.take_all(letters);
    for (routing::Letter& letter : letters) {
        if (auto* const message = std::get_if<routing::MessagePtr>(&letter))
            router_.deliver(*message);
        else
            std::get<routing::Task>(letter)();
    }
    return !letters.empty();
}

bool TestShard::turn() {
    bool did = open_mail();
    did |= queues_.on_turn_end();
    for (Session* const session : std::exchange(wants_proof, {})) {
        session->on_turn_end();
        did = true;
    }
    frames_.end_turn();
    return did;
}

World::World(const std::vector<identity::RuleSpec>& rules, const SessionLimits& wanted,
             storage::Store* other_store)
    : store([this](const std::vector<storage::Committed>& committed) { on_committed(committed); }),
      kept(other_store != nullptr ? *other_store : store),
      permissions(rules),
      limits(wanted) {
    for (std::size_t i = 0; i < 2; ++i) {
        shards.push_back(std::make_unique<TestShard>(*this, i));
        routes.add(shards.back()->mailbox);
    }
    routes.serve_queues([this](const routing::MessagePtr& message, routing::OnQueued on_queued) {
        TestShard& owner = *shards[routes.owner_of(message->destination)];
        owner.mailbox.post([&owner, message, on_queued] { owner.queues_.take(message, on_queued); });
    });
}

void World::on_committed(const std::vector<storage::Committed>& committed) {
    for (const auto& fact : committed) {
        if (const auto* entry = std::get_if<storage::CommittedEntry>(&fact)) {
            if (entry->kind == storage::ConversationKind::kDirect && value(entry->sequence) == 1)
                for (const std::string& user : *entry->members)
                    on_membership({entry->conversation, "direct", user, entry->envelope->senderid(), true});
            const auto wanted = [this](std::string_view destination) { return routes.wanted(destination); };
            for (const auto& message : app::deliveries(*entry, wanted)) routes.publish(message);
            continue;
        }
        if (const auto* change = std::get_if<storage::CommittedMembership>(&fact)) on_membership(*change);
    }
}

void World::on_membership(const storage::CommittedMembership& change) {
    for (const auto& shard : shards)
        shard->mailbox.post([&shard = *shard, change] {
            shard.membership_cache_.on_committed(change);
            for (const auto& [id, session] : shard.sessions)
                if (session->connected() && session->identity().user == change.user)
                    session->on_membership(change);
        });
}

void World::settle() {
    for (bool again = true; again;) {
        again = store.work();
        for (std::size_t i = 0; i < shards.size(); ++i) {
            turning = i;
            again |= shards[i]->turn();
        }
        turning.reset();
        for (Client* const client : clients) {
            again |= client->transport->flush(*client->session);
            if (client->unread_.empty() || !client->transport->reading) continue;
            client->gives_at_once(std::exchange(client->unread_, {}));
            again = true;
        }
    }
}

void World::passes(Milliseconds time) {
    const Monotonic end = clock.monotonic() + time;
    while (true) {
        Client* next = nullptr;
        for (Client* const client : clients) {
            const auto& due = client->transport->deadline;
            if (client->transport->farewell || !due || *due > end) continue;
            if (next == nullptr || *due < *next->transport->deadline) next = client;
        }
        if (next == nullptr) break;
        const Monotonic due = *std::exchange(next->transport->deadline, std::nullopt);
        const auto until = std::chrono::ceil<Milliseconds>(due - clock.monotonic());
        clock.advance(std::max(until, Milliseconds(0)));
        next->session->on_deadline(clock.monotonic());
        settle();
    }
    clock.advance(std::chrono::duration_cast<Milliseconds>(end - clock.monotonic()));
    for (const auto& shard : shards) shard->queues_.on_time(clock.monotonic());
    settle();
}

std::variant<identity::Identity, Refusal> World::verify(std::string_view token) const {
    if (token == "bad") return Refusal{ErrorCode::kAuthFailed, "the signature is wrong", {}};
    if (token == "old") return Refusal{ErrorCode::kTokenExpired, "the token has expired", {}};
    if (token == "revoked") return Refusal{ErrorCode::kTokenRevoked, "the token was revoked", {}};
    identity::Identity identity;
    const auto plus = std::min(token.find('+'), token.size());
    identity.user = token.substr(0, plus);
    if (plus < token.size()) identity.roles = {std::string(token.substr(plus + 1))};
    if (const auto expiry = expiries.find(std::string(token)); expiry != expiries.end())
        identity.expires_at = expiry->second;
    return identity;
}

admin::ShardCounters World::counters() const {
    admin::ShardCounters sum = shards[0]->numbers_;
    sum += shards[1]->numbers_;
    return sum;
}

void World::anonymous_are_let_in() {
    for (const auto& shard : shards) shard->anonymous = true;
}

void World::flushes_cursors() {
    for (const auto& shard : shards) shard->flush_cursors();
    settle();
}

Client::Client(World& world, std::string token, std::size_t shard, net::Wire wire, std::string query)
    : transport(std::make_unique<FakeTransport>(
          wire, net::Opening{.peer = "192.0.2.1", .query = std::move(query), .origin = {}, .subprotocol = {}},
          world.limits.outgoing_bytes)),
      world_(world),
      token_(std::move(token)) {
    static std::uint64_t next_id = 100;  // unique is all it has to be
    const SessionId id{next_id++};
    session = std::make_unique<Session>(id, *transport, *world.shards[shard]);
    world.shards[shard]->sessions.emplace(id, session.get());
    world.clients.push_back(this);
}

Client::~Client() { std::erase(world_.clients, this); }

Client& Client::connects(const Lines& lines) {
    Lines all = lines;
    for (const std::string& line :
         {std::string("accept-version:1.2"), std::string("host:causeway"), "token:" + token_}) {
        const auto same = [&](const std::string& mine) { return name_of_line(mine) == name_of_line(line); };
        if (std::none_of(lines.begin(), lines.end(), same)) all.push_back(line);
    }
    std::erase_if(all,
                  [](const std::string& line) { return line.ends_with(':'); });  // "accept-version:" is none
    says("CONNECT", all);
    transport->speaks(session->version());
    return *this;
}

void Client::subscribes(const std::string& destination, const Lines& lines) {
    Lines all = lines;
    const auto has_id = [](const std::string& line) { return name_of_line(line) == "id"; };
    if (std::none_of(lines.begin(), lines.end(), has_id)) all.push_back("id:" + destination);
    all.push_back("destination:" + destination);
    says("SUBSCRIBE", all);
}

void Client::unsubscribes(const std::string& id, const Lines& lines) {
    Lines all = lines;
    all.push_back("id:" + id);
    says("UNSUBSCRIBE", all);
}

void Client::sends(const std::string& destination, std::string_view body, const Lines& lines) {
    Lines all = lines;
    all.push_back("destination:" + destination);
    says("SEND", all, body);
}

void Client::says(std::string_view command, const Lines& lines, std::string_view body) {
    gives(frame(command, lines, body));
}

void Client::gives(std::string_view octets) {
    if (!transport->reading) {
        unread_ += octets;
        return;
    }
    gives_at_once(octets);
    world_.settle();
}

// The octets are gone after the call, as a socket's buffer is.
void Client::gives_at_once(std::string_view octets) {
    const auto copy = std::make_unique<std::string>(octets);
    session->on_bytes(*copy);
    std::fill(copy->begin(), copy->end(), '?');
}

void Client::answers_pings() {
    for (const auto token : std::exchange(transport->pings, {})) session->on_pong(token);
    world_.settle();
}

void Client::vanishes() {
    session->on_gone(net::TransportUser::Gone::kClient);
    transport->farewell = net::Farewell{1006, "gone"};
    world_.settle();
}

std::string Client::sees() {
    std::string bodies;
    for (const Seen& seen : transport->received)
        if (seen.command == "MESSAGE") bodies += (bodies.empty() ? "" : "|") + content_of(seen);
    std::erase_if(transport->received, [](const Seen& seen) { return seen.command == "MESSAGE"; });
    return bodies;
}

std::string Client::gets() const {
    std::string commands;
    for (const Seen& seen : transport->received) commands += (commands.empty() ? "" : " ") + seen.command;
    return commands;
}

Seen Client::takes(const std::string& command) {
    auto& received = transport->received;
    const auto found = std::find_if(received.begin(), received.end(),
                                    [&](const Seen& seen) { return seen.command == command; });
    CAPTURE(command);
    CAPTURE(gets());
    REQUIRE(found != received.end());
    Seen seen = std::move(*found);
    received.erase(found);
    return seen;
}

Seen Client::receipt(const std::string& id) {
    Seen seen = takes("RECEIPT");
    CHECK(seen["receipt-id"] == id);
    return seen;
}

std::string Client::refused() {
    const auto& received = transport->received;
    if (!transport->farewell) return "open";
    if (received.empty() || received.back().command != "ERROR")
        return "no ERROR, " + std::to_string(close_code());
    const Seen& error = received.back();
    CHECK_FALSE(error["message"].empty());
    const auto body = nlohmann::json::parse(error.body);
    CHECK(body["code"] == error["code"]);
    CHECK(body["wsCode"] == error["ws-code"]);
    return error["code"] + " " + std::to_string(close_code());
}

std::string Client::notice() {
    if (transport->received.empty()) return "(none)";
    const Seen seen = takes("MESSAGE");
    CHECK(seen["destination"] == "/user/queue/errors");
    return seen["code"];
}

}  // namespace causeway::session::testing
