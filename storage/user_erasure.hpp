// Decides EraseUser, a slice per request: first every entry that names the user, in order of offsets, then
// what is his alone, last his name. How far it got is held in memory; after a restart it begins anew and
// finds less to do. Store thread only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "broker/base/random.hpp"
#include "storage/entry_log.hpp"
#include "storage/removal.hpp"

namespace causeway::storage {

class UserErasure {
public:
    UserErasure(Database& database, Users& users, Conversations& conversations, OwnLogs& own_logs,
                EntryLog& entries, Usage& usage, Removal& removal, Random& random);

    // Tells of the conversations that he leaves by it. The other side of a direct conversation keeps it, with
    // a name that leads nowhere.
    [[nodiscard]] Answer decide(const EraseUser& request, std::vector<Committed>& committed);

private:
    struct Progress {
        std::string name;  // that takes the place of his
        std::int64_t looked_to = 0;
    };
    [[nodiscard]] Progress& progress_of(const std::string& user);

    // Each does a part and returns how many rows it changed; none left: 0.
    std::uint64_t erase_entries(const std::string& user, Progress& progress);
    bool erase_entry(std::int64_t offset, const std::string& user, const Progress& progress);
    void erase_revisions(std::int64_t original, const std::string& user, const Progress& progress);
    std::uint64_t empty_inbox(std::int64_t user);
    std::uint64_t forget_rows(std::int64_t user);
    std::uint64_t leave_conversations(const std::string& user, std::int64_t key,
                                      std::vector<Committed>& committed);
    void forget_name(const std::string& user, std::int64_t key, const std::string& name);

    Users& users_;
    Conversations& conversations_;
    OwnLogs& own_logs_;
    EntryLog& entries_;
    Usage& usage_;
    Removal& removal_;
    Random& random_;
    std::map<std::string, Progress> begun_;  // bounded

    Statement select_naming_;
    Statement select_entry_;
    Statement select_envelope_;
    Statement update_entry_;
    Statement select_revisions_;
    Statement update_revision_;
    Statement delete_revisions_;
    Statement select_inbox_;
    Statement delete_empty_logs_;
    Statement delete_cursors_;
    Statement delete_hidden_;
    Statement delete_idempotency_;
    Statement delete_past_;
    Statement delete_watermarks_;
    Statement select_joined_;
};

}  // namespace causeway::storage
