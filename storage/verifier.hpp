// Finds out whether a store's file is sound: SQLite's own check, and that numbers, logs and views agree with
// the entries. Walks the tables in order, one row at a time, so memory does not grow with them. Repairs
// nothing.
#pragma once

#include <string>

#include "storage/care.hpp"
#include "storage/long_read.hpp"

namespace causeway::storage {

class Verifier {
public:
    explicit Verifier(LongRead& read) : database_(read.database()) {}

    // One snapshot. Tells of the first 100 faults. Throws Error when it cannot go on.
    [[nodiscard]] Verified verify();

private:
    void check_file();
    void check_conversation_logs();
    void check_entries();
    void check_rows(const char* what, const std::string& sql);
    void check_references();
    void check_queues();
    void check_usage();
    void found(std::string fault);

    Database& database_;
    Verified verified_;
};

}  // namespace causeway::storage
