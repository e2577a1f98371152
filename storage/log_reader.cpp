#include "storage/log_reader.hpp"

#include <algorithm>

#include "storage/log_name.hpp"

namespace causeway::storage {

namespace {

std::int64_t bounded(Offset offset) {
    return static_cast<std::int64_t>(std::min(value(offset), static_cast<std::uint64_t>(kForever)));
}

Offset offset(std::int64_t number) { return Offset{static_cast<std::uint64_t>(number)}; }

FloorKind floor_kind(LogTable table) {
    if (table == LogTable::kPrivate) return FloorKind::kPrivateMessages;
    return table == LogTable::kOwn ? FloorKind::kOwnLog : FloorKind::kConversation;
}

}  // namespace

LogReader::LogReader(Database& database, LogTables& tables)
    : tables_(tables),
      select_meta_(database, "SELECT epoch, last_offset FROM meta WHERE id = 1"),
      select_cursor_(database,
                     "SELECT offset, written, sessions FROM cursors "
                     "WHERE user = ? AND device = ? AND log = ?") {}

LogPage LogReader::page(const Log& log, Offset after, std::size_t limit) {
    limit = std::max<std::size_t>(limit, 1);
    const bool own = log.kind != Log::Kind::kTopic;
    tables_.entries.read_for(own ? tables_.names.user(log.user) : std::nullopt);
    auto sources = sources_of(log, bounded(after));
    LogPage page{{}, true};
    page.floor = floor_of(sources);
    page.of_room = is_room(log);
    MergedLog merged(tables_.rows, std::move(sources), limit);
    page.end = tables_.entries.fill(page.entries, merged, {limit, tables_.page_bytes});
    return page;
}

LogState LogReader::state(const Log& log, const std::string& device) {
    LogState state{};
    {
        auto meta = select_meta_.query();
        if (meta.next()) {
            state.epoch = meta.text(0);
            state.store_end = Offset{meta.number(1)};
        }
    }
    const auto sources = sources_of(log, 0);
    state.floor = floor_of(sources);
    for (const LogSource& source : sources) {
        const Offset first = offset(tables_.rows.first(source));
        state.last = std::max(state.last, offset(tables_.rows.last(source)));
        if (value(first) > 0 && (value(state.first) == 0 || first < state.first)) state.first = first;
    }
    read_cursor(state, log, device);
    return state;
}

void LogReader::read_cursor(LogState& state, const Log& log, const std::string& device) {
    if (device.empty()) return;
    const auto user = tables_.names.user(log.user);
    if (!user) return;
    const std::string name = log_name(log);
    auto cursor = select_cursor_.query(*user, std::string_view(device), std::string_view(name));
    if (!cursor.next()) return;
    if (cursor.integer(0) >= 0) state.cursor = Offset{cursor.number(0)};
    // Another session is at it than the one that asks: what it was sent by now is written down when it ends.
    state.written = cursor.integer(2) > 1 ? state.store_end : Offset{cursor.number(1)};
}

std::vector<LogSource> LogReader::sources_of(const Log& log, std::int64_t after) {
    std::vector<LogSource> sources;
    const auto user =
        log.kind == Log::Kind::kTopic ? std::optional<std::int64_t>(0) : tables_.names.user(log.user);
    if (!user) return sources;
    std::optional<Names::Destination> own;
    switch (log.kind) {
        case Log::Kind::kConversation:
            sources.push_back(conversation(log.name, *user));
            break;
        case Log::Kind::kMessages:
            add_groups(sources, *user, after);
            [[fallthrough]];
        case Log::Kind::kPrivateMessages:
            sources.push_back({LogTable::kPrivate, *user, {{0, kForever}}});
            break;
        case Log::Kind::kInbox:
            own = tables_.names.queue(*user, log.user, log.name);
            break;
        case Log::Kind::kTopic:
            own = tables_.names.log("/topic/" + log.name);
            break;
    }
    if (own) sources.push_back({LogTable::kOwn, own->log, {{0, kForever}}, own->destination});
    for (LogSource& source : sources) cut(source.spans, after);
    return sources;
}

LogSource LogReader::conversation(const std::string& id, std::int64_t user) {
    const auto known = tables_.names.conversation(id);
    if (!known) return {LogTable::kConversation, 0, {}};
    return {LogTable::kConversation, known->key, tables_.visibility.spans_of(known->key, user)};
}

bool LogReader::is_room(const Log& log) {
    if (log.kind != Log::Kind::kConversation) return false;
    const auto known = tables_.names.conversation(log.name);
    return known && known->kind == ConversationKind::kRoom;
}

// The direct ones have their log.
void LogReader::add_groups(std::vector<LogSource>& sources, std::int64_t user, std::int64_t after) {
    for (auto& seen : tables_.visibility.all_of(user, after)) {
        if (seen.kind != ConversationKind::kGroup) continue;
        tables_.visibility.take_out_wide(seen.conversation, seen.spans);
        if (!seen.spans.empty())
            sources.push_back({LogTable::kConversation, seen.conversation, std::move(seen.spans)});
    }
}

Offset LogReader::floor_of(const std::vector<LogSource>& sources) {
    std::int64_t floor = 0;
    for (const LogSource& source : sources) {
        const std::int64_t removed = tables_.floors.of(floor_kind(source.table), source.owner).offset;
        for (const Span& span : source.spans)
            if (removed > span.after) floor = std::max(floor, std::min(removed, span.until));
    }
    return offset(floor);
}

}  // namespace causeway::storage
