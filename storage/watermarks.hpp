// How far each member has got in a conversation: what reached a device of his, and what he has read. Tells
// whose messages those were. Store thread only.
#pragma once

#include <variant>
#include <vector>

#include "storage/conversations.hpp"
#include "storage/sequence_search.hpp"

namespace causeway::storage {

class Watermarks {
public:
    Watermarks(Database& database, Users& users, Conversations& conversations);

    // One move: Marked, or why not. Several: Changed, those that cannot be are left out.
    [[nodiscard]] Answer decide(const MoveWatermarks& request, std::vector<Committed>& committed);

private:
    struct Reached {
        std::int64_t delivered;
        std::int64_t read;
    };
    [[nodiscard]] Answer decide(const MoveWatermarks::Move& move, std::vector<Committed>& committed);
    [[nodiscard]] std::variant<std::int64_t, Refusal> target_of(const MoveWatermarks::Move& move,
                                                                const Conversation& conversation);
    [[nodiscard]] Reached reached(const Conversation& conversation, UserKey user);
    [[nodiscard]] std::vector<CommittedWatermark::Sender> senders_of(const Conversation& conversation,
                                                                     UserKey user, std::int64_t from,
                                                                     std::int64_t to);

    Users& users_;
    Conversations& conversations_;
    SequenceSearch search_;
    Statement select_;
    Statement upsert_;
    Statement select_by_message_id_;
    Statement select_back_;
    Statement select_message_id_;
};

}  // namespace causeway::storage
