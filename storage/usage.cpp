#include "storage/usage.hpp"

#include "storage/stored_kind.hpp"

namespace causeway::storage {

namespace {

// A file whose figures are wrong must not make retention run wild.
std::uint64_t at_least_none(std::uint64_t number) { return number > (UINT64_MAX >> 1) ? 0 : number; }

}  // namespace

UsageKind usage_kind(ConversationKind kind) {
    switch (kind) {
        case ConversationKind::kDirect:
            return UsageKind::kDirect;
        case ConversationKind::kGroup:
            return UsageKind::kGroup;
        case ConversationKind::kRoom:
            break;
    }
    return UsageKind::kRoom;
}

UsageKind usage_kind(const CommittedEntry& entry) {
    if (!entry.conversation.empty()) return usage_kind(entry.kind);
    if (!entry.inbox_of.empty()) return UsageKind::kInbox;
    return is_queue(entry.destination) ? UsageKind::kQueue : UsageKind::kTopic;
}

Usage::Usage(Database& database)
    : update_(database, "UPDATE usage SET entries = ?, bytes = ?, swept_to = ? WHERE kind = ?") {
    Statement select(database, "SELECT entries, bytes, swept_to FROM usage WHERE kind = ?");
    for (std::size_t i = 0; i < kUsageKinds; ++i) {
        auto rows = select.query(kUsageKindNames[i]);
        if (rows.next()) rows_[i] = {rows.number(0), rows.number(1), Offset{rows.number(2)}};
    }
}

Usage::Row& Usage::change(UsageKind kind) {
    const auto index = static_cast<std::size_t>(kind);
    dirty_[index] = true;
    return rows_[index];
}

void Usage::added(UsageKind kind, std::size_t bytes) {
    Row& row = change(kind);
    ++row.entries;
    row.bytes += bytes;
}

// What pushes something out of a log is added after what it pushed out was removed, so for a moment there
// may be less than nothing.
void Usage::removed(UsageKind kind, std::size_t bytes) {
    Row& row = change(kind);
    --row.entries;
    row.bytes -= bytes;
}

void Usage::resized(UsageKind kind, std::size_t before, std::size_t after) {
    Row& row = change(kind);
    row.bytes += after;
    row.bytes -= before;
}

void Usage::swept(UsageKind kind, Offset to) {
    if (of(kind).swept_to < to) change(kind).swept_to = to;
}

void Usage::save() {
    for (std::size_t i = 0; i < kUsageKinds; ++i) {
        if (!dirty_[i]) continue;
        Row& row = rows_[i];
        row.entries = at_least_none(row.entries);
        row.bytes = at_least_none(row.bytes);
        update_.run(row.entries, row.bytes, value(row.swept_to), kUsageKindNames[i]);
        dirty_[i] = false;
    }
}

}  // namespace causeway::storage
