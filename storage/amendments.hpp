// Decides an Amend: finds what it refers to, whether the sender may, and changes it. An edit or a recall
// is an entry like any other, and the original shows it, too, so that whoever reads the log sees each
// message as it is now. Decided before the first row is written. Store thread only.
#pragma once

#include <optional>
#include <vector>

#include "storage/appends.hpp"
#include "storage/usage.hpp"

namespace causeway::storage {

// One more edit of a message is refused: a recall empties all of them in one transaction.
inline constexpr std::int64_t kMaxRevisions = 100;

class Amendments {
public:
    Amendments(Database& database, Users& users, Conversations& conversations, EntryLog& entries,
               Appends& appends, Usage& usage, const Clock& clock, std::size_t entry_bytes);

    // Takes the envelope out of the request.
    [[nodiscard]] Answer decide(Amend& request, std::vector<Committed>& committed);

private:
    struct Original {
        std::int64_t offset;
        std::uint64_t sequence;
        std::int64_t timestamp;
        std::int64_t created_at;
        bool amends;  // is itself an edit or a recall
        Envelope envelope;
    };
    [[nodiscard]] std::optional<Original> find(const std::string& message_id);
    [[nodiscard]] std::optional<Refusal> fault_of(const Amend& request, const Original& original);
    [[nodiscard]] std::optional<Refusal> state_fault(const Amend& request, const Original& original);
    [[nodiscard]] bool may(const Amend& request, const Original& original, const Conversation& conversation);
    [[nodiscard]] Answer amend(Amend& request, Original& original, Conversation& conversation,
                               std::vector<Committed>& committed);
    void edit(Original& original, const CommittedEntry& by, UsageKind kind);
    void recall(Original& original, const CommittedEntry& by, UsageKind kind);
    [[nodiscard]] std::optional<Appended> recalled_before(const Amend& request, const Original& original);
    void recall_revisions(const Original& original, UsageKind kind);
    void save(std::int64_t offset, const Envelope& envelope, UsageKind kind);

    [[nodiscard]] Answer hide(const Amend& request, const Original& original,
                              std::vector<Committed>& committed);
    [[nodiscard]] bool sees(UserKey user, const Original& original);

    Users& users_;
    Conversations& conversations_;
    EntryLog& entries_;
    Appends& appends_;
    Usage& usage_;
    const Clock& clock_;
    std::size_t entry_bytes_;
    Statement select_;
    Statement select_envelope_;
    Statement select_size_;
    Statement update_;
    Statement count_revisions_;
    Statement insert_revision_;
    Statement select_revisions_;
    Statement delete_revisions_;
    Statement select_stay_;
    Statement select_inbox_;
    Statement insert_hidden_;
};

}  // namespace causeway::storage
