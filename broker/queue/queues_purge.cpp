// An owner empties a queue: the store first, in slices, then what is here.
#include <string>
#include <utility>

#include "broker/queue/queues.hpp"

namespace causeway::queue {

struct Queues::Purge {
    std::string destination;
    PurgeMark mark;
    OnPurged on_purged;
    bool marked;                // the queue is here since the purge began
    std::uint64_t removed = 0;  // from the store
};

void Queues::purge(const std::string& destination, OnPurged on_purged) {
    OwnedQueue* const owned = find(destination);
    if (owned != nullptr) ++owned->purges;
    const PurgeMark mark = owned != nullptr ? owned->queue().purge_mark() : PurgeMark{newest_, 0};
    purge_slice(std::make_shared<Purge>(Purge{destination, mark, std::move(on_purged), owned != nullptr}));
}

void Queues::purge_slice(const std::shared_ptr<Purge>& purge) {
    parts_.store.submit(storage::PurgeQueue{purge->destination, purge->mark.until},
                        [post = parts_.post, purge](const storage::Answer& answer) {
                            post([purge, answer](Queues& here) { here.on_slice(purge, answer); });
                        });
}

void Queues::on_slice(const std::shared_ptr<Purge>& purge, const storage::Answer& answer) {
    if (const auto* const purged = std::get_if<storage::Purged>(&answer)) {
        purge->removed += purged->removed;
        return purged->more ? purge_slice(purge) : finish_purge(*purge, std::nullopt);
    }
    const auto* const refusal = std::get_if<Refusal>(&answer);
    const std::string why = refusal != nullptr ? refusal->text : "it gave an answer to another question";
    finish_purge(*purge, Refusal{ErrorCode::kSendFailed,
                                 "the store did not purge " + purge->destination + ": " + why + "; " +
                                     std::to_string(purge->removed) + " stored messages were dropped before",
                                 {}});
}

// What was dropped of a purge that failed in its midst may be here still; it is delivered.
void Queues::finish_purge(const Purge& purge, std::optional<Refusal> refusal) {
    std::uint64_t dropped = purge.removed;
    if (OwnedQueue* const owned = find(purge.destination)) {
        if (!refusal) dropped += owned->queue().purge(purge.mark);
        if (purge.marked) --owned->purges;
        keep_account(*owned);
        touch(*owned);
    }
    if (refusal) return purge.on_purged(*std::move(refusal));
    purge.on_purged(dropped);
}

}  // namespace causeway::queue
