#include "storage/watermarks.hpp"

#include <algorithm>
#include <limits>

#include "storage/appends.hpp"

namespace causeway::storage {

namespace {

// Who sent what lies further back than this learns of it with the next mark, or when he asks.
constexpr std::int64_t kLookedBack = 200;

Sequence sequence(std::int64_t number) { return Sequence{static_cast<std::uint64_t>(number)}; }

}  // namespace

Watermarks::Watermarks(Database& database, Users& users, Conversations& conversations)
    : users_(users),
      conversations_(conversations),
      search_(database),
      select_(database, "SELECT delivered, read FROM watermarks WHERE conversation = ? AND user = ?"),
      upsert_(database,
              "INSERT INTO watermarks (conversation, user, delivered, read) VALUES (?, ?, ?, ?) "
              "ON CONFLICT DO UPDATE SET delivered = excluded.delivered, read = excluded.read"),
      select_by_message_id_(database, "SELECT conversation, sequence FROM entries WHERE message_id = ?"),
      select_back_(database,
                   "SELECT sequence, sender, offset FROM conversation_log "
                   "WHERE conversation = ? AND offset <= ? ORDER BY offset DESC LIMIT ?"),
      select_message_id_(database, "SELECT message_id FROM entries WHERE offset = ?") {}

Answer Watermarks::decide(const MoveWatermarks& request, std::vector<Committed>& committed) {
    if (request.moves.size() == 1) return decide(request.moves.front(), committed);
    bool any = false;
    for (const auto& move : request.moves) {
        conversations_.forget_some();
        const Answer answer = decide(move, committed);
        const auto* marked = std::get_if<Marked>(&answer);
        any = any || (marked != nullptr && marked->moved);
    }
    return Changed{any};
}

Answer Watermarks::decide(const MoveWatermarks::Move& move, std::vector<Committed>& committed) {
    const Conversation* conversation = conversations_.find(move.conversation);
    if (conversation == nullptr || !conversation->has(move.user)) return no_such_conversation();
    auto target = target_of(move, *conversation);
    if (auto* const refusal = std::get_if<Refusal>(&target)) return std::move(*refusal);
    const std::int64_t to = std::get<std::int64_t>(target);
    const UserKey user = users_.key_of(move.user);
    const Reached before = reached(*conversation, user);
    const bool reads = move.mark == Mark::kRead;
    const bool kept = reads || (conversation->kind != ConversationKind::kRoom &&
                                conversation->members.size() <= kMaxMembersTold);
    const std::int64_t from = reads ? before.read : before.delivered;
    const bool moved = kept && to > from;
    Reached after = before;
    if (moved) {
        after = {std::max(before.delivered, to), reads ? to : before.read};
        upsert_.run(value(conversation->key), value(user), after.delivered, after.read);
        committed.emplace_back(CommittedWatermark{.mark = move.mark,
                                                  .conversation = conversation->id,
                                                  .kind = conversation->kind,
                                                  .user = move.user,
                                                  .from = sequence(from),
                                                  .to = sequence(to),
                                                  .senders = senders_of(*conversation, user, from, to)});
    }
    return Marked{moved, sequence(after.delivered), sequence(after.read),
                  Sequence{conversation->last_sequence}};
}

// Not beyond the last entry. Who gives both number and id must mean one message.
std::variant<std::int64_t, Refusal> Watermarks::target_of(const MoveWatermarks::Move& move,
                                                          const Conversation& conversation) {
    if (move.message_id.empty() && value(move.to) == 0)
        return Refusal{ErrorCode::kMessageInvalid, "neither a sequence nor a message's id is given",
                       "sequence"};
    if (move.message_id.empty())
        return static_cast<std::int64_t>(std::min(value(move.to), conversation.last_sequence));
    auto rows = select_by_message_id_.query(std::string_view(move.message_id));
    while (rows.next()) {
        if (rows.integer(0) != value(conversation.key)) continue;
        if (value(move.to) == 0 || value(move.to) == rows.number(1)) return rows.integer(1);
        return Refusal{ErrorCode::kMessageInvalid, "sequence and messageId name different messages",
                       "messageId"};
    }
    return Refusal{ErrorCode::kMessageInvalid, "no message of this conversation has this messageId",
                   "messageId"};
}

// Who joined later has nothing to catch up with from before.
Watermarks::Reached Watermarks::reached(const Conversation& conversation, UserKey user) {
    std::int64_t joined = 0;
    if (conversation.kind != ConversationKind::kDirect) {
        const auto joined_at = static_cast<std::int64_t>(value(conversations_.joined_at(conversation, user)));
        if (const auto place = search_.last_until(value(conversation.key), joined_at))
            joined = place->sequence;
    }
    auto rows = select_.query(value(conversation.key), value(user));
    if (!rows.next()) return {joined, joined};
    return {std::max(rows.integer(0), joined), std::max(rows.integer(1), joined)};
}

std::vector<CommittedWatermark::Sender> Watermarks::senders_of(const Conversation& conversation, UserKey user,
                                                               std::int64_t from, std::int64_t to) {
    std::vector<CommittedWatermark::Sender> senders;
    if (conversation.members.size() > kMaxMembersTold) return senders;
    std::int64_t last = std::numeric_limits<std::int64_t>::max();
    if (static_cast<std::uint64_t>(to) < conversation.last_sequence) {
        const auto place = search_.at_or_before(value(conversation.key), to);
        last = place ? place->offset : 0;
    }
    std::vector<std::int64_t> seen{value(user)};
    auto rows = select_back_.query(value(conversation.key), last, kLookedBack);
    while (rows.next() && rows.integer(0) > from) {
        const std::int64_t sender = rows.integer(1);
        if (rows.is_null(1) || std::find(seen.begin(), seen.end(), sender) != seen.end()) continue;
        seen.push_back(sender);
        auto ids = select_message_id_.query(rows.integer(2));
        if (!ids.next()) continue;  // deleted since
        senders.push_back(
            {users_.name_of(UserKey{sender}), Sequence{rows.number(0)}, std::string(ids.text(0))});
    }
    return senders;
}

}  // namespace causeway::storage
