// Pairs: the even one asks, the odd one answers, and only then the even one asks again.
#include "tools/bench/scenarios.hpp"

namespace causeway::bench {

void PingpongScenario::begin(std::uint64_t now) {
    Scenario::begin(now);
    next_.assign(swarm_.size(), 0);
    for (std::uint64_t i = 0; i < swarm_.size(); i += 2) ask(swarm_.client(i), now);
}

void PingpongScenario::pass_on(Client& from, std::uint64_t due) {
    const std::uint64_t to = id_of(from.index ^ 1);
    const std::string destination = options_.send_destination.empty()
                                        ? replaced(options_.destination, "{i}", to)
                                        : replaced(options_.send_destination, "{r}", to);
    send_message(from, destination, {0, from.index, next_[from.index]++, sent_++, due}, to);
}

void PingpongScenario::ask(Client& from, std::uint64_t now) {
    ++open_;
    pass_on(from, now - began_);
}

void PingpongScenario::on_marker(Client& client, const Marker& marker, std::uint64_t now) {
    if ((marker.flow ^ 1) != client.index) return count_misrouted();
    last_progress_ = now;
    if (check_.arrived(marker.flow, marker.sequence) == DeliveryCheck::Outcome::kDuplicate) return;
    if (client.index % 2 == 1) return pass_on(client, marker.due);  // the time of the whole round trip
    latency_.record(now - began_ - marker.due);
    --open_;
    ++rounds_;
    const bool enough = options_.messages > 0 && rounds_ + open_ >= options_.messages;
    if (!enough && !time_is_up(now)) ask(client, now);
}

bool PingpongScenario::finished(std::uint64_t now) const { return open_ == 0 || gave_up(now); }

Scenario::Result PingpongScenario::result() const { return {"round trips", rounds_, sent_, sent_, ""}; }

}  // namespace causeway::bench
