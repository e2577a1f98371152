// Everything a user missed, in the order of offsets: all his conversations and his inbox. Inside a
// snapshot of its Reader.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "storage/log_tables.hpp"
#include "storage/queries.hpp"
#include "storage/time_search.hpp"

namespace causeway::storage {

class SyncReader {
public:
    SyncReader(Database& database, LogTables& tables);

    [[nodiscard]] SyncPage read(const SyncQuery& query);

private:
    // By conversation: what the device has of it.
    using Cursors = std::unordered_map<std::int64_t, std::int64_t>;
    // What has been read of a query.
    struct Wanted {
        std::int64_t user;
        std::int64_t after;       // of what has no cursor
        std::int64_t page_after;  // entries up to here were on earlier pages
        Cursors cursors;
    };
    [[nodiscard]] Wanted wanted(const SyncQuery& query, std::int64_t user, std::int64_t end_of_store);
    [[nodiscard]] std::vector<LogSource> sources(const Wanted& wanted, bool& gap);
    void add_conversations(std::vector<LogSource>& sources, const Wanted& wanted, bool& gap);
    void add_private(std::vector<LogSource>& sources, const Wanted& wanted, bool& gap);
    void add_inbox(std::vector<LogSource>& sources, const Wanted& wanted, bool& gap);
    [[nodiscard]] bool lacks(const Visibility::Seen& seen, std::int64_t start, const std::int64_t* cursor);

    LogTables& tables_;
    TimeSearch time_search_;
    Statement select_meta_;
};

}  // namespace causeway::storage
