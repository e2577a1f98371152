// Logs that belong to no conversation: the queues of a user's inbox, the kept histories of topics, and
// queues. Their keys and sizes are held, so that an entry costs one narrow row and, where the log is full,
// what it pushes out. Store thread only; thrown away after a failed commit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/base/clock.hpp"
#include "storage/floors.hpp"
#include "storage/queue_sizes.hpp"
#include "storage/requests.hpp"
#include "storage/usage.hpp"
#include "storage/users.hpp"

namespace causeway::storage {

struct OwnLog {
    std::int64_t key;
    std::int64_t user;  // whose inbox it is; 0: a topic or a queue
    std::string destination;
    UsageKind kind;
    bool measured = false;  // the next two are known
    std::size_t count = 0;
    std::uint64_t bytes = 0;
};

class OwnLogs {
public:
    OwnLogs(Database& database, Users& users, FloorWriter& floors, Usage& usage, QueueSizes& queues,
            const Clock& clock);

    // Made on first use. Null: the destination is known as somebody else's. Good until the next call.
    [[nodiscard]] OwnLog* of(std::string_view destination, std::string_view inbox_of);
    // Null: there is none. Good until the next call.
    [[nodiscard]] OwnLog* find(std::string_view destination);
    // Whether one more of this size would be too much; never of what is no queue.
    [[nodiscard]] bool is_full(std::string_view destination, std::size_t bytes, const LogBounds& bounds);
    // Writes the row of an entry that was just written, and removes what the bounds leave no room for: the
    // oldest first, a bounded number at a time, so a log whose bounds shrank takes some appends to get there.
    void add(OwnLog& log, Offset offset, std::size_t bytes, const LogBounds& bounds);
    // Before each commit, and before what may be rolled back.
    void save();
    // To be called by whoever else removes entries of such logs, or the logs themselves.
    void forget_all() { by_destination_.clear(); }

private:
    [[nodiscard]] std::optional<OwnLog> load(std::string_view destination);
    [[nodiscard]] OwnLog make(std::string_view destination, std::string_view inbox_of);
    OwnLog* hold(OwnLog log);
    void measure(OwnLog& log);
    void trim(OwnLog& log, std::int64_t newest, const LogBounds& bounds);
    void remove(const OwnLog& log, const std::vector<std::int64_t>& offsets);

    Users& users_;
    FloorWriter& floors_;
    Usage& usage_;
    QueueSizes& queues_;
    const Clock& clock_;
    std::unordered_map<std::string, OwnLog, StringHash, std::equal_to<>> by_destination_;  // bounded; a cache
    Statement select_;
    Statement insert_;
    Statement insert_entry_;
    Statement select_size_;
    Statement select_oldest_;
    Statement delete_rows_;
    Statement delete_entry_;
    Statement delete_hidden_;
};

}  // namespace causeway::storage
