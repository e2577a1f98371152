#include "broker/topic_store.hpp"

#include <spdlog/spdlog.h>

#include "broker/app/message_envelope.hpp"

namespace causeway {

namespace {

routing::Stored outcome_of(const storage::Answer& answer) {
    if (const auto* refusal = std::get_if<Refusal>(&answer)) return *refusal;
    if (const auto* appended = std::get_if<storage::Appended>(&answer))
        return routing::Kept{appended->offset, appended->message_id, appended->timestamp,
                             appended->duplicate};
    return Refusal{ErrorCode::kSendFailed, "the store gave an answer to another question", {}};
}

}  // namespace

void TopicStore::append(const routing::HistoryRule& rule, const routing::MessagePtr& message,
                        routing::OnStored on_stored) {
    storage::Append append = app::topic_append(*message, rule);
    store_.submit(std::move(append), [destination = message->destination,
                                      on_stored = std::move(on_stored)](const storage::Answer& answer) {
        routing::Stored stored = outcome_of(answer);
        if (on_stored) return on_stored(std::move(stored));
        if (const auto* refusal = std::get_if<Refusal>(&stored))
            spdlog::warn("a message for {} was refused by the store: {}", destination, refusal->text);
    });
}

}  // namespace causeway
