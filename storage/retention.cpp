#include "storage/retention.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace causeway::storage {

namespace {

constexpr std::size_t kSlice = 500;

}  // namespace

Retention::Retention(Database& database, Usage& usage, Removal& removal, const RetentionRules& rules)
    : usage_(usage),
      removal_(removal),
      rules_(rules),
      select_next_(database,
                   std::string(kSelectStoredEntry) + "WHERE e.offset > ? ORDER BY e.offset LIMIT ?"),
      select_newest_(database, "SELECT max(offset) FROM log_entries WHERE log = ?"),
      select_older_(database, std::string(kSelectStoredEntry) +
                                  "WHERE e.offset IN (SELECT offset FROM log_entries WHERE log = ? AND "
                                  "offset < ? ORDER BY offset LIMIT 2)") {}

const Kept& Retention::rule_of(UsageKind kind) const {
    switch (kind) {
        case UsageKind::kDirect:
            return rules_.direct;
        case UsageKind::kGroup:
            return rules_.group;
        case UsageKind::kRoom:
            return rules_.room;
        case UsageKind::kInbox:
            return rules_.inbox;
        case UsageKind::kQueue:
            return rules_.queue;
        case UsageKind::kTopic:
            break;
    }
    return rules_.topic;
}

bool Retention::sweep(WallTime now) {
    std::size_t budget = kSlice;
    bool more = false;
    for (std::size_t i = 0; i < kUsageKinds && budget > 0; ++i)
        more = sweep(static_cast<UsageKind>(i), now, budget) || more;
    removal_.save_floors();
    return more;
}

// Entries are in order of commit, so the first that is too young ends the walk, whatever its kind.
// (After a jump of the wall clock some wait for their turn.)
bool Retention::sweep(UsageKind kind, WallTime now, std::size_t& budget) {
    const Kept& rule = rule_of(kind);
    std::uint64_t bytes = usage_.of(kind).bytes;
    const auto too_many = [&] { return rule.bytes > 0 && bytes > rule.bytes; };
    if (rule.age.count() == 0 && !too_many()) return false;
    std::vector<StoredEntry> expired;
    std::int64_t swept_to = 0;
    std::size_t looked_at = 0;
    {
        auto rows = select_next_.query(value(usage_.of(kind).swept_to), budget);
        while (rows.next()) {
            const bool old = rule.age.count() > 0 && rows.integer(1) < to_ms(now) - rule.age.count();
            if (!old && !too_many()) break;
            ++looked_at;
            swept_to = rows.integer(0);
            const auto entry = stored_entry(rows);
            if (!entry || entry->kind != kind) continue;
            bytes -= std::min<std::uint64_t>(bytes, entry->bytes);
            expired.push_back(*entry);
        }
    }
    for (const auto& entry : expired) expire(entry);
    usage_.swept(kind, Offset{static_cast<std::uint64_t>(swept_to)});
    const bool more = looked_at == budget;
    budget -= looked_at;
    return more;
}

void Retention::expire(const StoredEntry& entry) {
    if (entry.kind == UsageKind::kTopic) return expire_of_topic(entry);
    removal_.remove(entry);
    ++removed_;
}

// The newest of a topic stays: it may be the value that the topic retains. One that stayed before goes now.
void Retention::expire_of_topic(const StoredEntry& entry) {
    std::vector<StoredEntry> older;
    {
        auto rows = select_older_.query(entry.owner, entry.offset);
        while (rows.next())
            if (const auto one = stored_entry(rows)) older.push_back(*one);
    }
    bool newest = false;
    {
        auto rows = select_newest_.query(entry.owner);
        newest = rows.next() && rows.integer(0) == entry.offset;
    }
    if (!newest) older.push_back(entry);
    for (const auto& one : older) removal_.remove(one);
    removed_ += older.size();
}

std::uint64_t Retention::take_removed() { return std::exchange(removed_, 0); }

}  // namespace causeway::storage
