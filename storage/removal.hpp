// Removes entries with everything that hangs on them: rows in logs and views, revisions, marks of
// deletion, counts of deliveries; and leaves behind how far each log has lost entries (`floors`), from which
// the next sequence of an emptied conversation comes, too. Idempotency rows stay for their own time, so that
// a repeat is not stored as new. Store thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "storage/floors.hpp"
#include "storage/queue_sizes.hpp"
#include "storage/usage.hpp"

namespace causeway::storage {

// An entry with what has to be known to remove it.
struct StoredEntry {
    std::int64_t offset;
    std::int64_t created_at;
    std::size_t bytes;
    UsageKind kind;
    std::int64_t owner;     // the conversation, or the log of its own
    std::int64_t sequence;  // of a conversation
    std::int64_t low_user;  // of a direct conversation
    std::int64_t high_user;
};

class Removal {
public:
    Removal(Database& database, Usage& usage, QueueSizes& queues);

    void remove(const StoredEntry& entry);
    // Before the commit of what was removed.
    void save_floors();

private:
    struct Floor {
        std::int64_t offset;
        std::int64_t sequence;
    };
    void remove_of_queue(const StoredEntry& entry);
    void raise(FloorKind kind, std::int64_t owner, Floor to);

    Usage& usage_;
    QueueSizes& queues_;
    std::map<std::pair<FloorKind, std::int64_t>, Floor> raised_;  // since the last save
    Statement delete_entry_;
    Statement delete_revisions_;
    Statement delete_hidden_;
    Statement delete_conversation_log_;
    Statement delete_private_log_;
    Statement delete_log_entry_;
    Statement delete_deliveries_;
    Statement upsert_floor_;
};

// A statement's row with the columns of kStoredEntryColumns. Nullopt: an entry without a log (damage).
[[nodiscard]] std::optional<StoredEntry> stored_entry(const Statement::Rows& rows);

// "SELECT …" for stored_entry(), to be continued by a WHERE over e (entries), c (conversations), g (logs).
inline constexpr const char* kSelectStoredEntry =
    "SELECT e.offset, e.created_at, length(e.envelope), c.kind, coalesce(e.conversation, l.log), "
    "e.sequence, c.low_user, c.high_user, g.user, g.destination FROM entries e "
    "LEFT JOIN conversations c ON c.conversation = e.conversation "
    "LEFT JOIN log_entries l ON e.conversation IS NULL AND l.offset = e.offset "
    "LEFT JOIN logs g ON g.log = l.log ";

}  // namespace causeway::storage
