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

// What makes a request idempotent: the same key with the same body is the same request. Views into it.
struct RequestKey {
    std::string_view sender;
    std::string_view command;
    std::string_view client_msg_id;  // empty: not idempotent
    std::string_view body_digest;
};

class Appends {
public:
    Appends(Database& database, Users& users, Conversations& conversations, OwnLogs& own_logs,
            EntryLog& entries, MessageIds& ids, const Clock& clock, std::size_t entry_bytes);

    // Takes the envelope out of the request. A duplicate whose entry has been deleted since is answered with
    // its offset and an empty message id.
    [[nodiscard]] Answer decide(Append& request, std::vector<Committed>& committed);
    // The answer that was given to this request before, or a conflict; nothing if it is new.
    [[nodiscard]] std::optional<Answer> done_before(const RequestKey& key);
    // What was answered when this entry was made, as a duplicate. Of one deleted since only the offset is
    // left.
    [[nodiscard]] Appended answered_again(Offset offset);
    void remember(const RequestKey& key, Offset offset);
    // Forgets idempotency rows made before `cutoff`, some of them; true when more are waiting.
    bool forget_before(WallTime cutoff);

private:
    [[nodiscard]] Answer append_to_own_log(Append& request, const RequestKey& key,
                                           std::vector<Committed>& committed);
    [[nodiscard]] Answer appended(const RequestKey& key, CommittedEntry entry,
                                  std::vector<Committed>& committed);
    [[nodiscard]] Conversation* conversation_of(const Append& request);

    Users& users_;
    Conversations& conversations_;
    OwnLogs& own_logs_;
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
