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
    // How events of commits go to NATS: by the store's outbox, or from here, at most once.
    enum class Durable : std::uint8_t { kByOutbox, kFromHere };

    // Who of the subscribers gets an event: those of its topic, or whom it names, too.
    enum class Reach : std::uint8_t { kTopic, kConcerned };

    // Both outlive this object.
    Announcer(routing::Shards& routes, const Clock& clock) : routes_(routes), clock_(clock) {}

    // Before anything is announced. Null: there is no NATS.
    void publish_to(bridge::Bridge* nats, Durable durable = Durable::kFromHere) {
        nats_ = nats;
        durable_ = durable;
    }

    // Somebody would hear an event of this subject: making it is worth the while.
    [[nodiscard]] bool is_heard(std::string_view subject) const;
    // The same of an event that a commit made.
    [[nodiscard]] bool is_commit_heard(std::string_view subject) const;
    // Never blocks. At most once: what the bridge does not take is counted there.
    void announce(const app::OutboundEvent& event);
    // An event that a commit made: here at once, elsewhere as Durable says.
    void announce_commit(const app::OutboundEvent& event, Reach reach);

    [[nodiscard]] const Clock& clock() const { return clock_; }

private:
    void tell_here(const app::OutboundEvent& event, Reach reach);
    void publish(const app::OutboundEvent& event);

    routing::Shards& routes_;
    const Clock& clock_;
    bridge::Bridge* nats_ = nullptr;
    Durable durable_ = Durable::kFromHere;
};

}  // namespace causeway
