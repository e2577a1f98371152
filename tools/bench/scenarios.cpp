#include "tools/bench/scenarios.hpp"

namespace causeway::bench {

std::uint64_t clients_of(const std::string& scenario, const Options& options) {
    std::uint64_t clients = options.connections;
    if (scenario == "fanout" || scenario == "queue" || scenario == "room") clients += options.publishers;
    if (scenario == "pingpong" || scenario == "stored" || scenario == "replay") clients *= 2;
    if (clients == 0 || clients > kMaxConnections)
        throw BadOptions("a run has 1 to " + std::to_string(kMaxConnections) +
                         " connections (this one: " + std::to_string(clients) + ")");
    return clients;
}

std::unique_ptr<Scenario> make_scenario(const std::string& scenario, const Options& options, Swarm& swarm) {
    if (scenario == "fanout") return std::make_unique<FanoutScenario>(options, swarm);
    if (scenario == "queue") return std::make_unique<QueueScenario>(options, swarm);
    if (scenario == "room") return std::make_unique<RoomScenario>(options, swarm);
    if (scenario == "pingpong") return std::make_unique<PingpongScenario>(options, swarm);
    if (scenario == "users") return std::make_unique<UsersScenario>(options, swarm);
    if (scenario == "idle") return std::make_unique<IdleScenario>(options, swarm);
    if (scenario == "churn") return std::make_unique<ChurnScenario>(options, swarm);
    if (scenario == "stored") return std::make_unique<StoredScenario>(options, swarm);
    if (scenario == "replay") return std::make_unique<ReplayScenario>(options, swarm);
    throw BadOptions("there is no scenario " + scenario);
}

}  // namespace causeway::bench
