#include "storage/log_rows.hpp"

#include <algorithm>

namespace causeway::storage {

namespace {

std::string walk(const std::string& table, const std::string& owner, const char* direction) {
    return "SELECT offset FROM " + table + " WHERE " + owner +
           " = ? AND offset > ? AND offset <= ? ORDER BY offset " + direction + " LIMIT ?";
}

}  // namespace

void cut(std::vector<Span>& spans, std::int64_t after) {
    std::erase_if(spans, [after](const Span& span) { return span.until <= after; });
    for (Span& span : spans) span.after = std::max(span.after, after);
}

LogRows::Pair::Pair(Database& database, const std::string& table, const std::string& owner)
    : forward(database, walk(table, owner, "ASC")), backward(database, walk(table, owner, "DESC")) {}

LogRows::LogRows(Database& database)
    : conversation_(database, "conversation_log", "conversation"),
      private_(database, "private_log", "user"),
      own_(database, "log_entries", "log") {}

LogRows::Pair& LogRows::pair_of(LogTable table) {
    if (table == LogTable::kPrivate) return private_;
    return table == LogTable::kOwn ? own_ : conversation_;
}

void LogRows::forward(const LogSource& source, Span span, std::size_t limit,
                      std::vector<std::int64_t>& into) {
    read(pair_of(source.table).forward, source.owner, span, limit, into);
}

void LogRows::backward(const LogSource& source, Span span, std::size_t limit,
                       std::vector<std::int64_t>& into) {
    read(pair_of(source.table).backward, source.owner, span, limit, into);
}

std::int64_t LogRows::first(const LogSource& source) {
    std::vector<std::int64_t> found;
    for (auto span = source.spans.begin(); span != source.spans.end() && found.empty(); ++span)
        forward(source, *span, 1, found);
    return found.empty() ? 0 : found.front();
}

std::int64_t LogRows::last(const LogSource& source) {
    std::vector<std::int64_t> found;
    for (auto span = source.spans.rbegin(); span != source.spans.rend() && found.empty(); ++span)
        backward(source, *span, 1, found);
    return found.empty() ? 0 : found.front();
}

void LogRows::read(Statement& statement, std::int64_t owner, Span span, std::size_t limit,
                   std::vector<std::int64_t>& into) {
    auto rows = statement.query(owner, span.after, span.until, static_cast<std::int64_t>(limit));
    while (rows.next()) into.push_back(rows.integer(0));
}

}  // namespace causeway::storage
