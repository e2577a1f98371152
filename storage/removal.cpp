#include "storage/removal.hpp"

#include "storage/stored_kind.hpp"

namespace causeway::storage {

std::optional<StoredEntry> stored_entry(const Statement::Rows& rows) {
    if (rows.is_null(4)) return std::nullopt;
    StoredEntry entry{rows.integer(0),  rows.integer(1), static_cast<std::size_t>(rows.integer(2)),
                      UsageKind::kRoom, rows.integer(4), rows.integer(5),
                      rows.integer(6),  rows.integer(7)};
    const std::string_view kind = rows.text(3);
    if (rows.is_null(3) && is_queue(rows.text(9)))
        entry.kind = UsageKind::kQueue;
    else if (rows.is_null(3))
        entry.kind = rows.is_null(8) ? UsageKind::kTopic : UsageKind::kInbox;
    else if (kind == "direct")
        entry.kind = UsageKind::kDirect;
    else if (kind == "group")
        entry.kind = UsageKind::kGroup;
    return entry;
}

Removal::Removal(Database& database, Usage& usage, QueueSizes& queues)
    : usage_(usage),
      queues_(queues),
      delete_entry_(database, "DELETE FROM entries WHERE offset = ?"),
      delete_revisions_(database, "DELETE FROM revisions WHERE original = ?"),
      delete_hidden_(database, "DELETE FROM hidden WHERE offset = ?"),
      delete_conversation_log_(database,
                               "DELETE FROM conversation_log WHERE conversation = ? AND offset = ?"),
      delete_private_log_(database, "DELETE FROM private_log WHERE user = ? AND offset = ?"),
      delete_log_entry_(database, "DELETE FROM log_entries WHERE log = ? AND offset = ? RETURNING bytes"),
      delete_deliveries_(database, "DELETE FROM queue_deliveries WHERE offset = ?"),
      upsert_floor_(database,
                    "INSERT INTO floors (kind, owner, offset, sequence) VALUES (?, ?, ?, ?) ON CONFLICT DO "
                    "UPDATE SET offset = excluded.offset, sequence = excluded.sequence "
                    "WHERE excluded.offset > offset") {}

void Removal::remove(const StoredEntry& entry) {
    if (entry.kind == UsageKind::kQueue) return remove_of_queue(entry);
    delete_entry_.run(entry.offset);
    delete_revisions_.run(entry.offset);
    delete_hidden_.run(entry.offset);
    usage_.removed(entry.kind, entry.bytes);
    if (entry.kind == UsageKind::kInbox || entry.kind == UsageKind::kTopic) {
        delete_log_entry_.run(entry.owner, entry.offset);
        return raise(FloorKind::kOwnLog, entry.owner, {entry.offset, 0});
    }
    delete_conversation_log_.run(entry.owner, entry.offset);
    raise(FloorKind::kConversation, entry.owner, {entry.offset, entry.sequence});
    if (entry.kind != UsageKind::kDirect) return;
    for (const std::int64_t user : {entry.low_user, entry.high_user}) {
        delete_private_log_.run(user, entry.offset);
        raise(FloorKind::kPrivateMessages, user, {entry.offset, 0});
    }
}

// It is no user's and nobody resumes it, so there are no marks and no floor.
void Removal::remove_of_queue(const StoredEntry& entry) {
    delete_entry_.run(entry.offset);
    delete_deliveries_.run(entry.offset);
    usage_.removed(entry.kind, entry.bytes);
    auto rows = delete_log_entry_.query(entry.owner, entry.offset);
    while (rows.next()) queues_.removed(entry.owner, static_cast<std::size_t>(rows.number(0)));
}

void Removal::raise(FloorKind kind, std::int64_t owner, Floor to) {
    Floor& floor = raised_[{kind, owner}];
    if (floor.offset < to.offset) floor = to;
}

void Removal::save_floors() {
    for (const auto& [key, floor] : raised_)
        upsert_floor_.run(static_cast<std::int64_t>(key.first), key.second, floor.offset, floor.sequence);
    raised_.clear();
}

}  // namespace causeway::storage
