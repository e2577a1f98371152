// Decides SettleQueue and PurgeQueue: messages leave a queue, move to another one, or are marked as having
// come back. What is no longer there is skipped. Store thread only.
#pragma once

#include "storage/entry_log.hpp"
#include "storage/removal.hpp"

namespace causeway::storage {

class QueueSettlements {
public:
    QueueSettlements(Database& database, OwnLogs& own_logs, EntryLog& entries, Removal& removal);

    [[nodiscard]] Answer decide(const SettleQueue& request, std::vector<Committed>& committed);
    [[nodiscard]] Answer decide(const PurgeQueue& request);

private:
    // False: the queue does not hold it.
    bool remove(std::int64_t log, std::int64_t offset);
    [[nodiscard]] std::optional<Offset> move(std::int64_t log, const SettleQueue::Dead& dead,
                                             std::vector<Committed>& committed);

    OwnLogs& own_logs_;
    EntryLog& entries_;
    Removal& removal_;
    Statement select_size_;
    Statement select_envelope_;
    Statement select_slice_;
    Statement upsert_deliveries_;
};

}  // namespace causeway::storage
