// Logs that belong to no conversation: the queues of a user's inbox and the kept histories of topics. Their
// keys and sizes are held, so that an entry costs one narrow row and, where the log is full, what it pushes
// out. Store thread only; thrown away after a failed commit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/base/clock.hpp"
#include "storage/floors.hpp"
#include "storage/requests.hpp"
#include "storage/usage.hpp"
#include "storage/users.hpp"

namespace causeway::storage {

struct OwnLog {
    std::int64_t key;
    std::int64_t user;  // whose inbox it is; 0: a topic
    std::string destination;
    bool measured = false;  // the next two are known
    std::size_t count = 0;
    std::uint64_t bytes = 0;
};

class OwnLogs {
public:
    OwnLogs(Database& database, Users& users, FloorWriter& floors, Usage& usage, const Clock& clock);

    // Made on first use. Null: the destination is known as somebody else's. Good until the next call.
    [[nodiscard]] OwnLog* of(std::string_view destination, std::string_view inbox_of);
    // Writes the row of an entry that was just written, and removes what the bounds leave no room for: the
    // oldest first, a bounded number at a time, so a log whose bounds shrank takes some appends to get there.
    void add(OwnLog& log, Offset offset, std::size_t bytes, const LogBounds& bounds);
    // To be called by whoever else removes entries of such logs, or the logs themselves.
    void forget_all() { by_destination_.clear(); }

private:
    [[nodiscard]] OwnLog load(std::string_view destination, std::string_view inbox_of);
    void measure(OwnLog& log);
    void trim(OwnLog& log, std::int64_t newest, const LogBounds& bounds);
    void remove(const OwnLog& log, const std::vector<std::int64_t>& offsets);

    Users& users_;
    FloorWriter& floors_;
    Usage& usage_;
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
