// One client's STOMP conversation: frames in, effects and frames out. It knows its transport, its
// shard's router and services; no sockets, no threads, no difference between versions (the codec has that).
// Belongs to its shard's thread. Split by frame over session*.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/net/transport.hpp"
#include "broker/session/client_subscription.hpp"
#include "broker/session/proof_of_receipt.hpp"
#include "broker/session/rate.hpp"
#include "broker/session/services.hpp"
#include "stomp/decoder.hpp"

namespace causeway::session {

class Session final : public net::TransportUser {
public:
    // Both outlive the session, the transport as long as it is not gone.
    Session(SessionId id, net::Transport& transport, Services& services);
    ~Session() override;

    // TransportUser
    void on_bytes(std::string_view bytes) override;
    void on_pong(std::uint32_t token) override;
    void on_deadline(Monotonic now) override;
    void on_drained() override;
    void on_slow() override;
    void on_gone(Gone how) override;

    // From the routing table, by way of our subscriptions.
    void deliver(ClientSubscription& subscription, const routing::MessagePtr& message);
    void deliver_live(LogSubscription& subscription, const routing::MessagePtr& message);

    // The turn ends: pings for what was delivered in it.
    void on_turn_end();
    // A membership of this user changed: what it allowed is asked again.
    void on_membership(const storage::CommittedMembership& change);
    // Ends the session from our side, with an ERROR that says why.
    void end(ErrorCode code, const std::string& text);
    // Ends it because the broker stops: nothing is wrong, so no ERROR.
    void go_away();

    [[nodiscard]] SessionId id() const { return id_; }
    [[nodiscard]] bool connected() const { return stage_ == Stage::kConnected; }
    // It has said its last word; only the transport is still closing.
    [[nodiscard]] bool ended() const { return stage_ == Stage::kClosed; }
    // Commands of this session are under way: their answers are owed.
    [[nodiscard]] bool busy() const { return commands_running_ > 0 && stage_ != Stage::kClosed; }
    [[nodiscard]] const identity::Identity& identity() const { return identity_; }
    [[nodiscard]] const std::string& device_id() const { return device_id_; }
    [[nodiscard]] const std::string& client_type() const { return client_type_; }
    [[nodiscard]] const net::Transport& transport() const { return transport_; }
    [[nodiscard]] stomp::Version version() const { return version_; }
    [[nodiscard]] std::size_t subscription_count() const { return subscriptions_.size(); }
    [[nodiscard]] WallTime connected_at() const { return connected_at_; }
    [[nodiscard]] std::uint64_t sent() const { return sent_; }
    [[nodiscard]] std::uint64_t delivered() const { return delivered_; }

private:
    enum class Stage : std::uint8_t { kConnecting, kConnected, kDisconnecting, kClosed };

    // What of a frame is needed to answer it, now or later.
    struct Origin {
        std::optional<std::string> receipt;
        std::string destination;
        std::string subscription;
    };

    // session.cpp: frames in, answers out
    // STOMP 1.2, DISCONNECT: nothing after it counts.
    [[nodiscard]] bool listens() const { return stage_ == Stage::kConnecting || stage_ == Stage::kConnected; }
    void read_frames();
    void handle(const stomp::Frame& frame);
    void handle_connected(const stomp::Frame& frame);
    static Origin origin_of(const stomp::Frame& frame);
    void send_receipt(std::optional<std::string_view> receipt, const routing::Headers& extra = {});
    void refuse(const Refusal& refusal, const Origin& origin);
    void fail(const Refusal& refusal, const Origin& origin);
    void notify(const Refusal& refusal, const Origin& origin);
    [[nodiscard]] bool hears_notices() const;
    [[nodiscard]] std::vector<ClientSubscription*> listening_to(std::string_view user_queue) const;
    void leave();
    void tell_user(bool online);

    // session_connect.cpp
    void on_connect(const stomp::Frame& frame);
    std::optional<Refusal> agree(const stomp::Frame& frame);
    std::optional<Refusal> identify(const stomp::Frame& frame);
    std::optional<Refusal> log_in(const std::string& token);
    std::optional<Refusal> join();
    void send_connected();

