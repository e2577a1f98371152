// What back ends publish on NATS, mirrored to subscribers and, where it concerns conversations, to the
// store. Runs on the bridge's event thread. An event of a stream is told to be taken once subscribers have
// it and the store has answered.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "bridge/bridge.hpp"
#include "broker/app/nats_events.hpp"
#include "broker/base/random.hpp"
#include "broker/recent_events.hpp"
#include "broker/routing/shards.hpp"

namespace causeway {

class EventMirror {
public:
    // Everything outlives the bridge and the store.
    EventMirror(routing::Shards& routes, storage::Store& store, const Clock& clock)
        : routes_(routes), store_(store), clock_(clock), ids_(clock, random_) {}

    void on_event(const bridge::Event& event);
    // Any thread. Returns when no event is being handled; those that come later are dropped, and come again
    // if a stream has them. Before the store ends.
    void stop();

private:
    struct Effects;

    void mirror(const bridge::Event& event);
    void publish(const std::shared_ptr<Effects>& effects, const routing::MessagePtr& message,
                 RecentEvents::Seen seen);
    void submit(const std::shared_ptr<Effects>& effects, std::vector<storage::Request> requests);

    std::mutex mutex_;  // over on_event: behind it stopped_ and, while the broker ends, store_
    bool stopped_ = false;
    routing::Shards& routes_;
    storage::Store& store_;
    const Clock& clock_;
    SystemRandom random_;
    MessageIds ids_;
    RecentEvents recent_;
};

}  // namespace causeway
