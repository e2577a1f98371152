// One kind of load: what is subscribed, what is sent when, and when it is done. The runner calls it
// through the phases connect → begin → run → linger; the swarm tells it what arrived.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/body_text.hpp"
#include "tools/bench/delivery_check.hpp"
#include "tools/bench/marker.hpp"
#include "tools/bench/swarm.hpp"

namespace causeway::bench {

inline constexpr std::uint64_t kNever = ~std::uint64_t{0};

class Scenario : public Listener {
public:
    Scenario(const Options& options, Swarm& swarm);

    // Connections the runner opens before `begin`, and waits for until they have subscribed.
    [[nodiscard]] virtual std::uint64_t first_clients() const { return swarm_.size(); }
    [[nodiscard]] bool ready() const { return confirmed_ >= first_clients(); }
    virtual void begin(std::uint64_t now) { began_ = last_progress_ = now; }
    // What has to be done before the measured phase is done; tick() does it.
    [[nodiscard]] virtual bool prepared(std::uint64_t) const { return true; }
    virtual void measure(std::uint64_t now) { measured_at_ = last_progress_ = now; }
    // Sends what is due, and says when it wants to be called again.
    [[nodiscard]] virtual std::uint64_t tick(std::uint64_t now) = 0;
    // All was sent and all that can still come has come.
    [[nodiscard]] virtual bool finished(std::uint64_t now) const = 0;
    // No new load from now on; what is under way may end.
    void stop() { stopped_ = true; }

    struct Result {
        std::string unit;  // of `done`: deliveries, round trips, cycles …
        std::uint64_t done = 0;
        std::uint64_t sent = 0;
        std::uint64_t expected = 0;  // unique deliveries
        std::string second_latency;  // its name; empty: there is none
    };
    [[nodiscard]] virtual Result result() const = 0;

    // What the deliveries were
    [[nodiscard]] const DeliveryCheck& check() const { return check_; }
    [[nodiscard]] std::uint64_t corrupt() const { return corrupt_; }
    [[nodiscard]] std::uint64_t misrouted() const { return misrouted_; }
    [[nodiscard]] std::uint64_t foreign() const { return foreign_; }
    [[nodiscard]] std::uint64_t connections_lost() const { return lost_; }
    [[nodiscard]] std::uint64_t measured_at() const { return measured_at_; }
    [[nodiscard]] std::uint64_t last_progress() const { return last_progress_; }
    [[nodiscard]] const Histogram& latency() const { return latency_; }
    [[nodiscard]] const Histogram& second_latency() const { return second_; }

    void on_connected(Client& client) override;
    void on_frame(Client& client, const FrameView& frame, std::uint64_t now) override;
    void on_closed(Client& client, bool asked, std::string_view why) override;

protected:
    // A genuine message of this run at its receiver, before it is checked for order.
    virtual void on_marker(Client& client, const Marker& marker, std::uint64_t now) = 0;
    virtual void on_receipt(Client& client, std::string_view id, std::uint64_t now);
    // Empty: this connection subscribes to nothing.
    [[nodiscard]] virtual std::string subscription(const Client& client) const;

    [[nodiscard]] std::uint64_t run() const { return run_; }
    [[nodiscard]] std::uint64_t id_of(std::uint64_t index) const { return index + options_.first_id; }
    void subscribe(Client& client, const std::string& destination);
    // One message of the flow, due at `due`; {r} in patterns is `receiver`.
    void send_message(Client& from, const std::string& destination, Marker marker, std::uint64_t receiver,
                      std::string_view receipt = {});
    void confirmed() { ++confirmed_; }
    DeliveryCheck::Outcome record(std::uint64_t key, const Marker& marker, std::uint64_t now,
                                  DeliveryCheck::Order order = DeliveryCheck::Order::kCounts);
    void count_misrouted() { ++misrouted_; }
    [[nodiscard]] bool gave_up(std::uint64_t now) const;
    // How many messages the run sends: given, or as many as rate and time make; kNever in a closed loop.
    [[nodiscard]] std::uint64_t planned() const;
    [[nodiscard]] bool time_is_up(std::uint64_t now) const;
    [[nodiscard]] std::uint64_t due_time(std::uint64_t number) const;

    const Options& options_;
    Swarm& swarm_;
    bool stopped_ = false;
    std::uint64_t began_ = 0;  // what `due` of markers counts from
    std::uint64_t measured_at_ = 0;
    std::uint64_t last_progress_ = 0;
    Histogram latency_;
    Histogram second_;
    DeliveryCheck check_;

private:
    [[nodiscard]] std::string body_of(const Marker& marker, std::uint64_t sender,
                                      std::uint64_t receiver) const;
    [[nodiscard]] bool body_is_whole(std::string_view body, const Marker& marker) const;

    const std::uint64_t run_;
    const BodyText body_;
    std::uint64_t confirmed_ = 0;
    std::uint64_t corrupt_ = 0;
    std::uint64_t misrouted_ = 0;
    std::uint64_t foreign_ = 0;
    std::uint64_t lost_ = 0;
};

// "fanout", "queue", "room", "pingpong", "users", "idle", "churn", "stored" or "replay".
[[nodiscard]] std::uint64_t clients_of(const std::string& scenario, const Options& options);
[[nodiscard]] std::unique_ptr<Scenario> make_scenario(const std::string& scenario, const Options& options,
                                                      Swarm& swarm);

}  // namespace causeway::bench
