// Reads entries by their offsets and makes pages of them. Leaves out what a user has deleted for himself,
// which costs one seek for a user who never did. One thread, as its Database.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/merged_log.hpp"
#include "storage/queries.hpp"
#include "storage/statement.hpp"

namespace causeway::storage {

// How much one page may hold; its last entry may go beyond `bytes`.
struct PageLimits {
    std::size_t entries;
    std::size_t bytes;
};

class EntryReader {
public:
    explicit EntryReader(Database& database);

    // For whom the following is read; nobody: an operator, or who sees what belongs to no user.
    void read_for(std::optional<std::int64_t> user);
    [[nodiscard]] bool hidden(std::int64_t offset);
    // Nothing: deleted, or hidden from this user.
    [[nodiscard]] std::optional<LogEntry> read(std::int64_t offset);
    // Takes rows until the page is full. True: there was no more.
    [[nodiscard]] bool fill(std::vector<LogEntry>& page, MergedLog& log, PageLimits limits);
    // The same from the end of a source backwards; the page ends up ascending.
    [[nodiscard]] bool fill_backwards(std::vector<LogEntry>& page, LogRows& rows, const LogSource& source,
                                      PageLimits limits);

private:
    // One entry after the other until the limits are met.
    struct Page;

    std::optional<std::int64_t> hides_from_;
    Statement select_;
    Statement select_any_hidden_;
    Statement select_hidden_;
};

}  // namespace causeway::storage
