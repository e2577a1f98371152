// Users with a destination each: a random one sends to a random other one.
#include "tools/bench/scenarios.hpp"

namespace causeway::bench {

UsersScenario::UsersScenario(const Options& options, Swarm& swarm)
    : StreamScenario(options, swarm), choice_(options.seed) {
    if (options.connections < 2)
        throw BadOptions("--connections must be at least 2: nobody sends to himself");
}

void UsersScenario::send_one(std::uint64_t number, std::uint64_t due) {
    const std::uint64_t users = swarm_.size();
    const std::uint64_t from = choice_() % users;
    const std::uint64_t to = (from + 1 + choice_() % (users - 1)) % users;
    const std::uint64_t receiver = id_of(to);
    const std::string destination = options_.send_destination.empty()
                                        ? replaced(options_.destination, "{i}", receiver)
                                        : replaced(options_.send_destination, "{r}", receiver);
    const std::uint64_t flow = from * users + to;
    send_message(swarm_.client(from), destination, {0, flow, next_[flow]++, number, due}, receiver);
}

void UsersScenario::on_marker(Client& client, const Marker& marker, std::uint64_t now) {
    if (marker.flow % swarm_.size() != client.index) return count_misrouted();
    record(marker.flow, marker, now);
}

Scenario::Result UsersScenario::result() const { return {"deliveries", check_.unique(), sent(), sent(), ""}; }

}  // namespace causeway::bench
