// How much each queue holds: kept in memory, written with the commit that changed it. A queue that a commit
// leaves empty is forgotten altogether, its name with it. Store thread only; forget it after a failed commit.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/statement.hpp"

namespace causeway::storage {

class QueueSizes {
public:
    struct Size {
        std::uint64_t entries = 0;
        std::uint64_t bytes = 0;  // of envelopes, as they were appended
    };

    explicit QueueSizes(Database& database);

    // By the key of the queue's log.
    [[nodiscard]] Size of(std::int64_t log) { return held(log).size; }
    void added(std::int64_t log, std::size_t bytes);
    void removed(std::int64_t log, std::size_t bytes);

    // Before each commit, and before what may be rolled back; writes what has changed. Returns the
    // destinations of the queues that are no more.
    [[nodiscard]] std::vector<std::string> save();
    // What changed since the last save() is not true.
    void forget_changes() {
        held_.clear();
        dirty_.clear();
    }

private:
    struct Held {
        Size size;
        bool dirty = false;
    };
    Held& held(std::int64_t log);
    Held& change(std::int64_t log);

    std::unordered_map<std::int64_t, Held> held_;  // bounded; a cache
    std::vector<std::int64_t> dirty_;
    Statement select_;
    Statement upsert_;
    Statement delete_;
    Statement delete_log_;
};

}  // namespace causeway::storage
