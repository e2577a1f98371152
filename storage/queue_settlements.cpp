#include "storage/queue_settlements.hpp"

#include <algorithm>

#include "storage/stored_kind.hpp"

namespace causeway::storage {

namespace {

constexpr std::int64_t kPurgedAtOnce = 500;

Refusal no_queue(const std::string& destination) {
    return {ErrorCode::kMessageInvalid, "no queue: " + destination + "; it begins with /queue/",
            "destination"};
}

void set_header(causeway::v1::OpaqueMessage& message, const std::string& name, const std::string& text) {
    for (auto& header : *message.mutable_headers())
        if (header.name() == name) return header.set_value(text);
    auto& header = *message.add_headers();
    header.set_name(name);
    header.set_value(text);
}

}  // namespace

QueueSettlements::QueueSettlements(Database& database, OwnLogs& own_logs, EntryLog& entries, Removal& removal)
    : own_logs_(own_logs),
      entries_(entries),
      removal_(removal),
      select_size_(database,
                   "SELECT length(e.envelope) FROM log_entries l LEFT JOIN entries e ON e.offset = l.offset "
                   "WHERE l.log = ? AND l.offset = ?"),
      select_envelope_(database,
                       "SELECT e.envelope FROM log_entries l JOIN entries e ON e.offset = l.offset "
                       "WHERE l.log = ? AND l.offset = ?"),
      select_slice_(database,
                    "SELECT offset FROM log_entries WHERE log = ? AND offset <= ? ORDER BY offset LIMIT ?"),
      upsert_deliveries_(database,
                         "INSERT INTO queue_deliveries (offset, deliveries) "
                         "SELECT offset, ?3 FROM log_entries WHERE log = ?1 AND offset = ?2 "
                         "ON CONFLICT DO UPDATE SET deliveries = excluded.deliveries") {}

Answer QueueSettlements::decide(const SettleQueue& request, std::vector<Committed>& committed) {
    if (!is_queue(request.destination)) return no_queue(request.destination);
    for (const auto& dead : request.dead)
        if (!dead.to.empty() && !is_queue(dead.to)) return no_queue(dead.to);
    Settled settled{};
    settled.moved.resize(request.dead.size());
    const OwnLog* const log = own_logs_.find(request.destination);
    if (log == nullptr) return settled;
    const std::int64_t key = log->key;
    for (const Offset offset : request.done)
        settled.removed += remove(key, static_cast<std::int64_t>(value(offset))) ? 1U : 0U;
    for (const auto& returned : request.returned)
        upsert_deliveries_.run(key, value(returned.offset), std::int64_t{returned.deliveries});
    for (std::size_t i = 0; i < request.dead.size(); ++i) {
        const auto moved = move(key, request.dead[i], committed);
        if (!moved) continue;
        settled.moved[i] = *moved;
        ++settled.removed;
    }
    return settled;
}

bool QueueSettlements::remove(std::int64_t log, std::int64_t offset) {
    std::size_t bytes = 0;
    {
        auto rows = select_size_.query(log, offset);
        if (!rows.next()) return false;
        bytes = static_cast<std::size_t>(rows.number(0));
    }
    StoredEntry entry{};
    entry.offset = offset;
    entry.bytes = bytes;
    entry.kind = UsageKind::kQueue;
    entry.owner = log;
    removal_.remove(entry);
    return true;
}

// Its message id stays, so whoever looks for it finds it where it is now.
std::optional<Offset> QueueSettlements::move(std::int64_t log, const SettleQueue::Dead& dead,
                                             std::vector<Committed>& committed) {
    const auto offset = static_cast<std::int64_t>(value(dead.offset));
    NewEntry entry;
    {
        auto rows = select_envelope_.query(log, offset);
        if (!rows.next()) return std::nullopt;
        const auto bytes = rows.blob(0);
        (void)entry.envelope.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    }
    (void)remove(log, offset);
    if (dead.to.empty()) return Offset{};
    if (entry.envelope.has_opaque())
        for (const auto& [name, text] : dead.headers)
            set_header(*entry.envelope.mutable_opaque(), name, text);
    CommittedEntry moved = entries_.append(*own_logs_.of(dead.to, {}), {}, {}, std::move(entry));
    const Offset now = moved.offset;
    committed.emplace_back(std::move(moved));
    return now;
}

Answer QueueSettlements::decide(const PurgeQueue& request) {
    if (!is_queue(request.destination)) return no_queue(request.destination);
    const OwnLog* const log = own_logs_.find(request.destination);
    if (log == nullptr) return Purged{0, false};
    std::vector<std::int64_t> offsets;
    {
        auto rows = select_slice_.query(log->key, value(request.until), kPurgedAtOnce);
        while (rows.next()) offsets.push_back(rows.integer(0));
    }
    const std::int64_t key = log->key;
    for (const std::int64_t offset : offsets) (void)remove(key, offset);
    return Purged{offsets.size(), offsets.size() == static_cast<std::size_t>(kPurgedAtOnce)};
}

}  // namespace causeway::storage
