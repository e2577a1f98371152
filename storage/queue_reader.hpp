// Pages of queues, and which queues there are. Inside a snapshot of its Reader.
#pragma once

#include <string>
#include <vector>

#include "storage/log_tables.hpp"
#include "storage/queries.hpp"

namespace causeway::storage {

class QueueReader {
public:
    QueueReader(Database& database, LogTables& tables);

    [[nodiscard]] QueuePage page(const std::string& destination, Offset after, std::size_t limit);
    [[nodiscard]] std::vector<QueueRow> queues(const std::string& after, std::size_t limit);

private:
    LogTables& tables_;
    Statement select_page_;
    Statement select_size_;
    Statement select_last_;
    Statement select_queues_;
};

}  // namespace causeway::storage
