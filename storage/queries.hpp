// What can be read, and how it is answered. Each answer is one snapshot.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/base/numbers.hpp"
#include "storage/envelope.hpp"

namespace causeway::storage {

// A log that a device can resume.
struct Log {
    enum class Kind : std::uint8_t {
        kConversation,     // name = conversation; entries within the user's joined-at and left-at
        kPrivateMessages,  // name empty: the view over the user's direct conversations
        kMessages,         // name empty: the view over all his conversations that user queues show
        kInbox,            // name = the user's queue, as in /user/queue/{name}
        kTopic,            // name = the topic, as in /topic/{name}; `user` is for the cursor only
    };
    Kind kind;
    std::string user;
    std::string name;
};

struct LogEntry {
    Offset offset;
    Sequence sequence;          // 0: of a log of its own
    std::string protobuf;       // the envelope
    std::string destination{};  // of a log of its own: as routed; else empty
};
struct LogPage {
    std::vector<LogEntry> entries;  // ascending, all > after
    bool end;                       // nothing more had been committed when this was read
    Offset floor{};                 // > after: some of what was asked for has been deleted
    bool of_room = false;           // nobody is told who has received these
};
// Where a log begins and ends for its user; first and last are 0 when it is empty.
struct LogState {
    std::string epoch;
    Offset first;
    Offset last;
    Offset store_end;              // the highest offset committed in the whole store
    Offset floor{};                // entries of this log up to here may have been deleted; 0: none were
    std::optional<Offset> cursor;  // of the device asked for
    // That device may have been sent everything up to here. Whoever asks for it has told of his own beginning
    // (MoveCursors) before, and is not meant.
    Offset written{};
};

struct ConversationRow {
    std::string id;
    std::string kind;
    std::string name;
    std::string role;
    Sequence last_sequence;
    std::int64_t last_timestamp;
};

// Everything that a user missed: conversations of all kinds and sizes, and his inbox; in the order of
// offsets.
struct SyncQuery {
    // Per conversation: what comes after this sequence. Takes the place of `after` and `since` there.
    struct Cursor {
        std::string conversation;
        Sequence sequence;
    };
    std::string user;
    std::vector<Cursor> cursors;
    Offset after{};                     // elsewhere: what comes after this offset, or …
    std::optional<std::int64_t> since;  // … what was written at this time or later (milliseconds since
                                        // 1970; a commit comes some moments after what it writes)
    Offset page_after{};                // the last offset of the page before; 0: the first page
    std::size_t limit = 100;
};
struct SyncPage {
    std::string epoch;
    std::vector<LogEntry> entries;
    Offset store_end;
    bool complete;  // there was no more
    bool gap;       // some of what was asked for has been deleted
};

// A page of a conversation, or (for operators) of a log of its own.
struct HistoryQuery {
    std::string user;          // sees what a member may see; empty: an operator, who sees all
    std::string conversation;  // or …
    std::string destination;   // … as routed
    std::optional<std::uint64_t>
        before;  // sequence (offset with `destination`); the newest page without both
    std::optional<std::uint64_t> after;
    std::size_t limit = 50;
};
struct HistoryPage {
    bool known = false;             // there is such a conversation, and the user is or was in it
    std::vector<LogEntry> entries;  // ascending
    bool more = false;              // beyond the page, in the direction that was asked for
};

struct QueueEntry {
    Offset offset;
    std::string protobuf;      // the envelope
    std::uint32_t deliveries;  // as SettleQueue returned it
};
// Of the same snapshot: the entries, and all that the queue holds.
struct QueuePage {
    std::vector<QueueEntry> entries;  // ascending, all > after
    bool more = false;
    std::uint64_t count = 0;  // with those up to `after`
    std::uint64_t bytes = 0;  // of envelopes
    Offset last{};            // the newest that it holds; 0: none
};
struct QueueRow {
    std::string destination;  // /queue/…
    std::uint64_t count;
    std::uint64_t bytes;
};

struct UnreadRow {
    std::string conversation;
    std::string kind;
    Sequence last;
    Sequence read;
    std::uint64_t unread;  // entries of others after `read`; counted up to kMostUnread
};
inline constexpr std::uint64_t kMostUnread = 1000;

struct CursorRow {
    std::string user;
    std::string device;
    std::string log;
    Offset offset;
    std::int64_t updated_at;
};

// Why there is no answer. For the log, not for a peer.
struct ReadFailed {
    std::string what;
};
template <typename T>
using OnRead = std::function<void(std::variant<T, ReadFailed>)>;  // once, on a reading thread

}  // namespace causeway::storage
