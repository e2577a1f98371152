// A broker of two shards without sockets and threads, and clients that speak to it in verbs:
// `alice.subscribes("/topic/a"); bob.sends("/topic/a", "hi"); CHECK(alice.sees() == "hi");`.
// After each verb all that it causes has happened, unless the store is held.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/base/random.hpp"
#include "broker/session/session.hpp"
#include "tests/session/fake_transport.hpp"
#include "tests/session/memory_store.hpp"

namespace causeway::session::testing {

using Lines = std::vector<std::string>;  // headers as "name:value", escaped as they are to be sent

inline constexpr Milliseconds kSecond{1000};

class Client;
class World;

class TestShard final : public Services {
public:
    TestShard(World& world, std::size_t index);

    Session* find(SessionId id) override;
    void forget(SessionId id) override { sessions.erase(id); }
    bool open_mail();
    // One turn of the loop: the mail, then what is done at its end. False if there was nothing.
    bool turn();
    // What is done once a second.
    void flush_cursors() {
        cursor_moves_.flush();
        received_.flush();
    }

    routing::ShardMailbox mailbox{[] {}};
    std::unordered_map<SessionId, Session*> sessions;

private:
    friend class World;
    SeededRandom random_;
    MessageIds id_source_;
    routing::Router router_;
    EncodingTable frames_;
    MembershipCache membership_cache_;
    Cursors cursor_moves_;
    Watermarks received_;
    queue::Queues queues_;
    app::Commands app_commands_;
    admin::ShardCounters numbers_;
};

class World {
public:
    // With a store of the test's own its author makes it work, and hands on what it committed.
    explicit World(const std::vector<identity::RuleSpec>& rules = {}, const SessionLimits& limits = {},
                   storage::Store* other_store = nullptr);

    void on_committed(const std::vector<storage::Committed>& committed);
    void on_membership(const storage::CommittedMembership& change);

    // Until nothing is left to do.
    void settle();
    // Lets time pass; deadlines come when they are due.
    void passes(Milliseconds time);
    // Tokens are names of users; "name+role" has a role; "bad", "old" and "revoked" are refused.
    [[nodiscard]] std::variant<identity::Identity, Refusal> verify(std::string_view token) const;
    [[nodiscard]] admin::ShardCounters counters() const;
    [[nodiscard]] WallTime in(Milliseconds time) const {
        return WallTime{to_ms(clock.wall()) + time.count()};
    }
    void anonymous_are_let_in();
    [[nodiscard]] queue::QueuesParts queue_parts(std::size_t index, routing::ShardMailbox& mailbox);
    // Of both shards.
    [[nodiscard]] queue::QueueNumbers queued() const;
    // What every shard does once a second.
    void flushes_cursors();

    ManualClock clock;
    MemoryStore store;
    storage::Store& kept;  // what the shards use
    routing::Shards routes;
    UserSessions users;
    queue::QueueRules queue_rules;
    queue::QueueLimits queue_limits;
    queue::Account queue_account;
    const identity::Permissions permissions;
    const SessionLimits limits;
    std::unordered_map<std::string, WallTime> expiries;  // by token
    std::string comings_and_goings;                      // "+alice -alice"
    std::vector<std::unique_ptr<TestShard>> shards;
    std::optional<std::size_t> turning;  // the shard whose turn it is; nothing: a client speaks
    std::vector<Client*> clients;
};

class Client {
public:
    Client(World& world, std::string token, std::size_t shard = 0, net::Wire wire = net::Wire::kWebSocket,
           std::string query = {});
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    // CONNECT with this user's token; `lines` come first, so they win.
    Client& connects(const Lines& lines = {});
    void subscribes(const std::string& destination, const Lines& lines = {});
    void unsubscribes(const std::string& id, const Lines& lines = {});
    void sends(const std::string& destination, std::string_view body, const Lines& lines = {});
    void says(std::string_view command, const Lines& lines = {}, std::string_view body = {});
    void gives(std::string_view octets);
    // Octets that were under way when the session stopped reading.
    void gives_at_once(std::string_view octets);
    void answers_pings();
    void vanishes();

    // The bodies of all MESSAGEs since it last looked, "a|b"; of a chat message its content.
    std::string sees();
    // The commands of all frames since it last looked, "RECEIPT MESSAGE"; they stay.
    [[nodiscard]] std::string gets() const;
    // Takes the first frame of that command.
    Seen takes(const std::string& command);
    // Takes the RECEIPT with this id; fails if there is none.
    Seen receipt(const std::string& id);
    // "code 1008": of the ERROR and the Close. "open" if there is none.
    [[nodiscard]] std::string refused();
    // The code of the next notice on /user/queue/errors.
    std::string notice();
    [[nodiscard]] int close_code() const { return transport->farewell ? transport->farewell->close_code : 0; }

    std::unique_ptr<FakeTransport> transport;
    std::unique_ptr<Session> session;

private:
    friend class World;
    World& world_;
    const std::string token_;
    std::string unread_;  // sent while the session did not read
};

// A frame on the wire.
[[nodiscard]] std::string frame(std::string_view command, const Lines& lines, std::string_view body = {});
[[nodiscard]] identity::RuleSpec allow(std::vector<std::string> actions, std::string destination,
                                       std::string who = "users");

// Everyone may do everything on /topic.
[[nodiscard]] std::vector<identity::RuleSpec> open_topics();

}  // namespace causeway::session::testing
