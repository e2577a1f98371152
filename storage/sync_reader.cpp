#include "storage/sync_reader.hpp"

#include <algorithm>

namespace causeway::storage {

namespace {

std::int64_t bounded(std::uint64_t number) {
    return static_cast<std::int64_t>(std::min(number, static_cast<std::uint64_t>(kForever)));
}

}  // namespace

SyncReader::SyncReader(Database& database, LogTables& tables)
    : tables_(tables),
      time_search_(database),
      select_meta_(database, "SELECT epoch, last_offset FROM meta WHERE id = 1") {}

SyncPage SyncReader::read(const SyncQuery& query) {
    SyncPage page{{}, {}, {}, true, false};
    {
        auto meta = select_meta_.query();
        if (meta.next()) {
            page.epoch = meta.text(0);
            page.store_end = Offset{meta.number(1)};
        }
    }
    const auto user = tables_.names.user(query.user);
    if (!user) return page;
    const std::size_t limit = std::max<std::size_t>(query.limit, 1);
    const Wanted asked = wanted(query, *user, bounded(value(page.store_end)));
    tables_.entries.read_for(user);
    MergedLog merged(tables_.rows, sources(asked, page.gap), limit);
    page.complete = tables_.entries.fill(page.entries, merged, {limit, tables_.page_bytes});
    return page;
}

SyncReader::Wanted SyncReader::wanted(const SyncQuery& query, std::int64_t user, std::int64_t end_of_store) {
    Wanted wanted{user, bounded(value(query.after)), bounded(value(query.page_after)), {}};
    if (query.since) wanted.after = time_search_.last_before(*query.since, end_of_store);
    for (const auto& cursor : query.cursors)
        if (const auto conversation = tables_.names.conversation(cursor.conversation))
            wanted.cursors[conversation->key] = bounded(value(cursor.sequence));
    return wanted;
}

std::vector<LogSource> SyncReader::sources(const Wanted& wanted, bool& gap) {
    std::vector<LogSource> sources;
    add_conversations(sources, wanted, gap);
    if (wanted.cursors.empty()) add_private(sources, wanted, gap);
    add_inbox(sources, wanted, gap);
    return sources;
}

void SyncReader::add_conversations(std::vector<LogSource>& sources, const Wanted& wanted, bool& gap) {
    // A cursor may want more of a stay that is over than `after` says.
    const std::int64_t left_after = wanted.cursors.empty() ? wanted.after : 0;
    for (auto& seen : tables_.visibility.all_of(wanted.user, left_after)) {
        // Without cursors the direct ones are read from their own log, all at once.
        if (wanted.cursors.empty() && seen.kind == ConversationKind::kDirect) continue;
        std::int64_t start = wanted.after;
        const auto cursor = wanted.cursors.find(seen.conversation);
        const bool by_sequence = cursor != wanted.cursors.end();
        if (by_sequence) {
            const auto place = tables_.search.at_or_before(seen.conversation, cursor->second);
            if (place && place->newest) continue;  // nothing is missed, nothing can be missing
            start = place ? place->offset : 0;
        }
        gap = gap || lacks(seen, start, by_sequence ? &cursor->second : nullptr);
        cut(seen.spans, std::max(start, wanted.page_after));
        if (!seen.spans.empty())
            sources.push_back({LogTable::kConversation, seen.conversation, std::move(seen.spans)});
    }
}

void SyncReader::add_private(std::vector<LogSource>& sources, const Wanted& wanted, bool& gap) {
    const auto floor = tables_.floors.of(FloorKind::kPrivateMessages, wanted.user);
    gap = gap || floor.offset > wanted.after;
    sources.push_back(
        {LogTable::kPrivate, wanted.user, {{std::max(wanted.after, wanted.page_after), kForever}}});
}

void SyncReader::add_inbox(std::vector<LogSource>& sources, const Wanted& wanted, bool& gap) {
    for (auto& log : tables_.names.inbox(wanted.user)) {
        gap = gap || tables_.floors.of(FloorKind::kOwnLog, log.log).offset > wanted.after;
        sources.push_back({LogTable::kOwn,
                           log.log,
                           {{std::max(wanted.after, wanted.page_after), kForever}},
                           std::move(log.destination)});
    }
}

// Whether something was removed between what the device has and what is left.
bool SyncReader::lacks(const Visibility::Seen& seen, std::int64_t start, const std::int64_t* cursor) {
    const auto floor = tables_.floors.of(FloorKind::kConversation, seen.conversation);
    if (floor.offset <= start || (cursor != nullptr && floor.sequence <= *cursor)) return false;
    return std::any_of(seen.spans.begin(), seen.spans.end(), [&](const Span& span) {
        return std::max(span.after, start) < std::min(span.until, floor.offset);
    });
}

}  // namespace causeway::storage
