#include "tools/bench/run.hpp"

#include <algorithm>
#include <cmath>

#include "tools/bench/process_reading.hpp"
#include "tools/bench/scenario.hpp"

namespace causeway::bench {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMostConnecting = 256;
constexpr std::uint64_t kLinger = 100'000'000;  // for duplicates that come late
constexpr std::uint64_t kLook = 10'000'000;     // how often the clock and the end are looked at, at least

std::uint64_t nanoseconds(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

// To so many steps per unit; dividing by a whole number keeps 0.1 a short text.
double rounded(double value, double steps) { return std::round(value * steps) / steps; }

Json percentiles(const Histogram& histogram) {
    const auto us = [&](double percent) {
        return rounded(static_cast<double>(histogram.percentile(percent)) / 1000, 10);
    };
    return {
        {"count", histogram.count()}, {"p50_us", us(50)},
        {"p90_us", us(90)},           {"p99_us", us(99)},
        {"p99_9_us", us(99.9)},       {"max_us", rounded(static_cast<double>(histogram.max()) / 1000, 10)}};
}

class Runner {
public:
    Runner(const std::string& name, const Options& options)
        : name_(name), options_(options), swarm_(options, clients_of(name, options)) {
        if (options.rate < 0 || options.messages > kMaxMessages)
            throw BadOptions("--rate is not negative, --messages at most 50000000");
        const bool websocket = options.wire == Wire::kWebSocket || options.wire == Wire::kSockJsWebSocket;
        if (options.compress && !websocket) throw BadOptions("only WebSocket messages can be compressed");
        scenario_ = make_scenario(name, options, swarm_);
        swarm_.set_listener(*scenario_);
        started_ = now_ns();
        deadline_ = started_ + nanoseconds(options.timeout_seconds);
    }

    Report run() {
        empty_ = read_processes(options_.pids);
        if (!connect()) return finish(swarm_.connected() == 0 ? Verdict::kNoConnection : Verdict::kOutOfTime);
        if (!options_.receipts) pass(nanoseconds(options_.settle_seconds));
        connected_in_ = now_ns() - started_;
        scenario_->begin(now_ns());
        drive([this](std::uint64_t now) { return scenario_->prepared(now); });
        before_ = read_processes(options_.pids);
        own_before_ = own_cpu_seconds();
        scenario_->measure(now_ns());
        const bool in_time = drive([this](std::uint64_t now) { return scenario_->finished(now); });
        own_after_ = own_cpu_seconds();
        after_ = read_processes(options_.pids);
        pass(kLinger);
        if (swarm_.connect_times().count() == 0) return finish(Verdict::kNoConnection);
        if (!in_time) return finish(Verdict::kOutOfTime);
        return finish(is_clean() ? Verdict::kGood : Verdict::kBadDeliveries);
    }

private:
    // Paced. False when a connection failed, or time is up.
    bool connect() {
        const std::uint64_t wanted = scenario_->first_clients();
        std::uint64_t opened = 0;
        while (!scenario_->ready()) {
            const std::uint64_t now = now_ns();
            if (now > deadline_ || scenario_->connections_lost() > 0) return false;
            while (opened < wanted && swarm_.connecting() < kMostConnecting && now >= opening_time(opened))
                swarm_.open(swarm_.client(opened++));
            swarm_.turn(opened < wanted && swarm_.connecting() < kMostConnecting ? opening_time(opened)
                                                                                 : now + kLook);
        }
        return true;
    }

    std::uint64_t opening_time(std::uint64_t n) const {
        return options_.connect_rate > 0
                   ? started_ + nanoseconds(static_cast<double>(n) / options_.connect_rate)
                   : 0;
    }

    template <typename Done>
    bool drive(Done done) {
        while (true) {
            const std::uint64_t now = now_ns();
            if (done(now)) return true;
            if (now > deadline_) return false;
            const std::uint64_t next = scenario_->tick(now);
            swarm_.turn(std::min(next, now + kLook));
        }
    }

    void pass(std::uint64_t time) {
        const std::uint64_t end = now_ns() + time;
        while (now_ns() < end) swarm_.turn(end);
    }

    [[nodiscard]] std::uint64_t lost() const {
        const auto result = scenario_->result();
        const std::uint64_t unique = scenario_->check().unique();
        return result.expected > unique ? result.expected - unique : 0;
    }

    [[nodiscard]] bool is_clean() const {
        const Scenario& s = *scenario_;
        if (s.result().done == 0) return false;
        return lost() + s.check().duplicates() + s.check().late() + s.corrupt() + s.misrouted() +
                   s.connections_lost() + swarm_.protocol_errors() ==
               0;
    }

    Report finish(Verdict verdict) {
        constexpr const char* kVerdicts[] = {"good", "bad deliveries", "no connection", "out of time"};
        Json figures{{"scenario", name_}, {"verdict", kVerdicts[static_cast<int>(verdict)]}};
        if (!swarm_.first_trouble().empty()) figures["first_trouble"] = swarm_.first_trouble();
        figures["connections"] = swarm_.size();
        figures["connecting_s"] = rounded(static_cast<double>(connected_in_) / 1e9, 1000);
        figures["connect"] = percentiles(swarm_.connect_times());
        add_deliveries(figures);
        if (scenario_->latency().count() > 0) figures["latency"] = percentiles(scenario_->latency());
        const std::string second = scenario_->result().second_latency;
        if (!second.empty() && scenario_->second_latency().count() > 0)
            figures[second] = percentiles(scenario_->second_latency());
        add_costs(figures);
        return {verdict, std::move(figures)};
    }

    void add_deliveries(Json& figures) const {
        const Scenario& s = *scenario_;
        const auto result = s.result();
        figures["sent"] = result.sent;
        figures["done"] = result.done;
        figures["unit"] = result.unit;
        figures["lost"] = lost();
        figures["duplicate"] = s.check().duplicates();
        figures["out_of_order"] = s.check().late();
        figures["corrupt"] = s.corrupt();
        figures["misrouted"] = s.misrouted();
        figures["of_other_runs"] = s.foreign();
        figures["connections_lost"] = s.connections_lost();
        figures["protocol_errors"] = swarm_.protocol_errors();
    }

    void add_costs(Json& figures) const {
        const auto result = scenario_->result();
        const auto done = static_cast<double>(result.done);
        if (scenario_->measured_at() == 0) return;
        const double wall = static_cast<double>(std::max<std::uint64_t>(
                                scenario_->last_progress() - scenario_->measured_at(), 1)) /
                            1e9;
        const double own = own_after_ - own_before_;
        if (name_ != "idle") {
            figures["wall_s"] = rounded(wall, 1000);
            figures["done_per_s"] = rounded(done / wall, 10);
            figures["generator_cpu_s"] = rounded(own, 1000);
            figures["generator_saturated"] = own > 0.9 * wall;
        }
        if (options_.pids.empty()) return;
        const double cpu = after_.cpu_seconds - before_.cpu_seconds;
        figures["server_cpu_s"] = rounded(cpu, 100);
        if (cpu > 0 && name_ != "idle") figures["done_per_server_cpu_s"] = rounded(done / cpu, 10);
        figures["server_rss_bytes"] = after_.resident_bytes;
        figures["server_pss_bytes"] = after_.proportional_bytes;
        const double grown =
            static_cast<double>(after_.proportional_bytes) - static_cast<double>(empty_.proportional_bytes);
        figures["server_pss_bytes_per_connection"] = rounded(grown / static_cast<double>(swarm_.size()), 1);
    }

    const std::string name_;
    const Options& options_;
    Swarm swarm_;
    std::unique_ptr<Scenario> scenario_;
    std::uint64_t started_ = 0;
    std::uint64_t deadline_ = 0;
    std::uint64_t connected_in_ = 0;
    ProcessReading empty_, before_, after_;
    double own_before_ = 0;
    double own_after_ = 0;
};

}  // namespace

Report run(const std::string& scenario, const Options& options) { return Runner(scenario, options).run(); }

}  // namespace causeway::bench
