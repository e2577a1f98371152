#include "storage/appends.hpp"

namespace causeway::storage {

namespace {

constexpr std::int64_t kSlice = 1000;  // rows forgotten in one transaction

// FNV-1a, 64 bits. Keeps the index narrow; the texts themselves decide, so a collision costs a
// sender a look at his own row and nothing else.
std::int64_t hash_of(const RequestKey& request) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&hash](std::string_view text) {
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    };
    add(request.command);
    add(std::string_view("\0", 1));
    add(request.client_msg_id);
    return static_cast<std::int64_t>(hash);
}

Refusal conflict(const RequestKey& request) {
    return {ErrorCode::kIdempotencyConflict,
            "clientMsgId " + std::string(request.client_msg_id) +
                " was used before with another body; use a new one",
            "clientMsgId"};
}

}  // namespace

Refusal no_such_conversation() {
    return {ErrorCode::kPermissionDenied, "no such conversation, or you are not a member of it",
            "conversationId"};
}

Appends::Appends(Database& database, Users& users, Conversations& conversations, OwnLogs& own_logs,
                 EntryLog& entries, MessageIds& ids, const Clock& clock, std::size_t entry_bytes)
    : users_(users),
      conversations_(conversations),
      own_logs_(own_logs),
      entries_(entries),
      ids_(ids),
      clock_(clock),
      entry_bytes_(entry_bytes),
      select_first_(database,
                    "SELECT offset, digest FROM idempotency "
                    "WHERE sender = ? AND hash = ? AND client_msg_id = ? AND command = ?"),
      select_entry_(database,
                    "SELECT e.sequence, e.message_id, e.timestamp, c.id FROM entries e "
                    "LEFT JOIN conversations c ON c.conversation = e.conversation WHERE e.offset = ?"),
      insert_(database,
              "INSERT INTO idempotency (offset, sender, hash, command, client_msg_id, digest, created_at) "
              "VALUES (?, ?, ?, ?, ?, ?, ?)"),
      select_oldest_(database, "SELECT offset, created_at FROM idempotency ORDER BY offset LIMIT ?"),
      delete_until_(database, "DELETE FROM idempotency WHERE offset <= ?") {}

Answer Appends::decide(Append& request, std::vector<Committed>& committed) {
    const RequestKey key{request.sender, request.command, request.client_msg_id, request.body_digest};
    if (auto answer = done_before(key)) return *std::move(answer);
    if (request.envelope.ByteSizeLong() > entry_bytes_)
        return Refusal{
            ErrorCode::kMessageTooLarge,
            "a stored message may have " + std::to_string(entry_bytes_) + " bytes (storage.entry_bytes)",
            {}};
    if (!request.destination.empty()) return append_to_own_log(request, key, committed);
    if (request.conversation.empty() && request.receiver.empty())
        return Refusal{ErrorCode::kMessageInvalid, "neither a conversation nor a receiver is named",
                       "receiverId"};
    Conversation* conversation = conversation_of(request);
    if (conversation == nullptr || !(request.trusted || conversation->has(request.sender)))
        return no_such_conversation();

    NewEntry entry{.envelope = std::move(request.envelope), .origin = request.origin};
    if (!request.sender.empty()) entry.sender = value(users_.key_of(request.sender));
    return appended(key, entries_.append(*conversation, std::move(entry)), committed);
}

Answer Appends::append_to_own_log(Append& request, const RequestKey& key, std::vector<Committed>& committed) {
    if (own_logs_.is_full(request.destination, request.envelope.ByteSizeLong(), request.bounds))
        return Refusal{ErrorCode::kSendFailed,
                       "the queue " + request.destination + " holds as much as is kept of one (" +
                           std::to_string(request.bounds.count) + " messages, " +
                           std::to_string(request.bounds.bytes) +
                           " bytes; 0: without bound); try again later",
                       "destination"};
    OwnLog* log = own_logs_.of(request.destination, request.inbox_of);
    if (log == nullptr)
        return Refusal{ErrorCode::kMessageInvalid,
                       "the destination " + request.destination + " is kept for another user", "destination"};
    NewEntry entry{.envelope = std::move(request.envelope), .origin = request.origin};
    return appended(key, entries_.append(*log, request.inbox_of, request.bounds, std::move(entry)),
                    committed);
}

Answer Appends::appended(const RequestKey& key, CommittedEntry entry, std::vector<Committed>& committed) {
    remember(key, entry.offset);
    Appended answer{
        entry.offset,       entry.sequence, entry.envelope->messageid(), entry.envelope->timestamp(),
        entry.conversation, false};
    committed.emplace_back(std::move(entry));
    return answer;
}

std::optional<Answer> Appends::done_before(const RequestKey& request) {
    if (request.client_msg_id.empty()) return std::nullopt;
    const auto sender = users_.find(request.sender);
    if (!sender) return std::nullopt;
    std::int64_t offset = 0;
    {
        auto rows =
            select_first_.query(value(*sender), hash_of(request), request.client_msg_id, request.command);
        if (!rows.next()) return std::nullopt;
        if (rows.blob(1) != request.body_digest) return conflict(request);
        offset = rows.integer(0);
    }
    return answered_again(Offset{static_cast<std::uint64_t>(offset)});
}

Appended Appends::answered_again(Offset offset) {
    auto rows = select_entry_.query(value(offset));
    if (!rows.next()) return {offset, {}, {}, 0, {}, true};
    return {offset,          Sequence{rows.number(0)},  std::string(rows.text(1)),
            rows.integer(2), std::string(rows.text(3)), true};
}

Conversation* Appends::conversation_of(const Append& request) {
    if (request.receiver.empty()) return conversations_.find(request.conversation);
    Conversation* found =
        conversations_.find_direct(users_.key_of(request.sender), users_.key_of(request.receiver));
    if (found != nullptr) return found;
    return &conversations_.make_direct(ids_.next(), request.sender, request.receiver);
}

void Appends::remember(const RequestKey& request, Offset offset) {
    if (request.client_msg_id.empty()) return;
    insert_.run(value(offset), value(users_.key_of(request.sender)), hash_of(request), request.command,
                request.client_msg_id, Blob{request.body_digest}, to_ms(clock_.wall()));
}

// Rows are in order of commit, so those at the front are the oldest, unless the wall clock jumped:
// then they wait for their turn.
bool Appends::forget_before(WallTime cutoff) {
    std::int64_t until = 0;
    std::int64_t count = 0;
    {
        auto rows = select_oldest_.query(kSlice);
        for (; rows.next() && rows.integer(1) < to_ms(cutoff); ++count) until = rows.integer(0);
    }
    if (count > 0) delete_until_.run(until);
    return count == kSlice;
}

}  // namespace causeway::storage
