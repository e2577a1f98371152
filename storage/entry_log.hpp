// Gives entries their numbers and writes them, with a row in every log that shows them. Offsets
// come from a counter in `meta`, so that none is used twice even when entries have been deleted.
// Store thread only; forget it after a failed commit, the numbers it gave are void then.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "broker/base/clock.hpp"
#include "storage/conversations.hpp"
#include "storage/own_logs.hpp"
#include "storage/statement.hpp"

namespace causeway::storage {

// An entry before it has numbers.
struct NewEntry {
    Envelope envelope;
    SessionId origin{};
    std::optional<std::int64_t> sender{};     // key of who said it; none: nothing that counts as unread
    std::optional<std::int64_t> refers_to{};  // offset of the original of an edit or a recall
};

class EntryLog {
public:
    EntryLog(Database& database, OwnLogs& own_logs, const Clock& clock);

    [[nodiscard]] Offset last() const { return Offset{last_}; }
    // Completes the envelope (sequence, conversationId, status), writes it, and returns what was committed
    // if the transaction is. `origin` and the sender were checked before.
    [[nodiscard]] CommittedEntry append(Conversation& conversation, NewEntry entry);
    [[nodiscard]] CommittedEntry append(Conversation& conversation, Envelope envelope, SessionId origin) {
        return append(conversation, NewEntry{.envelope = std::move(envelope), .origin = origin});
    }
    // To a log of its own, within its bounds: no sequence.
    [[nodiscard]] CommittedEntry append(OwnLog& log, std::string_view inbox_of, const LogBounds& bounds,
                                        NewEntry entry);
    // The numbers given since were not used after all.
    void put_back(Offset last) { last_ = value(last); }
    // A number of the same counter for what is no entry.
    [[nodiscard]] Offset take_number() { return Offset{++last_}; }
    // Before the commit of a transaction with appends.
    void save_last();

private:
    // Where an entry goes in `entries`; none: a log of its own.
    struct Place {
        std::optional<std::int64_t> conversation;
        std::optional<std::int64_t> sequence;
    };
    std::uint64_t write(const NewEntry& entry, const Place& place, std::string_view bytes);

    OwnLogs& own_logs_;
    const Clock& clock_;
    std::uint64_t last_ = 0;
    std::uint64_t saved_ = 0;
    Statement insert_entry_;
    Statement insert_conversation_log_;
    Statement insert_private_log_;
    Statement update_last_;
};

}  // namespace causeway::storage
