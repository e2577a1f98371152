// The scenarios. Connections are numbered from 0: first those that --connections counts, then the others.
#pragma once

#include <random>
#include <unordered_map>

#include "tools/bench/stream_scenario.hpp"

namespace causeway::bench {

class FanoutScenario : public StreamScenario {
public:
    FanoutScenario(const Options& options, Swarm& swarm);
    [[nodiscard]] Result result() const override;

private:
    void send_one(std::uint64_t number, std::uint64_t due) override;
    // Of the slowest subscriber.
    [[nodiscard]] std::uint64_t under_way() const override { return sent() - complete_; }
    [[nodiscard]] bool all_arrived() const override { return check_.unique() == expected_; }
    void on_marker(Client& client, const Marker& marker, std::uint64_t now) override;
    [[nodiscard]] std::string subscription(const Client& client) const override;
    [[nodiscard]] std::string topic(std::uint64_t t) const;
    [[nodiscard]] std::uint64_t subscribers_of(std::uint64_t t) const;

    std::vector<std::uint64_t> next_;     // sequence, by flow
    std::vector<std::uint64_t> missing_;  // subscribers that have not got it, by message
    std::uint64_t complete_ = 0;          // messages that all have got, from the first without a hole
    std::uint64_t expected_ = 0;
};

class RoomScenario final : public FanoutScenario {
public:
    RoomScenario(const Options& options, Swarm& swarm);
    void on_connected(Client& client) override;
    void on_frame(Client& client, const FrameView& frame, std::uint64_t now) override;

private:
    void on_receipt(Client& client, std::string_view id, std::uint64_t now) override;
    [[nodiscard]] std::uint64_t creator() const { return options_.connections; }
    [[nodiscard]] std::string conversation() const;
    void command(const std::string& name, const std::string& body, std::uint64_t about);
    void add_more();

    std::vector<bool> member_, here_;  // by client
    std::uint64_t members_ = 0;
    std::uint64_t next_to_add_ = 0;
};

// Consumers that compete, publishers taking turns over queues: every message goes to one consumer, which
// acknowledges it if it is asked to.
class QueueScenario final : public StreamScenario {
public:
    QueueScenario(const Options& options, Swarm& swarm);
    void on_frame(Client& client, const FrameView& frame, std::uint64_t now) override;
    [[nodiscard]] Result result() const override;

private:
    void send_one(std::uint64_t number, std::uint64_t due) override;
    [[nodiscard]] std::uint64_t under_way() const override { return sent() - check_.unique(); }
    [[nodiscard]] bool all_arrived() const override { return check_.unique() == sent(); }
    void on_marker(Client& client, const Marker& marker, std::uint64_t now) override;
    [[nodiscard]] std::string subscription(const Client& client) const override;
    [[nodiscard]] std::string queue(std::uint64_t t) const;

    std::vector<std::uint64_t> next_;  // sequence, by flow
    std::vector<std::uint64_t> seen_;  // by consumer and flow: all up to here, not included
};

class UsersScenario final : public StreamScenario {
public:
    UsersScenario(const Options& options, Swarm& swarm);
    [[nodiscard]] Result result() const override;

private:
    void send_one(std::uint64_t number, std::uint64_t due) override;
    [[nodiscard]] std::uint64_t under_way() const override { return sent() - check_.unique(); }
    [[nodiscard]] bool all_arrived() const override { return check_.unique() == sent(); }
    void on_marker(Client& client, const Marker& marker, std::uint64_t now) override;

    std::mt19937_64 choice_;
    std::unordered_map<std::uint64_t, std::uint64_t> next_;
};

class PingpongScenario final : public Scenario {
public:
    using Scenario::Scenario;
    void begin(std::uint64_t now) override;
    [[nodiscard]] std::uint64_t tick(std::uint64_t) override { return kNever; }
    [[nodiscard]] bool finished(std::uint64_t now) const override;
    [[nodiscard]] Result result() const override;

private:
    void on_marker(Client& client, const Marker& marker, std::uint64_t now) override;
    void ask(Client& from, std::uint64_t now);
    void pass_on(Client& from, std::uint64_t due);

    std::vector<std::uint64_t> next_;
    std::uint64_t open_ = 0;
    std::uint64_t rounds_ = 0;
    std::uint64_t sent_ = 0;
};

// Holds connections for `seconds` and does nothing.
class IdleScenario final : public Scenario {
public:
    using Scenario::Scenario;
    [[nodiscard]] std::uint64_t tick(std::uint64_t) override { return kNever; }
    [[nodiscard]] bool finished(std::uint64_t now) const override { return time_is_up(now); }
    [[nodiscard]] Result result() const override { return {"connections", swarm_.connected(), 0, 0, ""}; }

private:
    void on_marker(Client&, const Marker&, std::uint64_t) override { count_misrouted(); }
};

class ChurnScenario final : public Scenario {
public:
    using Scenario::Scenario;
    [[nodiscard]] std::uint64_t first_clients() const override { return 0; }
    [[nodiscard]] std::uint64_t tick(std::uint64_t now) override;
    [[nodiscard]] bool finished(std::uint64_t now) const override;
    [[nodiscard]] Result result() const override;
    void on_connected(Client& client) override;
    void on_closed(Client& client, bool asked, std::string_view why) override;

private:
    void on_marker(Client& client, const Marker& marker, std::uint64_t now) override;
    void on_receipt(Client& client, std::string_view id, std::uint64_t now) override;
    void greet(Client& client);
    void leave(Client& client);

    bool started_ = false;
    std::vector<std::uint64_t> closed_;   // to be opened again
    std::vector<std::uint64_t> bye_;      // left without asking for a receipt
    std::vector<std::uint64_t> written_;  // the same, a turn later
    std::unordered_map<std::uint64_t, std::uint64_t> next_;
    std::uint64_t begun_ = 0;
    std::uint64_t open_ = 0;
    std::uint64_t cycles_ = 0;
    std::uint64_t sent_ = 0;
};

class StoredScenario : public StreamScenario {
public:
    StoredScenario(const Options& options, Swarm& swarm);
    [[nodiscard]] Result result() const override;

protected:
    [[nodiscard]] std::uint64_t receipts() const { return receipts_; }

private:
    void send_one(std::uint64_t number, std::uint64_t due) override;
    [[nodiscard]] std::uint64_t under_way() const override { return sent() - receipts_; }
    [[nodiscard]] bool all_arrived() const override {
        return receipts_ == sent() && check_.unique() == sent();
    }
    void on_marker(Client& client, const Marker& marker, std::uint64_t now) override;
    void on_receipt(Client& client, std::string_view id, std::uint64_t now) override;
    [[nodiscard]] std::string subscription(const Client& client) const override;

    std::vector<std::uint64_t> next_;
    std::vector<std::uint64_t> due_;  // by message; kNever once receipted
    std::uint64_t receipts_ = 0;
};

// Fills the log first; the measured phase begins when the receivers come.
class ReplayScenario final : public StoredScenario {
public:
    using StoredScenario::StoredScenario;
    [[nodiscard]] std::uint64_t first_clients() const override { return options_.connections; }
    [[nodiscard]] bool prepared(std::uint64_t now) const override;
    void measure(std::uint64_t now) override;
    [[nodiscard]] bool finished(std::uint64_t now) const override;
    [[nodiscard]] Result result() const override;
};

}  // namespace causeway::bench
