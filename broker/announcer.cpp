#include "broker/announcer.hpp"

#include "broker/base/random.hpp"

namespace causeway {

bool Announcer::is_heard(std::string_view subject) const {
    return nats_ != nullptr || routes_.wanted("/topic/" + std::string(subject));
}

void Announcer::announce(const app::OutboundEvent& event) {
    thread_local SystemRandom random;
    MessageIds ids(clock_, random);
    const bridge::Headers headers{{std::string(bridge::kMessageIdHeader), event.id}};
    const auto effects = app::effects_of({event.subject, event.payload, headers, app::EventOrigin::kOurCluster}, clock_,
                                         ids, [this](std::string_view destination) { return routes_.wanted(destination); });
    for (const routing::MessagePtr& message : effects.messages) routes_.publish(message);
    if (nats_ == nullptr) return;
    auto subject = bridge::Subject::parse(event.subject);
    if (auto* const parsed = std::get_if<bridge::Subject>(&subject))
        (void)nats_->publish({std::move(*parsed), event.payload, {}, event.id});
}

}  // namespace causeway
