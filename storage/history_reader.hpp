// A page of a conversation as a member may see it, or of any log for an operator. Inside a snapshot of its
// Reader.
#pragma once

#include <optional>

#include "storage/log_tables.hpp"
#include "storage/queries.hpp"

namespace causeway::storage {

class HistoryReader {
public:
    explicit HistoryReader(LogTables& tables) : tables_(tables) {}

    [[nodiscard]] HistoryPage read(const HistoryQuery& query);

private:
    // The log with what may be seen of it; nothing: there is none for this user.
    [[nodiscard]] std::optional<LogSource> source_of(const HistoryQuery& query,
                                                     std::optional<std::int64_t> user);
    // The offsets that the query's bounds leave.
    [[nodiscard]] Span asked(const HistoryQuery& query, const LogSource& source);

    LogTables& tables_;
};

}  // namespace causeway::storage
