// What is kept: conversations, their members, their numbered messages, and how far each device
// has got. `Store` is the whole interface; SqliteStore (sqlite_store.hpp) stands behind it.
//
// Threads: submit() and the read functions may be called from any thread and return at once.
// Answers and committed entries arrive on the store's own threads; the caller posts them on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/base/error_code.hpp"
#include "broker/base/numbers.hpp"
#include "causeway/v1/envelope.pb.h"

namespace causeway::storage {

using Envelope = causeway::v1::WebSocketMessage;

enum class ConversationKind : std::uint8_t { kDirect, kGroup, kRoom };

// Users of a conversation at one moment; shared between the entries that saw the same members.
using Members = std::shared_ptr<const std::vector<std::string>>;

// ---- requests: each one is decided alone inside the committing transaction ----

// A chat message to a conversation, or to the pair's conversation when `receiver` is set (which is
// made on first use). The store fills sequence, conversationId and status of the envelope.
struct Append {
    std::string command;        // "chat", "private-message": the scope of client_msg_id
    std::string sender;         // must be a member now (or one of the pair); else permission-denied
    std::string conversation;   // one of the two …
    std::string receiver;       // … is empty
    std::string client_msg_id;  // empty: not idempotent
    std::string body_digest;    // of the request's body; another one for a known id: idempotency-conflict
    bool trusted = false;       // from a back end: the sender need not be a member
    SessionId origin{};         // handed through to the CommittedEntry; 0 = no session of ours
    Envelope envelope;
};

struct CreateConversation {
    std::string id;    // empty: the store makes one; taken: idempotent for the same creator, else refused
    std::string kind;  // "group" or a room type: drama_chat, live_stream, ai_assistant, cultural_circle
    std::string name;
    std::string creator;               // becomes a member with role "owner"; may be empty for back ends
    std::vector<std::string> members;  // besides the creator
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

// Cursors only move forward. `log` is the destination as the client names it.
struct MoveCursors {
    struct Move {
        std::string user;
        std::string device;
        std::string log;
        Offset to;
    };
    std::vector<Move> moves;
};

using Request = std::variant<Append, CreateConversation, ChangeMembership, MoveCursors>;

// ---- answers ----

struct Appended {
    Offset offset;
    Sequence sequence;
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
using Answer = std::variant<Appended, ConversationMade, Changed, Refusal>;
using OnAnswer = std::function<void(Answer)>;  // once, on the store thread, after the commit

// ---- what the commit made true, told in commit order before the answers of the same commit ----

struct CommittedEntry {
    Offset offset;
    Sequence sequence;
    std::string conversation;
    ConversationKind kind;
    Members members;
    std::shared_ptr<const Envelope> envelope;  // complete
    std::string protobuf;                      // the same, serialized
    SessionId origin;                          // of the Append
};
struct CommittedMembership {
    std::string conversation;
    std::string conversation_kind;
    std::string user;
    std::string actor;
    bool member;  // now
};
using Committed = std::variant<CommittedEntry, CommittedMembership>;
using OnCommitted = std::function<void(std::vector<Committed>)>;

// ---- reading: on a read-only connection of the reading thread, never behind a writer ----

// A log that a device can resume.
struct Log {
    enum class Kind : std::uint8_t {
        kConversation,     // name = conversation; entries within the user's joined-at and left-at
        kPrivateMessages,  // name empty: the view over the user's direct conversations
    };
    Kind kind;
    std::string user;
    std::string name;
};

struct LogEntry {
    Offset offset;
    Sequence sequence;
    std::string protobuf;  // the envelope
};
struct LogPage {
    std::vector<LogEntry> entries;  // ascending, all > after
    bool end;                       // nothing more had been committed when this was read
};
// Where a log begins and ends for its user; first and last are 0 when it is empty.
struct LogState {
    std::string epoch;
    Offset first;
    Offset last;
    Offset store_end;              // the highest offset committed in the whole store
    std::optional<Offset> cursor;  // of the device asked for
};

struct ConversationRow {
    std::string id;
    std::string kind;
    std::string name;
    std::string role;
    Sequence last_sequence;
    std::int64_t last_timestamp;
};

struct ReadFailed {
    std::string what;
};
template <typename T>
using OnRead = std::function<void(std::variant<T, ReadFailed>)>;  // once, on a reading thread

class Store {
public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;  // commits what was submitted, answers it, then returns

    // Queues a request. When the queue is full (limit: queue_limit) the answer is send-failed,
    // given before submit() returns.
    virtual void submit(Request request, OnAnswer on_answer) = 0;

    // Up to `limit` entries of a log with an offset above `after`.
    virtual void read_log(Log log, Offset after, std::size_t limit, OnRead<LogPage> on_read) = 0;
    // `device` empty: no cursor.
    virtual void read_log_state(Log log, std::string device, OnRead<LogState> on_read) = 0;
    // The conversations a user is a member of now.
    virtual void read_memberships(std::string user, OnRead<std::vector<std::string>> on_read) = 0;
    virtual void read_conversations(std::string user, OnRead<std::vector<ConversationRow>> on_read) = 0;

    // Random id of the data directory. Constant.
    [[nodiscard]] virtual const std::string& epoch() const = 0;
    // False while commits fail (disk full, I/O error). Any thread.
    [[nodiscard]] virtual bool healthy() const = 0;
};

}  // namespace causeway::storage
