#include "storage/unread_reader.hpp"

#include <algorithm>

namespace causeway::storage {

struct UnreadReader::Membership {
    std::int64_t conversation;
    std::int64_t joined_at;
    std::string_view id;
    std::string_view kind;
};

UnreadReader::UnreadReader(Database& database, LogTables& tables)
    : tables_(tables),
      select_memberships_(database,
                          "SELECT m.conversation, m.joined_at, c.id, c.kind FROM members m "
                          "INDEXED BY members_by_user "
                          "CROSS JOIN conversations c ON c.conversation = m.conversation "
                          "WHERE m.user = ? AND c.kind IN ('direct', 'group')"),
      select_read_(database, "SELECT read FROM watermarks WHERE conversation = ? AND user = ?"),
      select_back_(database,
                   "SELECT sequence, sender, offset FROM conversation_log "
                   "WHERE conversation = ? AND offset > ? ORDER BY offset DESC") {}

std::vector<UnreadRow> UnreadReader::read(std::int64_t user) {
    std::vector<UnreadRow> found;
    tables_.entries.read_for(user);
    auto rows = select_memberships_.query(user);
    while (rows.next()) {
        auto row = count({rows.integer(0), rows.integer(1), rows.text(2), rows.text(3)}, user);
        if (row.unread > 0) found.push_back(std::move(row));
    }
    return found;
}

// Back from the end, as far as nothing has been read.
UnreadRow UnreadReader::count(const Membership& membership, std::int64_t user) {
    std::int64_t read = 0;
    {
        auto rows = select_read_.query(membership.conversation, user);
        if (rows.next()) read = rows.integer(0);
    }
    UnreadRow row{};
    auto entries = select_back_.query(membership.conversation, membership.joined_at);
    while (row.unread < kMostUnread && entries.next()) {
        if (value(row.last) == 0) row.last = Sequence{entries.number(0)};
        if (entries.integer(0) <= read) break;
        const bool others = !entries.is_null(1) && entries.integer(1) != user;
        if (others && !tables_.entries.hidden(entries.integer(2))) ++row.unread;
    }
    if (row.unread == 0) return row;
    // Who joined later has nothing to catch up with from before.
    if (membership.joined_at > 0)
        if (const auto place = tables_.search.last_until(membership.conversation, membership.joined_at))
            read = std::max(read, place->sequence);
    row.conversation = membership.id;
    row.kind = membership.kind;
    row.read = Sequence{static_cast<std::uint64_t>(read)};
    return row;
}

}  // namespace causeway::storage
