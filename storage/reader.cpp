#include "storage/reader.hpp"

namespace causeway::storage {

Reader::Reader(const StoreOptions& options)
    : database_(options.file(), Access::kRead, options.durability, options.reader_cache_kib),
      tables_(database_, options.page_bytes),
      logs_(database_, tables_),
      sync_(database_, tables_),
      history_(tables_),
      unread_(database_, tables_),
      queues_(database_, tables_),
      select_memberships_(database_,
                          "SELECT c.id FROM members m INDEXED BY members_by_user "
                          "CROSS JOIN conversations c ON c.conversation = m.conversation WHERE m.user = ?"),
      select_conversations_(
          database_,
          "SELECT c.id, c.kind, c.name, m.role, coalesce(l.sequence, f.sequence, 0), e.timestamp "
          "FROM members u INDEXED BY members_by_user "
          "CROSS JOIN members m ON m.conversation = u.conversation AND m.user = u.user "
          "CROSS JOIN conversations c ON c.conversation = m.conversation "
          "LEFT JOIN conversation_log l ON l.conversation = m.conversation AND l.offset = "
          "(SELECT offset FROM conversation_log WHERE conversation = m.conversation "
          "ORDER BY offset DESC LIMIT 1) "
          "LEFT JOIN entries e ON e.offset = l.offset "
          "LEFT JOIN floors f ON f.kind = 1 AND f.owner = m.conversation WHERE u.user = ?"),
      select_cursors_(database_,
                      "SELECT u.name, c.device, c.log, c.offset, c.updated_at FROM users u "
                      "CROSS JOIN cursors c ON c.user = u.user "
                      "WHERE u.name = ? AND c.offset >= 0 LIMIT ?"),
      select_all_cursors_(database_,
                          "SELECT u.name, c.device, c.log, c.offset, c.updated_at FROM cursors c "
                          "CROSS JOIN users u ON u.user = c.user WHERE c.offset >= 0 LIMIT ?") {
    database_.limit_transactions(options.longest_read);
}

LogPage Reader::page(const Log& log, Offset after, std::size_t limit) {
    const Transaction snapshot(database_, Access::kRead);
    return logs_.page(log, after, limit);
}

LogState Reader::state(const Log& log, const std::string& device) {
    const Transaction snapshot(database_, Access::kRead);
    return logs_.state(log, device);
}

SyncPage Reader::sync(const SyncQuery& query) {
    const Transaction snapshot(database_, Access::kRead);
    return sync_.read(query);
}

HistoryPage Reader::history(const HistoryQuery& query) {
    const Transaction snapshot(database_, Access::kRead);
    return history_.read(query);
}

std::vector<UnreadRow> Reader::unread(const std::string& user) {
    const Transaction snapshot(database_, Access::kRead);
    const auto key = tables_.names.user(user);
    return key ? unread_.read(*key) : std::vector<UnreadRow>{};
}

QueuePage Reader::queue(const std::string& destination, Offset after, std::size_t limit) {
    const Transaction snapshot(database_, Access::kRead);
    return queues_.page(destination, after, limit);
}

std::vector<QueueRow> Reader::queues(const std::string& after, std::size_t limit) {
    const Transaction snapshot(database_, Access::kRead);
    return queues_.queues(after, limit);
}

std::vector<std::string> Reader::memberships(const std::string& user) {
    const Transaction snapshot(database_, Access::kRead);
    std::vector<std::string> ids;
    const auto key = tables_.names.user(user);
    if (!key) return ids;
    auto rows = select_memberships_.query(*key);
    while (rows.next()) ids.emplace_back(rows.text(0));
    return ids;
}

std::vector<ConversationRow> Reader::conversations(const std::string& user) {
    const Transaction snapshot(database_, Access::kRead);
    std::vector<ConversationRow> found;
    const auto key = tables_.names.user(user);
    if (!key) return found;
    auto rows = select_conversations_.query(*key);
    while (rows.next())
        found.push_back({std::string(rows.text(0)), std::string(rows.text(1)), std::string(rows.text(2)),
                         std::string(rows.text(3)), Sequence{rows.number(4)}, rows.integer(5)});
    return found;
}

std::vector<CursorRow> Reader::cursors(const std::string& user) {
    const Transaction snapshot(database_, Access::kRead);
    const auto limit = static_cast<std::int64_t>(kMostCursors);
    return user.empty() ? cursors_in(select_all_cursors_.query(limit))
                        : cursors_in(select_cursors_.query(std::string_view(user), limit));
}

std::vector<CursorRow> Reader::cursors_in(Statement::Rows rows) {
    std::vector<CursorRow> found;
    while (rows.next())
        found.push_back({std::string(rows.text(0)), std::string(rows.text(1)), std::string(rows.text(2)),
                         Offset{rows.number(3)}, rows.integer(4)});
    return found;
}

}  // namespace causeway::storage
