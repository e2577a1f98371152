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
#include "broker/session/acknowledgement.hpp"
#include "broker/session/ended_subscriptions.hpp"
#include "broker/session/kept_sends.hpp"
#include "broker/session/log_subscriptions.hpp"
#include "broker/session/origin.hpp"
#include "broker/session/proof_of_receipt.hpp"
#include "broker/session/queue_subscriptions.hpp"
#include "broker/session/rate.hpp"
#include "broker/session/reading.hpp"
#include "broker/session/services.hpp"
#include "broker/session/transaction_commit.hpp"
#include "broker/session/transactions.hpp"
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
    void on_violation(const net::Violation& violation) override;
    void on_gone(Gone how) override;

    // From the routing table, by way of our subscriptions.
    void deliver(ClientSubscription& subscription, const routing::MessagePtr& message);
    void deliver_acked(ClientSubscription& subscription, const routing::MessagePtr& message);
    void deliver_live(LogSubscription& subscription, const routing::MessagePtr& message) {
        logs_.deliver(subscription, message);
    }

    void deliver_queued(QueueSubscription& subscription, const queue::Delivery& delivery) {
        queued_.deliver(subscription, delivery);
    }

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
    friend class LogSubscriptions;
    friend class QueueSubscriptions;
    enum class Stage : std::uint8_t { kConnecting, kConnected, kDisconnecting, kClosed };

    // session.cpp: frames in, answers out
    // STOMP 1.2, DISCONNECT: nothing after it counts.
    [[nodiscard]] bool listens() const { return stage_ == Stage::kConnecting || stage_ == Stage::kConnected; }
    void read_frames();
    void hold_frame();
    void read_on();
    void pause_reading();
    void resume_reading();
    void handle(const stomp::Frame& frame);
    void handle_connected(const stomp::Frame& frame);
    static Origin origin_of(const stomp::Frame& frame);
    void send_receipt(std::optional<std::string_view> receipt, const routing::Headers& extra = {});
    void refuse(const Refusal& refusal, const Origin& origin);
    void fail(const Refusal& refusal, const Origin& origin);
    void notify(const Refusal& refusal, const Origin& origin);
    [[nodiscard]] bool hears_notices() const;
    [[nodiscard]] std::vector<ClientSubscription*> listening_to(std::string_view user_queue) const;
    void leave(Leaving how = Leaving::kOrderly);
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
    [[nodiscard]] Read<KeptSends::Send> read_send(const stomp::Frame& frame,
                                                  const routing::Destination& destination);
    [[nodiscard]] Read<KeptSends::Send> read_publish(const stomp::Frame& frame, std::string destination,
                                                     bool skip_self);
    [[nodiscard]] Read<KeptSends::Send> read_persistent(const stomp::Frame& frame,
                                                        const routing::Destination& destination);
    [[nodiscard]] Read<KeptSends::Send> read_queued(const stomp::Frame& frame, std::string destination);
    [[nodiscard]] std::optional<NotRead> hindrance_to_send(const stomp::Frame& frame,
                                                           const std::string& destination);
    [[nodiscard]] std::shared_ptr<routing::Message> message_of(const stomp::Frame& frame,
                                                               std::string destination);
    void carry_out(KeptSends::Send send, const Origin& origin);
    void send_in_line(KeptSends::Send send, const Origin& origin);
    void on_sent(const SendResult& result, const Origin& origin);
    void on_carried_out();
    [[nodiscard]] NotRead sends_first();
    void on_disconnect(const stomp::Frame& frame);
    void finish_disconnect();

    // session_temp_queue.cpp
    [[nodiscard]] std::string own_temp_queue(std::string_view text);
    [[nodiscard]] std::string routed_temp_queue(std::string_view text);
    [[nodiscard]] Read<KeptSends::Send> read_to_temp_queue(const stomp::Frame& frame,
                                                           const routing::Destination& destination);
    [[nodiscard]] std::optional<Refusal> listen_for_reply(const stomp::Frame& frame);

    // session_transaction.cpp
    void on_begin(const stomp::Frame& frame);
    void on_commit(const stomp::Frame& frame);
    void on_abort(const stomp::Frame& frame);
    void on_frame_in_transaction(const stomp::Frame& frame);
    [[nodiscard]] Transaction* transaction_of(const stomp::Frame& frame);
    void refuse_in_transactions(const Refusal& refusal, const Origin& origin);
    [[nodiscard]] Read<Transaction::Frame> read_in_transaction(const stomp::Frame& frame);
    [[nodiscard]] std::vector<storage::Part> parts_of_acks(const Transaction& transaction,
                                                           QueuePledges& pledges);
    void on_committed(const TransactionCommit::Outcome& outcome, const Origin& origin);
    void expire_transactions(Monotonic at);

    // session_commands.cpp
    void on_command(const stomp::Frame& frame, std::string_view command);
    void ask_once(const stomp::Frame& frame, std::string_view command, const Origin& origin, Form form);
    void run_command(const stomp::Frame& frame, std::string_view command, Ask ask);
    [[nodiscard]] std::optional<NotRead> hindrance_to_command(const stomp::Frame& frame);
    [[nodiscard]] Read<app::PreparedCommand> prepare_command(const stomp::Frame& frame,
                                                             std::string_view command);
    app::OnOutcome answer_to(Ask ask);
    void on_outcome(app::Outcome outcome, Ask ask);
    void on_done(app::Done done, Ask ask);
    void run_parts();
    void reply(const routing::Message& message);
    void reply_to_subscribe(const routing::Message& message, const Ask& ask);

    // session_subscribe.cpp
    struct Wish;
    void on_subscribe(const stomp::Frame& frame);
    [[nodiscard]] Refusal too_many_subscriptions() const;
    std::optional<Refusal> read_wish(const stomp::Frame& frame, std::string_view destination, Wish& wish);
    std::optional<Refusal> read_ack(const stomp::Frame& frame, Wish& wish) const;
    std::optional<Refusal> read_prefetch(const stomp::Frame& frame, Wish& wish) const;
    std::optional<Refusal> read_log(const stomp::Frame& frame, Wish& wish) const;
    void on_app_subscribe(const stomp::Frame& frame, std::string_view destination, const Origin& origin);
    void open(Wish wish);
    void open_plain(const Wish& wish, std::shared_ptr<Encoding> encoding);
    void open_queue(Wish wish, std::shared_ptr<Encoding> encoding);
    void take_leave(ClientSubscription& subscription, Leaving how);
    void keep(std::unique_ptr<ClientSubscription> subscription);
    void on_unsubscribe(const stomp::Frame& frame);
    [[nodiscard]] ClientSubscription* find(std::string_view subscription_id) const;
    void drop(ClientSubscription& subscription);

    void end_subscription(ClientSubscription& subscription);

    // session_ack.cpp
    void on_ack(const stomp::Frame& frame, AckLedger::Answer answer);
    [[nodiscard]] Read<Acknowledgement> read_ack(const stomp::Frame& frame, AckLedger::Answer answer) const;
    [[nodiscard]] std::optional<Refusal> fault_of(const Acknowledgement& ack) const;
    [[nodiscard]] std::vector<ClientSubscription*> meant_by(const Acknowledgement& ack) const;
    // Called for each queue that has something to write; what it returns is called then.
    using AwaitWrite = std::function<queue::OnSettled()>;
    void carry_out(const Acknowledgement& ack, const AwaitWrite& await_write = {});
    struct AwaitedAck;
    void on_acknowledged(const AwaitedAck& awaited);
    void put_ack(AckLedger& ledger, const routing::Message& message, routing::Headers& headers);

    // session_deliver.cpp
    void send_message(ClientSubscription& subscription, const routing::MessagePtr& message,
                      const routing::Headers& extra);
    void count_delivery(const routing::Message& message);
    void want_proof();

    // session_time.cpp
    void set_deadline();
    void beat(Monotonic now);
    [[nodiscard]] Monotonic silence_ends() const;
    void check_life(Monotonic now);
    void check_expiry();

    // session_permissions.cpp
    [[nodiscard]] identity::Verdict ask(identity::Action action, std::string_view destination);
    [[nodiscard]] identity::Verdict may_subscribe(const std::string& destination, bool is_pattern);
    [[nodiscard]] bool may_receive(const std::string& destination);
    [[nodiscard]] const UserMemberships* known_memberships();
    [[nodiscard]] NotRead memberships_first(const stomp::Frame& frame);
    void wait_for_memberships(const stomp::Frame& frame);
    enum class Whose : std::uint8_t { kOwn, kAnothers };  // wish it was
    void recheck(Whose wish);
    void revoke(ClientSubscription& subscription, Whose wish);

    [[nodiscard]] Monotonic now() const { return services_.clock.monotonic(); }
    void send(std::string_view stomp_frame);

    // Constant after construction.
    const SessionId id_;
    net::Transport& transport_;
    Services& services_;

    std::uint64_t sent_ = 0;
    std::uint64_t delivered_ = 0;

    // Together, as there are many sessions.
    Stage stage_ = Stage::kConnecting;
    stomp::Version version_ = stomp::Version::k12;  // constant once connected
    bool held_ = false;  // a frame waits in decoder_ for the memberships; those behind it wait as well
    bool handled_anew_ = false;     // the next frame has waited
    bool waits_for_sends_ = false;  // a frame waits in decoder_ until there are fewer
    bool reading_paused_ = false;
    bool memberships_failed_ = false;
    bool notify_on_denied_ = false;
    bool joined_ = false;
    bool running_parts_ = false;
    bool proof_wanted_ = false;
    bool expiry_warned_ = false;

    stomp::Decoder decoder_;

    // Constant once connected, but for a fresh token.
    identity::Identity identity_;
    std::string device_id_;
    std::string client_type_;
    WallTime connected_at_{};

    std::vector<std::unique_ptr<ClientSubscription>> subscriptions_;
    std::uint64_t subscription_serial_ = 0;
    std::uint64_t ledgers_ = 0;  // opened so far
    EndedSubscriptions ended_;
    LogSubscriptions logs_{*this};
    QueueSubscriptions queued_{*this};
    std::shared_ptr<UserMemberships> memberships_;
    // Verdicts, forgotten when memberships or rights change.
    std::string temp_queue_token_;  // once there was a /temp-queue
    std::string last_sent_to_;                                                // allowed
    std::unique_ptr<std::unordered_map<std::string, bool>> deliver_allowed_;  // of patterns, by destination
    Rate command_rate_;
    std::size_t commands_running_ = 0;
    std::vector<AnswerPart> parts_;               // waiting for room
    std::shared_ptr<KeptSends> sends_;            // once there was one
    std::unique_ptr<Transactions> transactions_;  // once there was one
    std::shared_ptr<QueuePledges> pledges_;       // a COMMIT is on its way; nothing behind it is read
    std::unique_ptr<Origin> disconnect_;          // of the DISCONNECT that waits for the commands

    ProofOfReceipt proof_;

    // Time
    Monotonic began_;
    Monotonic last_in_;
    Monotonic next_beat_{Monotonic::max()};
    Milliseconds beat_every_{0};
    Milliseconds silence_allowed_{0};
    std::uint64_t written_at_beat_ = 0;
    std::optional<Monotonic> pinged_for_life_;
};

}  // namespace causeway::session
