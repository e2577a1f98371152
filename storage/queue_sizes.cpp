#include "storage/queue_sizes.hpp"

#include <algorithm>

namespace causeway::storage {

namespace {

constexpr std::size_t kHeld = 10'000;

}  // namespace

QueueSizes::QueueSizes(Database& database)
    : select_(database, "SELECT entries, bytes FROM queues WHERE log = ?"),
      upsert_(database,
              "INSERT INTO queues (log, entries, bytes) VALUES (?, ?, ?) "
              "ON CONFLICT DO UPDATE SET entries = excluded.entries, bytes = excluded.bytes"),
      delete_(database, "DELETE FROM queues WHERE log = ?"),
      delete_log_(database, "DELETE FROM logs WHERE log = ? RETURNING destination") {}

QueueSizes::Held& QueueSizes::held(std::int64_t log) {
    const auto known = held_.find(log);
    if (known != held_.end()) return known->second;
    auto rows = select_.query(log);
    Held loaded;
    if (rows.next()) loaded.size = {rows.number(0), rows.number(1)};
    return held_.emplace(log, loaded).first->second;
}

QueueSizes::Held& QueueSizes::change(std::int64_t log) {
    Held& queue = held(log);
    if (!queue.dirty) dirty_.push_back(log);
    queue.dirty = true;
    return queue;
}

void QueueSizes::added(std::int64_t log, std::size_t bytes) {
    Size& size = change(log).size;
    ++size.entries;
    size.bytes += bytes;
}

// A file whose figures are wrong must not make a queue endless.
void QueueSizes::removed(std::int64_t log, std::size_t bytes) {
    Size& size = change(log).size;
    size.entries -= std::min<std::uint64_t>(size.entries, 1);
    size.bytes -= std::min<std::uint64_t>(size.bytes, bytes);
}

std::vector<std::string> QueueSizes::save() {
    std::vector<std::string> ended;
    for (const std::int64_t log : dirty_) {
        Held& queue = held(log);
        queue.dirty = false;
        if (queue.size.entries > 0) {
            upsert_.run(log, queue.size.entries, queue.size.bytes);
            continue;
        }
        held_.erase(log);
        delete_.run(log);
        auto rows = delete_log_.query(log);
        while (rows.next()) ended.emplace_back(rows.text(0));
    }
    dirty_.clear();
    if (held_.size() > kHeld) held_.clear();
    return ended;
}

}  // namespace causeway::storage
