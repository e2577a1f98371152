// What can be asked to be written. Each request is decided alone inside the committing transaction.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "broker/base/error_code.hpp"
#include "broker/base/numbers.hpp"
#include "storage/envelope.hpp"

namespace causeway::storage {

// How much of a log of its own is kept; 0 = no bound. Applied whenever something is appended to it. Of a
// queue nothing is dropped: what would go beyond `count` or `bytes` is refused (send-failed); the others do
// not apply.
struct LogBounds {
    std::size_t count = 0;
    std::size_t bytes = 0;  // of envelopes
    std::chrono::milliseconds age{0};
    bool retained = false;  // the newest entry stays, whatever its age and size
};

// A message to be kept: to a conversation, to the pair's conversation (made on first use), or to a log
// of its own, which is a user's inbox, a topic's history or a queue (/queue/…). The store fills sequence (of
// conversations), conversationId and status of the envelope.
struct Append {
    std::string command;       // "chat", "private-message", "send": the scope of client_msg_id
    std::string sender;        // must be a member now (or one of the pair); else permission-denied
    std::string conversation;  // one of the three is set …
    std::string receiver;      // … a user …
    std::string destination;   // … as routed: /topic/a, /user/{name}/queue/x, /queue/a; then nobody need be
                               // a member
    std::string inbox_of;      // with `destination`: the user whose queue that is; empty: a topic or a queue
    LogBounds bounds;          // with `destination`
    std::string client_msg_id;  // empty: not idempotent
    std::string body_digest;    // of the request's body; another one for a known id: idempotency-conflict
    bool trusted = false;       // from a back end: the sender need not be a member
    SessionId origin{};         // handed through to the CommittedEntry; 0 = no session of ours
    Envelope envelope;
};

// A change to what was said before, itself a new numbered entry that refers to the original (PRODUCT 7,
// "Edits and recalls"). The original's row changes, too, so that a replay shows it as it is now.
struct Amend {
    enum class Change : std::uint8_t {
        kEdit,    // the original gets the new content; its revisions are kept
        kRecall,  // the original is emptied, and its revisions with it
        kHide,    // for `sender` alone: no entry, no number, only a mark
    };
    Change change;
    std::string command;
    // Must be a member and have sent the original (kHide: see it), or be `trusted`. The owner and the
    // admins of a conversation may recall anybody's, at any time.
    std::string sender;
    std::string message_id;               // of the original
    std::chrono::milliseconds within{0};  // since the original was sent; 0: any time
    std::string client_msg_id;
    std::string body_digest;
    bool trusted = false;
    SessionId origin{};
    // Of the new entry: type CHAT_EDIT or CHAT_RECALL, chat.content, chat.reason. The store adds
    // chat.originalMessageId and, as chat.quotedSenderId, who sent the original.
    Envelope envelope;
};

struct CreateConversation {
    std::string id;    // empty: the store makes one; taken: idempotent for the same creator, else refused
    std::string kind;  // "group" or a room type: drama_chat, live_stream, ai_assistant, cultural_circle
    std::string name;
    std::string creator;               // becomes a member with role "owner"; may be empty for back ends
    std::vector<std::string> members;  // besides the creator
    bool trusted = false;              // from a back end
};

enum class MembershipChange : std::uint8_t { kJoin, kLeave, kAdd, kRemove };

// kJoin and kLeave: `actor` == `user`; kJoin only into rooms. kAdd, kRemove: the actor must be owner
// or admin (or `trusted`). Adding a member, removing a stranger, leaving what one is not in: done,
// changes nothing. Who is in a direct conversation never changes.
struct ChangeMembership {
    MembershipChange change;
    std::string conversation;
    std::string actor;
    std::string user;
    bool trusted = false;
};

// `log` is the destination as the client names it (log_name()).
struct MoveCursors {
    struct Move {
        std::string user;
        std::string device;
        std::string log;
        std::optional<Offset> to;  // the device has everything up to here; never moves back
        Offset written{};          // it was sent everything up to here; never moves back
        // +1: a session of the device begins to receive this log; -1: it ended, and `written` is exact.
        // Where a crash finds more beginnings than ends, everything committed by then may have been sent.
        int sessions = 0;
        std::optional<Offset> first{};  // the device begins here, if it has no place in this log yet
    };
    std::vector<Move> moves;
};

// By an operator: the cursor of one log (or all logs of a device, or of a user) is set, backwards as
// well, or forgotten.
struct ResetCursors {
    std::string user;
    std::string device;        // empty: all
    std::string log;           // empty: all
    std::optional<Offset> to;  // nothing: forgotten
};

enum class Mark : std::uint8_t { kDelivered, kRead };

// How far a member has got in a conversation, on whichever device is furthest. Never moves back, nor
// beyond the last entry; what is read has been delivered. Strangers' moves are refused if there is one move
// only, and skipped among others. kDelivered is not kept in rooms, nor above
// kMaxMembersTold.
struct MoveWatermarks {
    struct Move {
        Mark mark;
        std::string user;
        std::string conversation;
        Sequence to;             // 0: the message's
        std::string message_id;  // of an entry of the conversation; both must mean the same
    };
    std::vector<Move> moves;
};

// Events that NATS has acknowledged, or that an operator gave up: they leave the outbox.
struct SettleOutbox {
    std::vector<std::uint64_t> ids;
};

// Removes what a user left: inbox, cursors, watermarks, memberships, marks, idempotency; empties what he
// sent, as a recall does but without an event, and forgets his name. Done in slices: `more` says that another
// request is needed.
struct EraseUser {
    std::string user;
};

// What became of messages of a queue. What is no longer there is skipped, so it may be asked for again.
struct SettleQueue {
    // Went back: counts as delivered this often.
    struct Returned {
        Offset offset;
        std::uint32_t deliveries;
    };
    // Moves to another queue, as a new entry at its end (told as a CommittedEntry with `to` as its
    // destination) with these headers, in the place of those of the same name.
    struct Dead {
        Offset offset;
        std::string to;  // /queue/…; empty: dropped
        std::vector<std::pair<std::string, std::string>> headers;
    };
    std::string destination;  // /queue/…
    std::vector<Offset> done;
    std::vector<Returned> returned;
    std::vector<Dead> dead;
};

// Removes what a queue holds up to `until`. Done in slices: `more` says that another request is needed.
struct PurgeQueue {
    std::string destination;
    Offset until;
};

// A part of Together.
using Part = std::variant<Append, Amend, CreateConversation, ChangeMembership, MoveCursors, MoveWatermarks,
                          SettleQueue>;

// All of them, in this order and in one commit, or none. Later parts see what earlier ones did.
struct Together {
    std::vector<Part> parts;
};

using Request = std::variant<Append, Amend, CreateConversation, ChangeMembership, MoveCursors, ResetCursors,
                             MoveWatermarks, SettleOutbox, EraseUser, SettleQueue, PurgeQueue, Together>;

// ---- answers ----

// To Append and Amend.
struct Appended {
    Offset offset;
    Sequence sequence;       // 0: of a log of its own; kHide: the numbers of what was hidden
    std::string message_id;  // of the first, when duplicate
    std::int64_t timestamp;
    std::string conversation;
    bool duplicate;
};
struct ConversationMade {
    std::string id;
    bool existed;
};
struct Changed {
    bool changed;
};
// To a single MoveWatermarks.
struct Marked {
    bool moved;
    Sequence delivered;
    Sequence read;
    Sequence last;
};
struct Erased {
    std::uint64_t rows;
    bool more;
};
struct Settled {
    std::uint64_t removed;  // with those that moved to another queue
    // Of Dead, in the order asked: its offset in the other queue; 0: it was no longer there, or dropped.
    std::vector<Offset> moved;
};
struct Purged {
    std::uint64_t removed;
    bool more;
};
using PartAnswer = std::variant<Appended, ConversationMade, Changed, Marked, Settled>;
// One for each part, in their order.
struct Togethered {
    std::vector<PartAnswer> answers;
};
// To Together: nothing was done, because this part was refused. (A plain Refusal is of all of them: the store
// takes nothing now.)
struct PartRefused {
    std::size_t part;
    Refusal refusal;
};
using Answer = std::variant<Appended, ConversationMade, Changed, Marked, Erased, Settled, Purged, Togethered,
                            PartRefused, Refusal>;
using OnAnswer = std::function<void(Answer)>;  // once, on the store thread, after the commit

}  // namespace causeway::storage
