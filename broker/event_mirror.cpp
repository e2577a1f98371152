#include "broker/event_mirror.hpp"

#include <spdlog/spdlog.h>

#include <atomic>

namespace causeway {

namespace {

using Seen = RecentEvents::Seen;

// As it came, and where it came without an id, the one that its place in a stream is.
bridge::Headers with_id(const bridge::Event& event) {
    bridge::Headers headers = event.headers;
    const auto id = bridge::find_header(headers, bridge::kMessageIdHeader);
    if (event.stream.empty() || (id && !id->empty())) return headers;
    std::erase_if(headers, [](const auto& header) { return header.first == bridge::kMessageIdHeader; });
    headers.emplace_back(bridge::kMessageIdHeader,
                         event.stream + "." + std::to_string(event.stream_sequence));
    return headers;
}

}  // namespace

// Of one event, until the store has answered all that it asks.
struct EventMirror::Effects {
    RecentEvents& recent;
    std::string id;
    std::string subject;
    std::function<void(bridge::Taken)> on_taken;
    std::atomic<std::size_t> open;
    std::atomic<bool> failed{false};

    // Any thread.
    void one_done() {
        if (--open > 0) return;
        if (!id.empty()) recent.ends(id, failed ? Seen::kFailed : Seen::kDone);
        if (on_taken) on_taken(failed ? bridge::Taken::kFailed : bridge::Taken::kDone);
    }
};

void EventMirror::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
}

void EventMirror::on_event(const bridge::Event& event) {
    const std::lock_guard lock(mutex_);
    if (!stopped_) mirror(event);
}

void EventMirror::mirror(const bridge::Event& event) {
    const auto origin =
        event.origin == bridge::Origin::kOutside ? app::EventOrigin::kBackEnd : app::EventOrigin::kOurCluster;
    const bridge::Headers headers = with_id(event);
    app::EventEffects effects =
        app::effects_of({event.subject, event.payload, headers, origin}, clock_, ids_,
                        [this](std::string_view destination) { return routes_.wanted(destination); });
    const Seen seen = effects.id.empty() ? Seen::kNever : recent_.comes(effects.id, clock_.monotonic());
    if (seen == Seen::kUnderWay) return;  // whoever is under way with it tells what becomes of it
    if (seen == Seen::kDone) {
        if (event.on_taken) event.on_taken(bridge::Taken::kDone);
        return;
    }
    if (!effects.ignored.empty())
        spdlog::warn("event on {} was not stored: {}", event.subject, effects.ignored);
    // One more than there are parts, so that it does not end before the last one is submitted.
    const std::shared_ptr<Effects> shared(new Effects{recent_, effects.id, event.subject, event.on_taken,
                                                      effects.messages.size() + effects.requests.size() + 1});
    for (const routing::MessagePtr& message : effects.messages) publish(shared, message, seen);
    submit(shared, std::move(effects.requests));
    shared->one_done();
}

// What comes again because the store failed has reached its subscribers, but for topics that the store keeps.
void EventMirror::publish(const std::shared_ptr<Effects>& effects, const routing::MessagePtr& message,
                          Seen seen) {
    const routing::HistoryRule* const rule = routes_.history_of(message->destination);
    if (seen != Seen::kNever && (rule == nullptr || !rule->stored)) return effects->one_done();
    const auto when = routes_.publish(message, [effects](const routing::Stored& stored) {
        if (const auto* refusal = std::get_if<Refusal>(&stored)) {
            spdlog::warn("event on {} was refused by the store: {}", effects->subject, refusal->text);
            if (refusal->code == ErrorCode::kSendFailed) effects->failed = true;
        }
        effects->one_done();
    });
    if (when == routing::Published::kNow) effects->one_done();
}

// A refusal is an answer like any other; only what the store could not write is to come again.
void EventMirror::submit(const std::shared_ptr<Effects>& effects, std::vector<storage::Request> requests) {
    for (storage::Request& request : requests)
        store_.submit(std::move(request), [effects](const storage::Answer& answer) {
            if (const auto* refusal = std::get_if<Refusal>(&answer)) {
                spdlog::warn("event on {} was refused by the store: {}", effects->subject, refusal->text);
                if (refusal->code == ErrorCode::kSendFailed) effects->failed = true;
            }
            effects->one_done();
        });
}

}  // namespace causeway
