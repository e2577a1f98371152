// Decides an Append: was it done before, may the sender, and if so the entry. Everything is decided
// before the first row is written, so a refusal leaves nothing to roll back. Store thread only.
#pragma once

#include <optional>

#include "broker/base/message_id.hpp"
#include "storage/conversations.hpp"
#include "storage/entry_log.hpp"

namespace causeway::storage {

// The same words for what does not exist and for what is not yours: no probing.
[[nodiscard]] Refusal no_such_conversation();

class Appends {
public:
    Appends(Database& database, Users& users, Conversations& conversations, EntryLog& entries,
            MessageIds& ids, const Clock& clock, std::size_t entry_bytes);

    // Takes the envelope out of the request.
    [[nodiscard]] Answer decide(Append& request, std::vector<Committed>& committed);
    // Forgets idempotency rows made before `cutoff`, some of them; true when more are waiting.
    bool forget_before(WallTime cutoff);

private:
    [[nodiscard]] std::optional<Answer> done_before(const Append& request);
    [[nodiscard]] Conversation* conversation_of(const Append& request);
    void remember(const Append& request, Offset offset);

    Users& users_;
    Conversations& conversations_;
    EntryLog& entries_;
    MessageIds& ids_;
    const Clock& clock_;
    std::size_t entry_bytes_;
    Statement select_first_;
    Statement select_entry_;
    Statement insert_;
    Statement select_oldest_;
    Statement delete_until_;
};

}  // namespace causeway::storage
