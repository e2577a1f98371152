#include "broker/commit_feed.hpp"

#include "broker/app/deliveries.hpp"
#include "broker/shard.hpp"

namespace causeway {

namespace {

using storage::Committed;

using Reach = Announcer::Reach;

// Whom an event reaches besides its topic: the conversation and the members that it is about. What becomes
// of messages its own statuses tell.
Reach reach_of(const Committed& fact) {
    if (std::holds_alternative<storage::CommittedConversation>(fact)) return Reach::kConcerned;
    const auto* change = std::get_if<storage::CommittedMembership>(&fact);
    if (change == nullptr) return Reach::kTopic;
    // Comings and goings in a crowd would be a crowd squared.
    const bool crowd = change->members && change->members->size() > storage::kMaxMembersTold;
    return crowd ? Reach::kTopic : Reach::kConcerned;
}

}  // namespace

CommitFeed::CommitFeed(routing::Shards& routes, const std::vector<std::unique_ptr<Shard>>& shards,
                       Announcer& announcer)
    : routes_(routes),
      shards_(shards),
      announcer_(announcer),
      wanted_([&routes](std::string_view destination) { return routes.wanted(destination); }),
      ids_(announcer.clock(), random_),
      status_messages_(announcer.clock(), ids_, wanted_) {}

void CommitFeed::on_committed(std::vector<Committed> committed) {
    commits_.fetch_add(1, std::memory_order_relaxed);
    // Told together: several of one commit may be of one reader.
    std::vector<storage::CommittedWatermark> marks;
    for (Committed& fact : committed) {
        if (const auto* entry = std::get_if<storage::CommittedEntry>(&fact))
            on_entry(*entry);
        else if (const auto* membership = std::get_if<storage::CommittedMembership>(&fact))
            on_membership(*membership);
        else if (const auto* hidden = std::get_if<storage::CommittedHidden>(&fact))
            publish(status_messages_.of(*hidden));
        announce(fact);
        if (auto* mark = std::get_if<storage::CommittedWatermark>(&fact)) marks.push_back(std::move(*mark));
    }
    if (!marks.empty()) publish(status_messages_.of(marks));
}

void CommitFeed::on_entry(const storage::CommittedEntry& entry) {
    entries_.fetch_add(1, std::memory_order_relaxed);
    // A direct conversation is made by its first message, and nothing else tells its two members.
    if (entry.kind == storage::ConversationKind::kDirect && value(entry.sequence) == 1)
        for (const std::string& user : *entry.members)
            on_membership({entry.conversation, "direct", user, entry.envelope->senderid(), true});
    publish(app::deliveries(entry, wanted_, queue_names_));
    publish(status_messages_.of(entry));
}

void CommitFeed::on_membership(const storage::CommittedMembership& change) {
    for (const auto& shard : shards_) shard->post([&shard = *shard, change] { shard.on_membership(change); });
}

void CommitFeed::announce(const Committed& fact) {
    const auto subject = app::outbound_subject(fact);
    const Reach reach = reach_of(fact);
    if (subject.empty() || !(reach == Reach::kConcerned || announcer_.is_heard_here(subject))) return;
    if (const auto event = app::outbound_event(fact)) announcer_.announce_here(*event, reach);
}

void CommitFeed::publish(const std::vector<routing::MessagePtr>& messages) {
    for (const routing::MessagePtr& message : messages) routes_.publish(message);
}

}  // namespace causeway
