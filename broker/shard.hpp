// A shard: a small single-threaded broker. It has a loop, its connections, their sessions and the
// subscription table for them; nothing of it is locked or shared. Other threads reach it by mail.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "broker/app/commands.hpp"
#include "broker/base/random.hpp"
#include "broker/heap_trim.hpp"
#include "broker/identity/permissions.hpp"
#include "broker/identity/token_cache.hpp"
#include "broker/net/connection.hpp"
#include "broker/net/event_loop.hpp"
#include "broker/net/sockjs_hub.hpp"
#include "broker/public_site.hpp"
#include "broker/queue/queues.hpp"
#include "broker/routing/router.hpp"
#include "broker/session/services.hpp"
#include "broker/session/session.hpp"

namespace causeway {

class Shard;

// What all shards share. Everything outlives them.
struct ShardSettings {
    session::SessionLimits limits;
    app::CommandLimits command_limits;
    queue::QueueLimits queue_limits;
    routing::DestinationLimits destination_limits;
    net::ConnectionLimits connection_limits;
    std::vector<std::string> prefixes;
    net::SockJsTimes sockjs_times;
    net::SockJsService sockjs;  // what all prefixes have in common
    std::size_t sockjs_response_bytes = 128 * 1024;
    OriginPolicy origins;
    std::string forwarded_header;
    std::string strict_transport;  // see net::HttpSite
    std::string server_name;
    Milliseconds cursor_flush{1'000};
    bool anonymous = false;
    net::Compression compression = net::Compression::kOff;
};

// What a listener's clients speak.
enum class Entrance : std::uint8_t { kWeb, kStomp };

struct Shared {
    const Clock& clock;
    const ShardSettings& settings;
    routing::Shards& shards;
    storage::Store& store;
    session::UserSessions& users;
    std::shared_ptr<const identity::TokenVerifier> verifier;
    const identity::Permissions& permissions;
    const net::StaticFiles& files;
    const std::shared_ptr<net::AddressBook>& addresses;
    const std::vector<std::unique_ptr<Shard>>& all;  // filled before the first one runs
    std::size_t shard_count;
    const queue::QueueRules& queue_rules;
    queue::Account& queue_account;
    Offset stored_end;                                            // when the process began
    std::function<std::vector<admin::Check>()> health;            // any thread
    std::function<void(const session::UserCameOrWent&)> on_user;  // called on shards' threads
};

class Shard final : public session::Services {
public:
    Shard(std::size_t index, const Shared& shared);
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;
    ~Shard();

    // Any thread, before start().
    [[nodiscard]] routing::ShardMailbox& mailbox() { return mailbox_; }

    void start();
    // Any thread. Takes over a non-blocking socket.
    void adopt(net::Arrival arrival, Entrance entrance);
    // Any thread. Sessions end once the commands under way are answered; `drained()` turns true when
    // the last connection has gone.
    void drain();
    [[nodiscard]] bool drained() const { return drained_.load(); }
    // Closes what is left and joins the thread.
    void stop();

    // Runs `task` on the shard's thread, in order with everything else posted to it.
    void post(std::function<void()> task) { mailbox_.post(std::move(task)); }

    // On the shard's thread, for what is posted to it.
    [[nodiscard]] admin::ShardCounters count() const;
    [[nodiscard]] const std::unordered_map<SessionId, session::Session*>& sessions() const {
        return sessions_;
    }
    [[nodiscard]] session::Session* find(SessionId id) override;
    void forget(SessionId id) override { sessions_.erase(id); }
    void on_membership(const storage::CommittedMembership& change);
    [[nodiscard]] queue::Queues& own_queues() { return queues_; }
    [[nodiscard]] std::uint64_t deliver(const routing::MessagePtr& message);

private:
    class Housekeeping;
    class QueueAlarm;

    void open_stomp(net::Connection& connection);
    std::unique_ptr<net::TransportUser> make_session(net::Transport& transport);
    [[nodiscard]] std::vector<net::SockJsService> make_services();
    [[nodiscard]] net::SockJsHubParts hub_parts();
    [[nodiscard]] queue::QueuesParts queue_parts();
    [[nodiscard]] std::function<void(std::function<void()>)> post_later();
    void open_mail();
    void open(routing::Letter& letter);
    void end_turn();
    void work_queues();
    void send_out();
    void keep_house(Monotonic now);
    void go_on_draining();

    // Declared in the order in which one needs the other.
    const std::size_t index_;
    const Shared& shared_;
    SystemRandom random_;
    net::EventLoop loop_;
    const net::TurnClock turn_clock_{loop_};
    routing::ShardMailbox mailbox_;
    net::ConnectionSet connections_;
    net::WebSocketEndpoint endpoint_;
    admin::ShardCounters numbers_;
    routing::Router routes_;
    MessageIds id_source_;
    session::EncodingTable frames_;
    session::Cursors cursor_moves_;
    session::Watermarks received_;
    session::MembershipCache membership_cache_;
    queue::Queues queues_;
    identity::TokenCache tokens_;
    app::Commands app_commands_;
    const std::vector<net::SockJsService> services_;
    net::SockJsHub sockjs_;
    PublicSite site_;
    std::unordered_map<SessionId, session::Session*> sessions_;
    std::vector<routing::Letter> letters_;
    std::uint64_t next_session_ = 1;
    std::unique_ptr<Housekeeping> housekeeping_;
    HeapTrim heap_trim_;  // used by the first shard
    std::unique_ptr<QueueAlarm> queue_alarm_;
    bool draining_ = false;
    std::atomic<bool> drained_{false};
    std::thread thread_;
};

}  // namespace causeway
