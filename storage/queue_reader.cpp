#include "storage/queue_reader.hpp"

#include <algorithm>

#include "storage/stored_kind.hpp"

namespace causeway::storage {

namespace {

constexpr std::string_view kBeforeQueues = "/queue/";
constexpr std::string_view kBehindQueues = "/queue0";  // '0' follows '/'

}  // namespace

QueueReader::QueueReader(Database& database, LogTables& tables)
    : tables_(tables),
      select_page_(database,
                   "SELECT l.offset, e.envelope, d.deliveries FROM log_entries l "
                   "CROSS JOIN entries e ON e.offset = l.offset "
                   "LEFT JOIN queue_deliveries d ON d.offset = l.offset "
                   "WHERE l.log = ? AND l.offset > ? ORDER BY l.offset LIMIT ?"),
      select_size_(database, "SELECT entries, bytes FROM queues WHERE log = ?"),
      select_last_(database, "SELECT offset FROM log_entries WHERE log = ? ORDER BY offset DESC LIMIT 1"),
      select_queues_(database,
                     "SELECT g.destination, q.entries, q.bytes FROM logs g "
                     "CROSS JOIN queues q ON q.log = g.log "
                     "WHERE g.destination > ? AND g.destination < ? ORDER BY g.destination LIMIT ?") {}

QueuePage QueueReader::page(const std::string& destination, Offset after, std::size_t limit) {
    QueuePage page;
    if (!is_queue(destination)) return page;
    const auto log = tables_.names.log(destination);
    if (!log) return page;
    {
        auto rows = select_size_.query(log->log);
        if (rows.next()) {
            page.count = rows.number(0);
            page.bytes = rows.number(1);
        }
    }
    {
        auto rows = select_last_.query(log->log);
        if (rows.next()) page.last = Offset{rows.number(0)};
    }
    std::size_t held = 0;
    auto rows = select_page_.query(log->log, value(after), static_cast<std::int64_t>(limit));
    while (held < tables_.page_bytes && rows.next()) {
        page.entries.push_back(
            {Offset{rows.number(0)}, std::string(rows.blob(1)), static_cast<std::uint32_t>(rows.integer(2))});
        held += page.entries.back().protobuf.size();
    }
    const Offset read_to = page.entries.empty() ? after : page.entries.back().offset;
    page.more = value(page.last) > value(read_to);
    return page;
}

std::vector<QueueRow> QueueReader::queues(const std::string& after, std::size_t limit) {
    std::vector<QueueRow> found;
    const std::string_view from = std::max<std::string_view>(after, kBeforeQueues);
    auto rows = select_queues_.query(from, kBehindQueues, static_cast<std::int64_t>(limit));
    while (rows.next()) found.push_back({std::string(rows.text(0)), rows.number(1), rows.number(2)});
    return found;
}

}  // namespace causeway::storage
