#include "broker/event_mirror.hpp"

#include <spdlog/spdlog.h>

namespace causeway {

bool RecentIds::seen(const std::string& id, Monotonic now) {
    while (!by_age_.empty() && (now - by_age_.front().first > kWindow || by_age_.size() >= kMost)) {
        ids_.erase(by_age_.front().second);
        by_age_.pop_front();
    }
    if (!ids_.insert(id).second) return true;
    by_age_.emplace_back(now, id);
    return false;
}

void EventMirror::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
}

void EventMirror::on_event(const bridge::Event& event) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    const auto origin =
        event.origin == bridge::Origin::kOutside ? app::EventOrigin::kBackEnd : app::EventOrigin::kOurCluster;
    app::EventEffects effects =
        app::effects_of({event.subject, event.payload, event.headers, origin}, clock_, ids_,
                        [this](std::string_view destination) { return routes_.wanted(destination); });
    if (!effects.id.empty() && recent_.seen(effects.id, clock_.monotonic())) return;
    if (!effects.ignored.empty()) spdlog::warn("event on {} was not stored: {}", event.subject, effects.ignored);
    for (const routing::MessagePtr& message : effects.messages) routes_.publish(message);
    for (storage::Request& request : effects.requests)
        store_.submit(std::move(request), [subject = event.subject](const storage::Answer& answer) {
            if (const auto* refusal = std::get_if<Refusal>(&answer))
                spdlog::warn("event on {} was refused by the store: {}", subject, refusal->text);
        });
}

}  // namespace causeway
