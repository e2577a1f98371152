#include "broker/announcer.hpp"

#include "broker/base/random.hpp"

namespace causeway {

bool Announcer::is_heard(std::string_view subject) const {
    return nats_ != nullptr || is_heard_here(subject);
}

bool Announcer::is_heard_here(std::string_view subject) const {
    return routes_.wanted("/topic/" + std::string(subject));
}

void Announcer::announce(const app::OutboundEvent& event) {
    announce_here(event, Reach::kConcerned);
    if (nats_ == nullptr) return;
    auto subject = bridge::Subject::parse(event.subject);
    if (auto* const parsed = std::get_if<bridge::Subject>(&subject))
        (void)nats_->publish({std::move(*parsed), event.payload, {}, event.id});
}

void Announcer::announce_here(const app::OutboundEvent& event, Reach reach) {
    thread_local SystemRandom random;
    MessageIds ids(clock_, random);
    const bridge::Headers headers{{std::string(bridge::kMessageIdHeader), event.id}};
    const auto wanted = [this](std::string_view destination) { return routes_.wanted(destination); };
    const app::InboundEvent told{event.subject, event.payload, headers, app::EventOrigin::kOurCluster,
                                 reach == Reach::kTopic};
    const auto effects = app::effects_of(told, clock_, ids, wanted);
    for (const routing::MessagePtr& message : effects.messages) routes_.publish(message);
}

}  // namespace causeway
