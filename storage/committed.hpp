// What a commit made true, told in commit order before the answers of the same commit.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/base/numbers.hpp"
#include "storage/envelope.hpp"
#include "storage/requests.hpp"

namespace causeway::storage {

struct CommittedEntry {
    Offset offset;
    Sequence sequence;         // 0: of a log of its own
    std::string conversation;  // empty: of a log of its own …
    std::string destination;   // … as routed
    std::string inbox_of;      // … whose inbox that is; empty: a topic
    ConversationKind kind;
    Members members;                           // null: of a log of its own
    std::shared_ptr<const Envelope> envelope;  // complete
    std::string protobuf;                      // the same, serialized
    SessionId origin;                          // of the request
    Sequence original{};                       // of an edit or a recall: what it refers to
};
// `at` of those below: when, in milliseconds since 1970.
struct CommittedConversation {
    std::string id;
    std::string kind;
    std::string name;
    std::string creator;
    std::vector<std::string> members;  // with the creator
    bool trusted;                      // a back end's wish
    std::int64_t at = 0;
};
struct CommittedMembership {
    std::string conversation;
    std::string conversation_kind;
    std::string user;
    std::string actor;
    bool member;                     // now
    bool trusted = false;            // a back end's wish
    bool with_conversation = false;  // told by the CommittedConversation before it, too
    Members members{};               // after the change
    std::int64_t at = 0;
};
struct CommittedWatermark {
    // Whose messages were received or read, and the last of them that was.
    struct Sender {
        std::string user;
        Sequence sequence;
        std::string message_id;
    };
    Mark mark;
    std::string conversation;
    ConversationKind kind;
    std::string user;
    Sequence from;
    Sequence to;
    std::vector<Sender> senders;  // besides `user`; empty above kMaxMembersTold
    std::int64_t at = 0;
};
// A user no longer sees a message (Amend, kHide). He alone.
struct CommittedHidden {
    std::string user;
    std::string conversation;  // empty: it was in his inbox
    Sequence sequence;
    std::string message_id;
    std::int64_t at = 0;
};
using Committed = std::variant<CommittedEntry, CommittedConversation, CommittedMembership, CommittedWatermark,
                               CommittedHidden>;
using OnCommitted = std::function<void(std::vector<Committed>)>;

// What other programs must hear of a commit: written with it, sent in the order of ids, removed by
// SettleOutbox.
struct OutboxEvent {
    std::uint64_t id = 0;  // increasing, never used twice; given by the store
    std::string subject;
    std::string msg_id;
    std::string payload;
    std::int64_t created_at = 0;  // milliseconds since 1970; given by the store
};
// Called on the store thread inside the transaction: what, if anything, goes to the outbox with this.
using MakeOutboxEvent = std::function<std::optional<OutboxEvent>(const Committed&)>;

}  // namespace causeway::storage
