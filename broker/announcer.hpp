// What happened here, told to whom it concerns: subscribers of the event's topic at once, other
// programs by NATS. NATS hands our own events back to us; the bridge drops them, so nothing is told twice.
// Any thread.
#pragma once

#include <string_view>

#include "bridge/bridge.hpp"
#include "broker/app/nats_events.hpp"
#include "broker/routing/shards.hpp"

namespace causeway {

class Announcer {
public:
    // Who of the subscribers gets an event: those of its topic, or whom it names, too.
    enum class Reach : std::uint8_t { kTopic, kConcerned };

    // Both outlive this object.
    Announcer(routing::Shards& routes, const Clock& clock) : routes_(routes), clock_(clock) {}

    // Before anything is announced. Null: there is no NATS.
    void publish_to(bridge::Bridge* nats) { nats_ = nats; }

    // Somebody would hear an event of this subject: making it is worth the while.
    [[nodiscard]] bool is_heard(std::string_view subject) const;
    // The same of an event that a commit made: NATS gets it from the store's outbox.
    [[nodiscard]] bool is_heard_here(std::string_view subject) const;
    // Never blocks. At most once: what the bridge does not take is counted there.
    void announce(const app::OutboundEvent& event);
    // To local subscribers only: for an event that a commit made.
    void announce_here(const app::OutboundEvent& event, Reach reach);

    [[nodiscard]] const Clock& clock() const { return clock_; }

private:
    routing::Shards& routes_;
    const Clock& clock_;
    bridge::Bridge* nats_ = nullptr;
};

}  // namespace causeway
