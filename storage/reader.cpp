#include "storage/reader.hpp"

#include <algorithm>
#include <limits>

#include "storage/log_name.hpp"

namespace causeway::storage {

namespace {

constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

std::int64_t bounded(Offset offset) {
    return static_cast<std::int64_t>(std::min(value(offset), static_cast<std::uint64_t>(kForever)));
}

}  // namespace

// The rows of one log: which statements, for which owner, within which stays.
struct Reader::Source {
    Statement* page;
    Statement* ends;
    std::int64_t owner;
    std::vector<Stay> stays;  // empty: nothing is to be seen
};

Reader::Reader(const StoreOptions& options)
    : options_(options),
      database_(options.file(), Access::kRead, options.durability, options.reader_cache_kib),
      select_user_(database_, "SELECT user FROM users WHERE name = ?"),
      select_conversation_(database_, "SELECT conversation FROM conversations WHERE id = ?"),
      select_stays_(database_,
                    "SELECT joined_at, left_at FROM past_members WHERE conversation = ?1 AND user = ?2 "
                    "UNION ALL SELECT joined_at, NULL FROM members WHERE conversation = ?1 AND user = ?2"),
      page_of_conversation_(
          database_,
          "SELECT l.offset, l.sequence, e.envelope FROM conversation_log l "
          "CROSS JOIN entries e ON e.offset = l.offset "
          "WHERE l.conversation = ? AND l.offset > ? AND l.offset <= ? ORDER BY l.offset LIMIT ?"),
      page_of_private_(database_,
                       "SELECT l.offset, e.sequence, e.envelope FROM private_log l "
                       "CROSS JOIN entries e ON e.offset = l.offset "
                       "WHERE l.user = ? AND l.offset > ? AND l.offset <= ? ORDER BY l.offset LIMIT ?"),
      ends_of_conversation_(database_,
                            "SELECT (SELECT offset FROM conversation_log WHERE conversation = ?1 AND offset "
                            "> ?2 AND offset <= ?3 "
                            "ORDER BY offset LIMIT 1), (SELECT offset FROM conversation_log WHERE "
                            "conversation = ?1 AND offset > ?2 "
                            "AND offset <= ?3 ORDER BY offset DESC LIMIT 1)"),
      ends_of_private_(
          database_,
          "SELECT (SELECT offset FROM private_log WHERE user = ?1 AND offset > ?2 AND offset <= ?3 "
          "ORDER BY offset LIMIT 1), (SELECT offset FROM private_log WHERE user = ?1 AND offset > ?2 "
          "AND offset <= ?3 ORDER BY offset DESC LIMIT 1)"),
      select_meta_(database_, "SELECT epoch, last_offset FROM meta"),
      select_cursor_(database_, "SELECT offset FROM cursors WHERE user = ? AND device = ? AND log = ?"),
      select_memberships_(database_,
                          "SELECT c.id FROM members m INDEXED BY members_by_user "
                          "CROSS JOIN conversations c ON c.conversation = m.conversation WHERE m.user = ?"),
      select_conversations_(
          database_,
          "SELECT c.id, c.kind, c.name, m.role, e.sequence, e.timestamp FROM members m INDEXED BY "
          "members_by_user "
          "CROSS JOIN conversations c ON c.conversation = m.conversation "
          "LEFT JOIN entries e ON e.offset = (SELECT offset FROM conversation_log "
          "WHERE conversation = m.conversation ORDER BY offset DESC LIMIT 1) WHERE m.user = ?") {
    database_.limit_transactions(options.longest_read);
}

LogPage Reader::page(const Log& log, Offset after, std::size_t limit) {
    limit = std::max<std::size_t>(limit, 1);
    Transaction snapshot(database_, Access::kRead);
    Source source = source_of(log);
    LogPage page{{}, true};
    for (Stay stay : source.stays) {
        stay.after = std::max(stay.after, bounded(after));
        if (stay.after < stay.until && !fill(page, limit, source, stay)) break;
    }
    return page;
}

// False, and page.end with it, when the page is full and there is more.
bool Reader::fill(LogPage& page, std::size_t limit, Source& source, Stay stay) {
    const auto wanted = static_cast<std::int64_t>(limit - page.entries.size() + 1);
    std::size_t bytes = 0;
    for (const auto& entry : page.entries) bytes += entry.protobuf.size();
    auto rows = source.page->query(source.owner, stay.after, stay.until, wanted);
    while (rows.next()) {
        if (page.entries.size() == limit || bytes >= options_.page_bytes) return page.end = false;
        const auto envelope = rows.blob(2);
        page.entries.push_back({Offset{rows.number(0)}, Sequence{rows.number(1)}, std::string(envelope), {}});
        bytes += envelope.size();
    }
    return true;
}

LogState Reader::state(const Log& log, const std::string& device) {
    Transaction snapshot(database_, Access::kRead);
    LogState state{};
    {
        auto meta = select_meta_.query();
        if (meta.next()) {
            state.epoch = meta.text(0);
            state.store_end = Offset{meta.number(1)};
        }
    }
    Source source = source_of(log);
    for (const Stay& stay : source.stays) {
        auto ends = source.ends->query(source.owner, stay.after, stay.until);
        if (!ends.next() || ends.is_null(0)) continue;
        if (value(state.first) == 0) state.first = Offset{ends.number(0)};
        state.last = Offset{ends.number(1)};
    }
    if (device.empty()) return state;
    if (const auto user = user_key(log.user)) {
        const std::string name = log_name(log);
        auto cursor = select_cursor_.query(*user, std::string_view(device), std::string_view(name));
        if (cursor.next()) state.cursor = Offset{cursor.number(0)};
    }
    return state;
}

std::vector<std::string> Reader::memberships(const std::string& user) {
    Transaction snapshot(database_, Access::kRead);
    std::vector<std::string> ids;
    const auto key = user_key(user);
    if (!key) return ids;
    auto rows = select_memberships_.query(*key);
    while (rows.next()) ids.emplace_back(rows.text(0));
    return ids;
}

std::vector<ConversationRow> Reader::conversations(const std::string& user) {
    Transaction snapshot(database_, Access::kRead);
    std::vector<ConversationRow> found;
    const auto key = user_key(user);
    if (!key) return found;
    auto rows = select_conversations_.query(*key);
    while (rows.next())
        found.push_back({std::string(rows.text(0)), std::string(rows.text(1)), std::string(rows.text(2)),
                         std::string(rows.text(3)), Sequence{rows.number(4)}, rows.integer(5)});
    return found;
}

std::optional<std::int64_t> Reader::user_key(const std::string& name) {
    auto rows = select_user_.query(std::string_view(name));
    if (!rows.next()) return std::nullopt;
    return rows.integer(0);
}

std::vector<Reader::Stay> Reader::stays(std::int64_t conversation, std::int64_t user) {
    std::vector<Stay> found;
    auto rows = select_stays_.query(conversation, user);
    while (rows.next()) found.push_back({rows.integer(0), rows.is_null(1) ? kForever : rows.integer(1)});
    return found;
}

Reader::Source Reader::source_of(const Log& log) {
    const auto user = user_key(log.user);
    if (log.kind == Log::Kind::kPrivateMessages) {
        Source source{&page_of_private_, &ends_of_private_, user.value_or(0), {}};
        if (user) source.stays.push_back({0, kForever});
        return source;
    }
    Source source{&page_of_conversation_, &ends_of_conversation_, 0, {}};
    auto rows = select_conversation_.query(std::string_view(log.name));
    if (!user || !rows.next()) return source;
    source.owner = rows.integer(0);
    source.stays = stays(source.owner, *user);
    return source;
}

}  // namespace causeway::storage
