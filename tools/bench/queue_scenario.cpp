// Consumers that compete for queues, publishers taking turns: every message goes to one consumer, once. A
// consumer gets those of a flow in order; which it gets is the broker's affair.
#include "tools/bench/scenarios.hpp"

namespace causeway::bench {

QueueScenario::QueueScenario(const Options& options, Swarm& swarm)
    : StreamScenario(options, swarm),
      next_(options.publishers * options.topics),
      seen_(options.connections * next_.size()) {
    if (options.topics > options.connections)
        throw BadOptions("--topics is at most --connections: each queue needs a consumer");
}

std::string QueueScenario::queue(std::uint64_t t) const {
    return replaced(replaced(options_.destination, "{run}", run()), "{t}", t);
}

std::string QueueScenario::subscription(const Client& client) const {
    return client.index < options_.connections ? queue(client.index % options_.topics) : std::string();
}

void QueueScenario::send_one(std::uint64_t number, std::uint64_t due) {
    const std::uint64_t publisher = number % options_.publishers;
    const std::uint64_t t = number % options_.topics;
    const std::uint64_t flow = publisher * options_.topics + t;
    send_message(swarm_.client(options_.connections + publisher), queue(t),
                 {0, flow, next_[flow]++, number, due}, t);
}

void QueueScenario::on_frame(Client& client, const FrameView& frame, std::uint64_t now) {
    StreamScenario::on_frame(client, frame, now);
    const std::string_view ack = frame.header("ack");
    if (frame.command == "MESSAGE" && !ack.empty())
        swarm_.send(client, encode_frame("ACK", {{"id", std::string(ack)}}));
}

void QueueScenario::on_marker(Client& client, const Marker& marker, std::uint64_t now) {
    if (marker.flow >= next_.size() || marker.flow % options_.topics != client.index % options_.topics)
        return count_misrouted();
    std::uint64_t& seen = seen_[client.index * next_.size() + marker.flow];
    const auto order = marker.sequence < seen ? DeliveryCheck::Order::kCounts : DeliveryCheck::Order::kFree;
    if (record(marker.flow, marker, now, order) == DeliveryCheck::Outcome::kDuplicate) return;
    seen = std::max(seen, marker.sequence + 1);
}

Scenario::Result QueueScenario::result() const { return {"deliveries", check_.unique(), sent(), sent(), ""}; }

}  // namespace causeway::bench
