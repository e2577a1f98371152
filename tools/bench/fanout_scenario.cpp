// Subscribers over topics, publishers taking turns: every message goes to all subscribers of its topic.
#include "tools/bench/scenarios.hpp"

namespace causeway::bench {

FanoutScenario::FanoutScenario(const Options& options, Swarm& swarm)
    : StreamScenario(options, swarm), next_(options.publishers * options.topics) {
    if (options.topics > options.connections)
        throw BadOptions("--topics is at most --connections: each topic needs a subscriber");
}

std::string FanoutScenario::topic(std::uint64_t t) const {
    return replaced(replaced(options_.destination, "{run}", run()), "{t}", t);
}

std::string FanoutScenario::subscription(const Client& client) const {
    return client.index < options_.connections ? topic(client.index % options_.topics) : std::string();
}

std::uint64_t FanoutScenario::subscribers_of(std::uint64_t t) const {
    return options_.connections / options_.topics + (t < options_.connections % options_.topics ? 1 : 0);
}

void FanoutScenario::send_one(std::uint64_t number, std::uint64_t due) {
    const std::uint64_t publisher = number % options_.publishers;
    const std::uint64_t t = number % options_.topics;
    const std::uint64_t flow = publisher * options_.topics + t;
    const std::string to =
        options_.send_destination.empty() ? topic(t) : replaced(options_.send_destination, "{t}", t);
    missing_.push_back(subscribers_of(t));
    expected_ += missing_.back();
    send_message(swarm_.client(options_.connections + publisher), to, {0, flow, next_[flow]++, number, due},
                 t);
}

void FanoutScenario::on_marker(Client& client, const Marker& marker, std::uint64_t now) {
    if (marker.number >= missing_.size() || marker.flow % options_.topics != client.index % options_.topics)
        return count_misrouted();
    const std::uint64_t key = client.index * next_.size() + marker.flow;
    if (record(key, marker, now) == DeliveryCheck::Outcome::kDuplicate) return;
    --missing_[marker.number];
    while (complete_ < missing_.size() && missing_[complete_] == 0) ++complete_;
}

Scenario::Result FanoutScenario::result() const {
    return {"deliveries", check_.unique(), sent(), expected_, ""};
}

}  // namespace causeway::bench
