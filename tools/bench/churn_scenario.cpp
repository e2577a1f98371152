// Loops of connect, log in, subscribe, one message to oneself, disconnect.
#include "tools/bench/process_reading.hpp"
#include "tools/bench/scenarios.hpp"

namespace causeway::bench {

std::uint64_t ChurnScenario::tick(std::uint64_t now) {
    // Without a receipt the cycle ends here, one turn after DISCONNECT was written.
    for (const std::uint64_t index : written_) leave(swarm_.client(index));
    written_.clear();
    written_.swap(bye_);
    // Never from within on_closed: the swarm is still at work on the old connection then.
    std::vector<std::uint64_t> again;
    again.swap(closed_);
    if (!started_) {
        started_ = true;
        for (std::uint64_t i = 0; i < swarm_.size(); ++i) again.push_back(i);
    }
    for (const std::uint64_t index : again) {
        const bool enough = options_.messages > 0 && begun_ >= options_.messages;
        if (enough || time_is_up(now)) continue;
        ++begun_;
        ++open_;
        swarm_.open(swarm_.client(index));
    }
    return kNever;
}

void ChurnScenario::on_connected(Client& client) {
    Scenario::on_connected(client);
    if (!options_.receipts) greet(client);
}

void ChurnScenario::greet(Client& client) {
    const std::uint64_t self = id_of(client.index);
    const std::string to = options_.send_destination.empty()
                               ? replaced(options_.destination, "{i}", self)
                               : replaced(options_.send_destination, "{r}", self);
    ++sent_;
    // The time of the cycle so far is what counts: from the call of connect() to the message.
    send_message(client, to, {0, client.index, next_[client.index]++, sent_, client.opened_at - began_},
                 self);
}

void ChurnScenario::on_receipt(Client& client, std::string_view id, std::uint64_t) {
    if (id == "subscribed") return greet(client);
    if (id == "bye") leave(client);
}

void ChurnScenario::on_marker(Client& client, const Marker& marker, std::uint64_t now) {
    if (marker.flow != client.index) return count_misrouted();
    record(marker.flow, marker, now);
    FrameHeaders headers;
    if (options_.receipts) headers.emplace_back("receipt", "bye");
    swarm_.send(client, encode_frame("DISCONNECT", headers));
    swarm_.leave(client);
    if (!options_.receipts) bye_.push_back(client.index);
}

void ChurnScenario::leave(Client& client) {
    if (client.state == ClientState::kLeaving) swarm_.close(client);  // else the broker was faster
}

void ChurnScenario::on_closed(Client& client, bool asked, std::string_view why) {
    Scenario::on_closed(client, asked, why);
    --open_;
    if (!asked) return;  // a broker that refuses is not asked again at once: this loop ends
    ++cycles_;
    last_progress_ = now_ns();
    second_.record(last_progress_ - client.opened_at);
    closed_.push_back(client.index);
}

bool ChurnScenario::finished(std::uint64_t now) const {
    const bool enough = options_.messages > 0 && begun_ >= options_.messages;
    return started_ && ((open_ == 0 && (enough || time_is_up(now) || closed_.empty())) || gave_up(now));
}

Scenario::Result ChurnScenario::result() const { return {"cycles", cycles_, sent_, sent_, "cycle"}; }

}  // namespace causeway::bench
