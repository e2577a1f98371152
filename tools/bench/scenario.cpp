#include "tools/bench/scenario.hpp"

#include <algorithm>

#include "tools/bench/process_reading.hpp"

namespace causeway::bench {

Scenario::Scenario(const Options& options, Swarm& swarm)
    : options_(options), swarm_(swarm), run_(now_ns()), body_(options) {}

std::string Scenario::subscription(const Client& client) const {
    return replaced(options_.destination, "{i}", id_of(client.index));
}

void Scenario::on_connected(Client& client) {
    const std::string destination = subscription(client);
    if (destination.empty()) return confirmed();
    subscribe(client, destination);
}

void Scenario::subscribe(Client& client, const std::string& destination) {
    FrameHeaders headers{{"id", "0"}, {"destination", destination}};
    if (options_.receipts) headers.emplace_back("receipt", "subscribed");
    for (const auto& [name, value] : options_.subscribe_headers)
        headers.emplace_back(name, replaced(value, "{i}", id_of(client.index)));
    swarm_.send(client, encode_frame("SUBSCRIBE", headers));
    if (!options_.receipts) confirmed();
}

void Scenario::on_frame(Client& client, const FrameView& frame, std::uint64_t now) {
    if (frame.command == "RECEIPT") return on_receipt(client, frame.header("receipt-id"), now);
    if (frame.command != "MESSAGE") return;
    const auto marker = find_marker(frame.body);
    if (!marker) {
        ++corrupt_;
    } else if (marker->run != run_) {
        ++foreign_;
    } else {
        if (!body_is_whole(frame.body, *marker)) ++corrupt_;
        if (frame.header("subscription") != "0") ++misrouted_;
        on_marker(client, *marker, now);
    }
}

void Scenario::on_receipt(Client&, std::string_view id, std::uint64_t) {
    if (id == "subscribed") confirmed();
}

void Scenario::on_closed(Client&, bool asked, std::string_view) {
    if (!asked) ++lost_;
}

std::string Scenario::body_of(const Marker& marker, std::uint64_t sender, std::uint64_t receiver) const {
    std::string text;
    append(text, marker);
    if (options_.body_template.empty()) return body_.around(text);
    const std::size_t pad = options_.body_bytes > text.size() ? options_.body_bytes - text.size() : 0;
    std::string body = replaced(options_.body_template, "{marker}", text);
    body = replaced(std::move(body), "{i}", sender);
    body = replaced(std::move(body), "{run}", run_);
    body = replaced(std::move(body), "{r}", receiver);
    // Across runs too, so that an idempotency key made of it is one.
    body = replaced(std::move(body), "{n}", std::to_string(run_) + "-" + std::to_string(marker.number));
    return replaced(std::move(body), "{pad}", std::string(pad, 'x'));
}

bool Scenario::body_is_whole(std::string_view body, const Marker& marker) const {
    if (!options_.body_template.empty()) return true;  // the broker wraps it: the marker's check sum must do
    std::string text;
    append(text, marker);
    return body_.is_around(text, body);
}

void Scenario::send_message(Client& from, const std::string& destination, Marker marker,
                            std::uint64_t receiver, std::string_view receipt) {
    marker.run = run_;
    FrameHeaders headers{{"destination", destination}};
    if (!receipt.empty()) headers.emplace_back("receipt", receipt);
    for (const auto& [name, value] : options_.send_headers)
        headers.emplace_back(name, replaced(replaced(value, "{i}", id_of(from.index)), "{r}", receiver));
    swarm_.send(from, encode_frame("SEND", headers, body_of(marker, id_of(from.index), receiver)));
}

DeliveryCheck::Outcome Scenario::record(std::uint64_t key, const Marker& marker, std::uint64_t now,
                                        DeliveryCheck::Order order) {
    last_progress_ = now;
    const auto outcome = check_.arrived(key, marker.sequence, order);
    const std::uint64_t due = std::max(began_ + marker.due, measured_at_);
    if (outcome != DeliveryCheck::Outcome::kDuplicate) latency_.record(now > due ? now - due : 0);
    return outcome;
}

bool Scenario::gave_up(std::uint64_t now) const {
    return now > last_progress_ + static_cast<std::uint64_t>(options_.drain_seconds * 1e9);
}

std::uint64_t Scenario::planned() const {
    if (options_.messages > 0) return options_.messages;
    if (options_.rate > 0) return static_cast<std::uint64_t>(options_.rate * options_.seconds);
    return kNever;
}

bool Scenario::time_is_up(std::uint64_t now) const {
    return stopped_ ||
           (options_.messages == 0 && now >= began_ + static_cast<std::uint64_t>(options_.seconds * 1e9));
}

std::uint64_t Scenario::due_time(std::uint64_t number) const {
    return began_ + static_cast<std::uint64_t>(static_cast<double>(number) * 1e9 / options_.rate);
}

}  // namespace causeway::bench