    // session_send.cpp
    void on_send(const stomp::Frame& frame);
    void on_command(const stomp::Frame& frame, std::string_view command);
    void on_outcome(app::Outcome outcome, const Origin& origin);
    void publish(const stomp::Frame& frame, std::string destination, bool skip_self);
    void reply(const routing::Message& message);
    void on_disconnect(const stomp::Frame& frame);
    void finish_disconnect();

    // session_subscribe.cpp
    struct Wish;
    void on_subscribe(const stomp::Frame& frame);
    std::optional<Refusal> read_wish(const stomp::Frame& frame, std::string_view destination, Wish& wish);
    void open(const Wish& wish);
    [[nodiscard]] Resume resume_of(const Wish& wish) const;
    void keep(std::unique_ptr<ClientSubscription> subscription);
    void on_unsubscribe(const stomp::Frame& frame);
    ClientSubscription* find(std::string_view subscription_id);
    void drop(ClientSubscription& subscription);

    // session_replay.cpp
    void open_log(std::unique_ptr<LogSubscription> subscription);
    template <typename Read, typename Then>
    storage::OnRead<Read> on_log(std::uint64_t serial, Then then);
    LogSubscription* find_log(std::uint64_t serial);
    void on_read_failed(LogSubscription& subscription);
    void on_log_state(LogSubscription& subscription, const storage::LogState& state);
    bool begin(LogSubscription& subscription, const storage::LogState& state);
    [[nodiscard]] routing::MessagePtr replayed(const LogSubscription& subscription,
                                               const storage::LogEntry& entry) const;
    void pump(LogSubscription& subscription);
    void read_more(LogSubscription& subscription, Offset after);
    void on_log_page(LogSubscription& subscription, storage::LogPage page);
    void send_entry(LogSubscription& subscription, const routing::MessagePtr& message);
    void want_proof();

    // session_time.cpp
    void set_deadline();
    void beat(Monotonic now);
    void check_life(Monotonic now);
    void check_expiry();

    // session_permissions.cpp
    [[nodiscard]] identity::Verdict ask(identity::Action action, std::string_view destination);
    [[nodiscard]] identity::Verdict may_subscribe(const std::string& destination, bool is_pattern);
    [[nodiscard]] bool may_receive(const std::string& destination);
    [[nodiscard]] const UserMemberships* known_memberships();
    void wait_for_memberships(const stomp::Frame& frame);
    void recheck();
    void revoke(ClientSubscription& subscription);

    void count_delivery(admin::Source source);
    [[nodiscard]] Monotonic now() const { return services_.clock.monotonic(); }
    void send(std::string_view stomp_frame);

    // Constant after construction.
    const SessionId id_;
    net::Transport& transport_;
    Services& services_;

    Stage stage_ = Stage::kConnecting;
    stomp::Decoder decoder_;
    bool held_ = false;  // a frame waits in decoder_ for the memberships; those behind it wait as well
    bool handled_anew_ = false;  // the next frame has waited
    bool memberships_failed_ = false;

    // Constant once connected, but for a fresh token.
    stomp::Version version_ = stomp::Version::k12;
    identity::Identity identity_;
    std::string device_id_;
    std::string client_type_;
    WallTime connected_at_{};
    bool notify_on_denied_ = false;
    bool joined_ = false;

    std::vector<std::unique_ptr<ClientSubscription>> subscriptions_;
    std::uint64_t subscription_serial_ = 0;
    std::shared_ptr<UserMemberships> memberships_;
    // Verdicts, forgotten when memberships or rights change.
    std::string last_sent_to_;  // allowed
    std::unique_ptr<std::unordered_map<std::string, bool>> deliver_allowed_;  // of patterns, by destination
    Rate command_rate_;
    std::size_t commands_running_ = 0;
    std::unique_ptr<Origin> disconnect_;  // of the DISCONNECT that waits for the commands

    ProofOfReceipt proof_;
    bool proof_wanted_ = false;

    // Time
    Monotonic began_;
    Monotonic last_in_;
    Monotonic next_beat_{Monotonic::max()};
    Milliseconds beat_every_{0};
    Milliseconds silence_allowed_{0};
    std::uint64_t written_at_beat_ = 0;
    std::optional<Monotonic> pinged_for_life_;
    bool expiry_warned_ = false;

    std::uint64_t sent_ = 0;
    std::uint64_t delivered_ = 0;
};

}  // namespace causeway::session
