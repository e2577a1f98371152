// Gives entries their numbers and writes them, with a row in every log that shows them. Offsets
// come from a counter in `meta`, so that none is used twice even when entries have been deleted.
// Store thread only; forget it after a failed commit, the numbers it gave are void then.
#pragma once

#include <cstdint>
#include <string>

#include "broker/base/clock.hpp"
#include "storage/conversations.hpp"
#include "storage/statement.hpp"

namespace causeway::storage {

class EntryLog {
public:
    EntryLog(Database& database, const Clock& clock);

    [[nodiscard]] Offset last() const { return Offset{last_}; }
    // Completes the envelope (sequence, conversationId, status), writes it, and returns what was committed
    // if the transaction is. `origin` and the sender were checked before.
    [[nodiscard]] CommittedEntry append(Conversation& conversation, Envelope envelope, SessionId origin);
    // Before the commit of a transaction with appends.
    void save_last();

private:
    const Clock& clock_;
    std::uint64_t last_ = 0;
    std::uint64_t saved_ = 0;
    Statement insert_entry_;
    Statement insert_conversation_log_;
    Statement insert_private_log_;
    Statement update_last_;
};

}  // namespace causeway::storage
