// Pages and ends of the logs that a device can resume. Inside a snapshot of its Reader.
#pragma once

#include <string>
#include <vector>

#include "storage/log_tables.hpp"
#include "storage/queries.hpp"

namespace causeway::storage {

class LogReader {
public:
    LogReader(Database& database, LogTables& tables);

    [[nodiscard]] LogPage page(const Log& log, Offset after, std::size_t limit);
    [[nodiscard]] LogState state(const Log& log, const std::string& device);

private:
    [[nodiscard]] std::vector<LogSource> sources_of(const Log& log, std::int64_t after);
    [[nodiscard]] LogSource conversation(const std::string& id, std::int64_t user);
    [[nodiscard]] bool is_room(const Log& log);
    void add_groups(std::vector<LogSource>& sources, std::int64_t user, std::int64_t after);
    // Up to where something that the sources showed has been removed.
    [[nodiscard]] Offset floor_of(const std::vector<LogSource>& sources);
    void read_cursor(LogState& state, const Log& log, const std::string& device);

    LogTables& tables_;
    Statement select_meta_;
    Statement select_cursor_;
};

}  // namespace causeway::storage
