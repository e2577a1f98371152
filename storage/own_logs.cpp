#include "storage/own_logs.hpp"

#include <limits>

#include "storage/stored_kind.hpp"

namespace causeway::storage {

namespace {

constexpr std::size_t kHeld = 65'536;
constexpr std::int64_t kRemovedAtOnce = 64;

UsageKind kind_of(std::string_view destination, std::int64_t user) {
    if (user != 0) return UsageKind::kInbox;
    return is_queue(destination) ? UsageKind::kQueue : UsageKind::kTopic;
}

}  // namespace

OwnLogs::OwnLogs(Database& database, Users& users, FloorWriter& floors, Usage& usage, QueueSizes& queues,
                 const Clock& clock)
    : users_(users),
      floors_(floors),
      usage_(usage),
      queues_(queues),
      clock_(clock),
      select_(database, "SELECT log, user FROM logs WHERE destination = ?"),
      insert_(database, "INSERT INTO logs (destination, user) VALUES (?, ?) RETURNING log"),
      insert_entry_(database, "INSERT INTO log_entries (log, offset, bytes) VALUES (?, ?, ?)"),
      select_size_(database, "SELECT count(*), coalesce(sum(bytes), 0) FROM log_entries WHERE log = ?"),
      select_oldest_(database,
                     "SELECT l.offset, l.bytes, e.created_at FROM log_entries l "
                     "LEFT JOIN entries e ON e.offset = l.offset WHERE l.log = ? ORDER BY l.offset LIMIT ?"),
      delete_rows_(database, "DELETE FROM log_entries WHERE log = ? AND offset <= ?"),
      delete_entry_(database, "DELETE FROM entries WHERE offset = ?"),
      delete_hidden_(database, "DELETE FROM hidden WHERE offset = ?") {}

OwnLog* OwnLogs::of(std::string_view destination, std::string_view inbox_of) {
    OwnLog* log = find(destination);
    if (log == nullptr) log = hold(make(destination, inbox_of));
    const bool same = inbox_of.empty() ? log->user == 0 : users_.find(inbox_of) == UserKey{log->user};
    return same ? log : nullptr;
}

OwnLog* OwnLogs::find(std::string_view destination) {
    const auto held = by_destination_.find(destination);
    if (held != by_destination_.end()) return &held->second;
    auto loaded = load(destination);
    return loaded ? hold(*std::move(loaded)) : nullptr;
}

OwnLog* OwnLogs::hold(OwnLog log) {
    if (by_destination_.size() >= kHeld) by_destination_.clear();
    std::string destination = log.destination;
    return &by_destination_.emplace(std::move(destination), std::move(log)).first->second;
}

std::optional<OwnLog> OwnLogs::load(std::string_view destination) {
    auto rows = select_.query(destination);
    if (!rows.next()) return std::nullopt;
    return OwnLog{.key = rows.integer(0),
                  .user = rows.integer(1),
                  .destination = std::string(destination),
                  .kind = kind_of(destination, rows.integer(1))};
}

OwnLog OwnLogs::make(std::string_view destination, std::string_view inbox_of) {
    std::optional<std::int64_t> user;
    if (!inbox_of.empty()) user = value(users_.key_of(inbox_of));
    auto rows = insert_.query(destination, user);
    (void)rows.next();
    const std::int64_t key = rows.integer(0);
    (void)rows.next();  // the insert ends here
    return {.key = key,
            .user = user.value_or(0),
            .destination = std::string(destination),
            .kind = kind_of(destination, user.value_or(0)),
            .measured = true};
}

bool OwnLogs::is_full(std::string_view destination, std::size_t bytes, const LogBounds& bounds) {
    if (!is_queue(destination) || (bounds.count == 0 && bounds.bytes == 0)) return false;
    const OwnLog* const log = find(destination);
    const QueueSizes::Size held = log == nullptr ? QueueSizes::Size{} : queues_.of(log->key);
    return (bounds.count > 0 && held.entries >= bounds.count) ||
           (bounds.bytes > 0 && held.bytes + bytes > bounds.bytes);
}

void OwnLogs::add(OwnLog& log, Offset offset, std::size_t bytes, const LogBounds& bounds) {
    const auto newest = static_cast<std::int64_t>(value(offset));
    insert_entry_.run(log.key, newest, static_cast<std::int64_t>(bytes));
    if (log.kind == UsageKind::kQueue) return queues_.added(log.key, bytes);
    if (log.measured) {
        ++log.count;
        log.bytes += bytes;
    }
    if (bounds.count > 0 || bounds.bytes > 0) measure(log);
    if (bounds.count > 0 || bounds.bytes > 0 || bounds.age.count() > 0) trim(log, newest, bounds);
}

void OwnLogs::save() {
    for (const std::string& ended : queues_.save()) by_destination_.erase(ended);
}

void OwnLogs::measure(OwnLog& log) {
    if (log.measured) return;
    auto rows = select_size_.query(log.key);
    (void)rows.next();
    log.count = static_cast<std::size_t>(rows.number(0));
    log.bytes = rows.number(1);
    log.measured = true;
}

void OwnLogs::trim(OwnLog& log, std::int64_t newest, const LogBounds& bounds) {
    const std::int64_t cutoff = bounds.age.count() > 0 ? to_ms(clock_.wall()) - bounds.age.count()
                                                       : std::numeric_limits<std::int64_t>::min();
    std::vector<std::int64_t> removed;
    {
        auto rows = select_oldest_.query(log.key, kRemovedAtOnce);
        while (rows.next()) {
            const bool too_many = (bounds.count > 0 && log.count > bounds.count) ||
                                  (bounds.bytes > 0 && log.bytes > bounds.bytes);
            const bool too_old = rows.is_null(2) || rows.integer(2) < cutoff;
            const bool stays = bounds.retained && rows.integer(0) == newest;
            if (stays || !(too_many || too_old)) break;
            removed.push_back(rows.integer(0));
            usage_.removed(log.kind, static_cast<std::size_t>(rows.number(1)));
            if (!log.measured) continue;
            --log.count;
            log.bytes -= rows.number(1);
        }
    }
    if (!removed.empty()) remove(log, removed);
}

void OwnLogs::remove(const OwnLog& log, const std::vector<std::int64_t>& offsets) {
    delete_rows_.run(log.key, offsets.back());
    for (const std::int64_t offset : offsets) {
        delete_entry_.run(offset);
        if (log.user != 0) delete_hidden_.run(offset);
    }
    floors_.raise(FloorKind::kOwnLog, log.key, offsets.back());
}

}  // namespace causeway::storage
