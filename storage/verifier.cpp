#include "storage/verifier.hpp"

#include <sqlite3.h>

#include <array>
#include <cstdint>

#include "storage/removal.hpp"

namespace causeway::storage {

namespace {

constexpr std::size_t kFaultsTold = 100;

struct Totals {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
};

}  // namespace

Verified Verifier::verify() {
    Transaction snapshot(database_, Access::kRead);
    check_file();
    try {
        check_conversation_logs();
        check_entries();
        check_references();
        check_queues();
        check_usage();
    } catch (const Error& error) {
        // Damage that SQLite meets on its way is a finding, too.
        const int code = error.code() & 0xff;
        if (code != SQLITE_CORRUPT && code != SQLITE_NOTADB) throw;
        found(error.what());
    }
    return std::move(verified_);
}

void Verifier::found(std::string fault) {
    if (verified_.faults.size() < kFaultsTold) verified_.faults.push_back(std::move(fault));
}

void Verifier::check_file() {
    Statement check(database_, "PRAGMA integrity_check(100)");
    auto rows = check.query();
    while (rows.next())
        if (rows.text(0) != "ok") found("file: " + std::string(rows.text(0)));
}

// Each conversation's sequences run without a gap from its floor, and each row has its entry.
void Verifier::check_conversation_logs() {
    Statement walk(database_,
                   "SELECT l.conversation, l.offset, l.sequence, e.sequence, e.conversation, "
                   "(SELECT sequence FROM floors WHERE kind = 1 AND owner = l.conversation) "
                   "FROM conversation_log l LEFT JOIN entries e ON e.offset = l.offset "
                   "ORDER BY l.conversation, l.offset");
    auto rows = walk.query();
    std::int64_t conversation = 0;
    std::int64_t last = 0;
    while (rows.next()) {
        const auto where = [&] {
            return "conversation " + std::to_string(rows.integer(0)) + ", offset " +
                   std::to_string(rows.integer(1)) + ": ";
        };
        if (rows.integer(0) != conversation) {
            conversation = rows.integer(0);
            last = rows.integer(5);
        }
        if (rows.integer(2) != last + 1)
            found(where() + "sequence " + std::to_string(rows.integer(2)) + " follows " +
                  std::to_string(last));
        last = rows.integer(2);
        if (rows.is_null(3))
            found(where() + "the log names an entry that is not there");
        else if (rows.integer(3) != rows.integer(2) || rows.integer(4) != rows.integer(0))
            found(where() + "the entry says another sequence or conversation than the log");
    }
    const std::string count = database_.value_of("SELECT count(*) FROM conversations");
    verified_.conversations = std::stoull(count);
}

// Each entry can be decoded, is what its row says, and stands in a log.
void Verifier::check_entries() {
    Statement walk(database_,
                   "SELECT e.offset, e.message_id, e.envelope, coalesce(l.offset, o.offset) IS NULL "
                   "FROM entries e "
                   "LEFT JOIN conversation_log l ON l.conversation = e.conversation AND l.offset = e.offset "
                   "LEFT JOIN log_entries o ON e.conversation IS NULL AND o.offset = e.offset "
                   "ORDER BY e.offset");
    auto rows = walk.query();
    Envelope envelope;
    while (rows.next()) {
        ++verified_.entries;
        const auto at = [&] { return "entry " + std::to_string(rows.integer(0)) + ": "; };
        const auto bytes = rows.blob(2);
        if (!envelope.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
            found(at() + "the envelope cannot be decoded");
        else if (envelope.messageid() != rows.text(1))
            found(at() + "the envelope has another message id than the row");
        if (rows.integer(3) != 0) found(at() + "it stands in no log");
    }
}

// `sql` selects what should not be there: numbers that tell where.
void Verifier::check_rows(const char* what, const std::string& sql) {
    Statement search(database_, sql + " LIMIT 100");
    auto rows = search.query();
    while (rows.next()) found(std::string(what) + " (" + std::string(rows.text(0)) + ")");
}

void Verifier::check_references() {
    check_rows("an offset lies beyond the counter",
               "SELECT offset FROM entries WHERE offset > (SELECT last_offset FROM meta)");
    check_rows("an event of the outbox lies beyond the counter",
               "SELECT id FROM outbox WHERE id > (SELECT last_offset FROM meta)");
    check_rows("a cursor lies beyond the last offset",
               "SELECT user || ', ' || log FROM cursors WHERE offset > (SELECT last_offset FROM meta) "
               "OR written > (SELECT last_offset FROM meta)");
    check_rows("a log of its own names an entry that is not there, or of a conversation",
               "SELECT l.offset FROM log_entries l LEFT JOIN entries e ON e.offset = l.offset "
               "WHERE e.offset IS NULL OR e.conversation IS NOT NULL");
    check_rows("an entry of an unknown log of its own",
               "SELECT l.offset FROM log_entries l LEFT JOIN logs g ON g.log = l.log WHERE g.log IS NULL");
    check_rows("an entry of an unknown conversation",
               "SELECT e.offset FROM entries e LEFT JOIN conversations c ON c.conversation = e.conversation "
               "WHERE e.conversation IS NOT NULL AND c.conversation IS NULL");
    check_rows("the view over direct conversations shows what is not of one of its user's",
               "SELECT p.user || ', ' || p.offset FROM private_log p "
               "LEFT JOIN entries e ON e.offset = p.offset "
               "LEFT JOIN conversations c ON c.conversation = e.conversation "
               "WHERE c.kind IS NOT 'direct' OR p.user NOT IN (c.low_user, c.high_user)");
    check_rows("the view over direct conversations lacks an entry",
               "SELECT e.offset FROM entries e JOIN conversations c ON c.conversation = e.conversation "
               "WHERE c.kind = 'direct' AND (NOT EXISTS (SELECT 1 FROM private_log WHERE user = c.low_user "
               "AND offset = e.offset) OR NOT EXISTS (SELECT 1 FROM private_log WHERE user = c.high_user "
               "AND offset = e.offset))");
    check_rows("a member of an unknown conversation, or an unknown user",
               "SELECT m.conversation || ', ' || m.user FROM members m "
               "LEFT JOIN conversations c ON c.conversation = m.conversation "
               "LEFT JOIN users u ON u.user = m.user WHERE c.conversation IS NULL OR u.user IS NULL");
    check_rows("revisions of an entry that is not there",
               "SELECT DISTINCT r.original FROM revisions r LEFT JOIN entries e ON e.offset = r.original "
               "WHERE e.offset IS NULL");
}

void Verifier::check_queues() {
    check_rows("what the table says that a queue holds is not what it holds",
               "SELECT g.destination FROM logs g LEFT JOIN queues q ON q.log = g.log "
               "WHERE g.destination >= '/queue/' AND g.destination < '/queue0' AND "
               "(coalesce(q.entries, 0), coalesce(q.bytes, 0)) <> (SELECT count(*), coalesce(sum(bytes), 0) "
               "FROM log_entries WHERE log = g.log)");
    check_rows("how much an unknown queue holds",
               "SELECT q.log FROM queues q LEFT JOIN logs g ON g.log = q.log WHERE g.log IS NULL");
    check_rows("deliveries of a message that is in no queue",
               "SELECT d.offset FROM queue_deliveries d LEFT JOIN log_entries l ON l.offset = d.offset "
               "LEFT JOIN queues q ON q.log = l.log WHERE q.log IS NULL");
}

void Verifier::check_usage() {
    std::array<Totals, kUsageKinds> counted{};
    {
        Statement walk(database_, kSelectStoredEntry);
        auto rows = walk.query();
        while (rows.next()) {
            const auto entry = stored_entry(rows);
            if (!entry) continue;
            auto& totals = counted[static_cast<std::size_t>(entry->kind)];
            ++totals.entries;
            totals.bytes += entry->bytes;
        }
    }
    Statement select(database_, "SELECT entries, bytes FROM usage WHERE kind = ?");
    for (std::size_t i = 0; i < kUsageKinds; ++i) {
        auto rows = select.query(kUsageKindNames[i]);
        const bool known = rows.next();
        if (known && rows.number(0) == counted[i].entries && rows.number(1) == counted[i].bytes) continue;
        found("usage: of kind " + std::string(kUsageKindNames[i]) + " there are " +
              std::to_string(counted[i].entries) + " entries of " + std::to_string(counted[i].bytes) +
              " bytes, the table says otherwise");
    }
}

}  // namespace causeway::storage
