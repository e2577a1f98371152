#include "broker/commit_feed.hpp"

#include "broker/app/deliveries.hpp"
#include "broker/shard.hpp"

namespace causeway {

void CommitFeed::on_committed(std::vector<storage::Committed> committed) {
    commits_.fetch_add(1, std::memory_order_relaxed);
    for (const storage::Committed& fact : committed) {
        if (const auto* entry = std::get_if<storage::CommittedEntry>(&fact))
            on_entry(*entry);
        else if (const auto* membership = std::get_if<storage::CommittedMembership>(&fact))
            on_membership(*membership);
    }
}

void CommitFeed::on_entry(const storage::CommittedEntry& entry) {
    entries_.fetch_add(1, std::memory_order_relaxed);
    // A direct conversation is made by its first message, and nothing else tells its two members.
    if (entry.kind == storage::ConversationKind::kDirect && value(entry.sequence) == 1)
        for (const std::string& user : *entry.members)
            on_membership({entry.conversation, "direct", user, entry.envelope->senderid(), true});
    const auto wanted = [this](std::string_view destination) { return routes_.wanted(destination); };
    for (const routing::MessagePtr& message : app::deliveries(entry, wanted)) routes_.publish(message);
    if (!announcer_.is_heard(app::kMessageSent)) return;
    if (const auto event = app::outbound_event(entry)) announcer_.announce(*event);
}

void CommitFeed::on_membership(const storage::CommittedMembership& change) {
    for (const auto& shard : shards_) shard->post([&shard = *shard, change] { shard.on_membership(change); });
}

}  // namespace causeway
