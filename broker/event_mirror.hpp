// What back ends publish on NATS, mirrored to subscribers and, where it concerns conversations, to the
// store. Runs on the bridge's event thread.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

#include "bridge/bridge.hpp"
#include "broker/app/nats_events.hpp"
#include "broker/base/random.hpp"
#include "broker/routing/shards.hpp"

namespace causeway {

// Ids seen within a window of time, at most kMost of them: the oldest are forgotten first.
class RecentIds {
public:
    static constexpr std::size_t kMost = 65'536;
    static constexpr Milliseconds kWindow{60'000};

    // True when the id was seen within the window; remembers it either way.
    [[nodiscard]] bool seen(const std::string& id, Monotonic now);

private:
    std::deque<std::pair<Monotonic, std::string>> by_age_;
    std::unordered_set<std::string> ids_;
};

class EventMirror {
public:
    // Everything outlives the bridge.
    EventMirror(routing::Shards& routes, storage::Store& store, const Clock& clock)
        : routes_(routes), store_(store), clock_(clock), ids_(clock, random_) {}

    void on_event(const bridge::Event& event);
    // Any thread. Returns when no event is being handled; those that come later are dropped. Before the store ends.
    void stop();

private:
    std::mutex mutex_;  // over on_event: behind it stopped_ and, while the broker ends, store_
    bool stopped_ = false;
    routing::Shards& routes_;
    storage::Store& store_;
    const Clock& clock_;
    SystemRandom random_;
    MessageIds ids_;
    RecentIds recent_;
};

}  // namespace causeway
