// Senders with a receiver each, a RECEIPT for every message: stored, delivered, receipted. And replay: the
// same messages, stored first, are read again from the start by sessions that come later.
#include <charconv>

#include "tools/bench/scenarios.hpp"

namespace causeway::bench {

StoredScenario::StoredScenario(const Options& options, Swarm& swarm)
    : StreamScenario(options, swarm), next_(options.connections) {}

std::string StoredScenario::subscription(const Client& client) const {
    return client.index < options_.connections ? std::string() : options_.destination;
}

void StoredScenario::send_one(std::uint64_t number, std::uint64_t due) {
    const std::uint64_t from = number % options_.connections;
    const std::uint64_t receiver = id_of(options_.connections + from);
    due_.push_back(due);
    send_message(swarm_.client(from), replaced(options_.send_destination, "{r}", receiver),
                 {0, from, next_[from]++, number, due}, receiver, std::to_string(number));
}

void StoredScenario::on_receipt(Client& client, std::string_view id, std::uint64_t now) {
    if (id == "subscribed") return confirmed();
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (failed != std::errc() || number >= due_.size() || number % options_.connections != client.index ||
        due_[number] == kNever)
        return count_misrouted();
    second_.record(now - began_ - due_[number]);
    due_[number] = kNever;
    ++receipts_;
    last_progress_ = now;
}

void StoredScenario::on_marker(Client& client, const Marker& marker, std::uint64_t now) {
    if (marker.flow + options_.connections != client.index) return count_misrouted();
    record(marker.flow, marker, now);
}

Scenario::Result StoredScenario::result() const {
    return {"deliveries", check_.unique(), sent(), sent(), "receipt"};
}

bool ReplayScenario::prepared(std::uint64_t now) const {
    return (all_sent(now) && receipts() == sent()) || gave_up(now);
}

void ReplayScenario::measure(std::uint64_t now) {
    Scenario::measure(now);
    stop();
    for (std::uint64_t i = options_.connections; i < swarm_.size(); ++i) swarm_.open(swarm_.client(i));
}

bool ReplayScenario::finished(std::uint64_t now) const { return check_.unique() == sent() || gave_up(now); }

Scenario::Result ReplayScenario::result() const {
    return {"replayed messages", check_.unique(), sent(), sent(), "receipt"};
}

}  // namespace causeway::bench
