// What a user has not read, by conversation: entries of others that came after his watermark and his joining.
// Rooms are left out. Inside a snapshot of its Reader.
#pragma once

#include <vector>

#include "storage/log_tables.hpp"
#include "storage/queries.hpp"

namespace causeway::storage {

class UnreadReader {
public:
    UnreadReader(Database& database, LogTables& tables);

    [[nodiscard]] std::vector<UnreadRow> read(std::int64_t user);

private:
    struct Membership;
    [[nodiscard]] UnreadRow count(const Membership& membership, std::int64_t user);

    LogTables& tables_;
    Statement select_memberships_;
    Statement select_read_;
    Statement select_back_;
};

}  // namespace causeway::storage
