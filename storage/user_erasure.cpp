#include "storage/user_erasure.hpp"

#include <algorithm>

#include "storage/erased_envelope.hpp"

namespace causeway::storage {

namespace {

constexpr std::int64_t kSlice = 500;             // rows changed by one request
constexpr std::int64_t kOffsetsLookedAt = 5000;  // of entries, by one request
constexpr std::int64_t kLeftAtOnce = 100;        // conversations
constexpr std::size_t kBegunAtMost = 64;

}  // namespace

UserErasure::UserErasure(Database& database, Users& users, Conversations& conversations, OwnLogs& own_logs,
                         EntryLog& entries, Usage& usage, Removal& removal, Random& random)
    : users_(users),
      conversations_(conversations),
      own_logs_(own_logs),
      entries_(entries),
      usage_(usage),
      removal_(removal),
      random_(random),
      // An envelope that names him has his name among its bytes.
      select_naming_(database,
                     "SELECT offset FROM entries WHERE offset > ? AND offset <= ? "
                     "AND instr(envelope, ?) > 0 ORDER BY offset LIMIT ?"),
      select_entry_(database, std::string(kSelectStoredEntry) + "WHERE e.offset = ?"),
      select_envelope_(database, "SELECT envelope FROM entries WHERE offset = ?"),
      update_entry_(database, "UPDATE entries SET envelope = ? WHERE offset = ?"),
      select_revisions_(database, "SELECT offset, envelope FROM revisions WHERE original = ?"),
      update_revision_(database, "UPDATE revisions SET envelope = ? WHERE original = ? AND offset = ?"),
      delete_revisions_(database, "DELETE FROM revisions WHERE original = ?"),
      select_inbox_(database, std::string(kSelectStoredEntry) +
                                  "WHERE e.offset IN (SELECT o.offset FROM logs h "
                                  "CROSS JOIN log_entries o ON o.log = h.log WHERE h.user = ? LIMIT ?)"),
      delete_empty_logs_(database,
                         "DELETE FROM logs WHERE user = ? AND NOT EXISTS "
                         "(SELECT 1 FROM log_entries WHERE log_entries.log = logs.log)"),
      delete_cursors_(database,
                      "DELETE FROM cursors WHERE user = ?1 AND (device, log) IN "
                      "(SELECT device, log FROM cursors WHERE user = ?1 LIMIT ?2)"),
      delete_hidden_(database,
                     "DELETE FROM hidden WHERE user = ?1 AND offset IN "
                     "(SELECT offset FROM hidden WHERE user = ?1 LIMIT ?2)"),
      delete_idempotency_(database,
                          "DELETE FROM idempotency WHERE offset IN "
                          "(SELECT offset FROM idempotency WHERE sender = ?1 LIMIT ?2)"),
      delete_past_(database,
                   "DELETE FROM past_members WHERE user = ?1 AND (conversation, joined_at) IN "
                   "(SELECT conversation, joined_at FROM past_members WHERE user = ?1 LIMIT ?2)"),
      delete_watermarks_(
          database,
          "DELETE FROM watermarks WHERE user = ?1 AND conversation IN "
          "(SELECT m.conversation FROM (SELECT conversation FROM members WHERE user = ?1 "
          "UNION SELECT conversation FROM past_members WHERE user = ?1) m "
          "CROSS JOIN watermarks w ON w.conversation = m.conversation AND w.user = ?1 LIMIT ?2)"),
      select_joined_(database,
                     "SELECT c.id FROM members m CROSS JOIN conversations c "
                     "ON c.conversation = m.conversation WHERE m.user = ? AND c.kind <> 'direct' LIMIT ?") {}

Answer UserErasure::decide(const EraseUser& request, std::vector<Committed>& committed) {
    Progress& progress = progress_of(request.user);
    std::uint64_t rows = erase_entries(request.user, progress);
    if (progress.looked_to < static_cast<std::int64_t>(value(entries_.last()))) return Erased{rows, true};
    const auto key = users_.find(request.user);
    if (!key) {  // who only sent to topics, queues and inboxes has nothing else
        begun_.erase(request.user);
        return Erased{rows, false};
    }
    const std::int64_t user = value(*key);
    std::uint64_t done = empty_inbox(user);
    if (done == 0) done = forget_rows(user);
    if (done == 0) done = leave_conversations(request.user, user, committed);
    rows += done;
    if (done > 0) return Erased{rows, true};
    forget_name(request.user, user, progress.name);
    begun_.erase(request.user);
    return Erased{rows + 1, false};
}

UserErasure::Progress& UserErasure::progress_of(const std::string& user) {
    const auto held = begun_.find(user);
    if (held != begun_.end()) return held->second;
    if (begun_.size() >= kBegunAtMost) begun_.clear();
    return begun_.emplace(user, Progress{"erased-" + random_hex(random_, 12)}).first->second;
}

std::uint64_t UserErasure::erase_entries(const std::string& user, Progress& progress) {
    const std::int64_t until =
        std::min(progress.looked_to + kOffsetsLookedAt, static_cast<std::int64_t>(value(entries_.last())));
    std::vector<std::int64_t> offsets;
    {
        auto rows = select_naming_.query(progress.looked_to, until, Blob{user}, kSlice);
        while (rows.next()) offsets.push_back(rows.integer(0));
    }
    std::uint64_t changed = 0;
    for (const std::int64_t offset : offsets) changed += erase_entry(offset, user, progress) ? 1U : 0U;
    const bool all = offsets.size() < static_cast<std::size_t>(kSlice);
    progress.looked_to = all ? until : offsets.back();
    return changed;
}

bool UserErasure::erase_entry(std::int64_t offset, const std::string& user, const Progress& progress) {
    Envelope envelope;
    std::size_t before = 0;
    {
        auto rows = select_envelope_.query(offset);
        if (!rows.next()) return false;
        const auto bytes = rows.blob(0);
        before = bytes.size();
        if (!envelope.ParseFromArray(bytes.data(), static_cast<int>(before))) return false;
    }
    const bool own = envelope.senderid() == user;
    if (!erase_from(envelope, user, progress.name)) return false;
    const std::string bytes = envelope.SerializeAsString();
    update_entry_.run(Blob{bytes}, offset);
    if (own)
        delete_revisions_.run(offset);
    else
        erase_revisions(offset, user, progress);
    auto rows = select_entry_.query(offset);
    const auto entry = rows.next() ? stored_entry(rows) : std::nullopt;
    if (entry) usage_.resized(entry->kind, before, bytes.size());
    return true;
}

void UserErasure::erase_revisions(std::int64_t original, const std::string& user, const Progress& progress) {
    std::vector<std::pair<std::int64_t, std::string>> revisions;
    {
        auto rows = select_revisions_.query(original);
        while (rows.next()) revisions.emplace_back(rows.integer(0), rows.blob(1));
    }
    for (const auto& [offset, bytes] : revisions) {
        Envelope envelope;
        if (!envelope.ParseFromString(bytes) || !erase_from(envelope, user, progress.name)) continue;
        const std::string erased = envelope.SerializeAsString();
        update_revision_.run(Blob{erased}, original, offset);
    }
}

std::uint64_t UserErasure::empty_inbox(std::int64_t user) {
    std::vector<StoredEntry> entries;
    {
        auto rows = select_inbox_.query(user, kSlice);
        while (rows.next())
            if (const auto entry = stored_entry(rows)) entries.push_back(*entry);
    }
    for (const auto& entry : entries) removal_.remove(entry);
    removal_.save_floors();
    if (!entries.empty()) own_logs_.forget_all();
    return entries.size();
}

// Watermarks before the memberships by which they are found.
std::uint64_t UserErasure::forget_rows(std::int64_t user) {
    std::uint64_t changed = 0;
    for (Statement* forget : {&delete_cursors_, &delete_hidden_, &delete_idempotency_, &delete_watermarks_}) {
        forget->run(user, kSlice);
        changed += static_cast<std::uint64_t>(forget->changes());
        if (changed >= static_cast<std::uint64_t>(kSlice)) return changed;
    }
    delete_empty_logs_.run(user);
    if (delete_empty_logs_.changes() > 0) own_logs_.forget_all();
    return changed + static_cast<std::uint64_t>(delete_empty_logs_.changes());
}

std::uint64_t UserErasure::leave_conversations(const std::string& user, std::int64_t key,
                                               std::vector<Committed>& committed) {
    std::vector<std::string> joined;
    {
        auto rows = select_joined_.query(key, kLeftAtOnce);
        while (rows.next()) joined.emplace_back(rows.text(0));
    }
    std::uint64_t left = 0;
    for (const auto& id : joined) {
        Conversation* found = conversations_.find(id);
        if (found == nullptr) continue;
        Conversation& conversation = *found;
        ++left;
        conversations_.leave(conversation, user, entries_.last());
        committed.emplace_back(CommittedMembership{.conversation = conversation.id,
                                                   .conversation_kind = conversation.kind_name,
                                                   .user = user,
                                                   .actor = {},
                                                   .member = false,
                                                   .trusted = true,
                                                   .with_conversation = false,
                                                   .members = conversation.share()});
    }
    delete_past_.run(key, kSlice);
    return left + static_cast<std::uint64_t>(delete_past_.changes());
}

void UserErasure::forget_name(const std::string& user, std::int64_t key, const std::string& name) {
    users_.rename(UserKey{key}, user, name);
    conversations_.forget_all();
}

}  // namespace causeway::storage
