#include "storage/amendments.hpp"

namespace causeway::storage {

namespace {

namespace v1 = causeway::v1;

// What is left of a chat message: clients parse the content of every one.
constexpr const char* kNothing = R"({"content":"","contentExtra":null})";

Refusal no_such_message() {
    return {ErrorCode::kPermissionDenied, "no such message, or it is not yours to change", "messageId"};
}

Refusal not_now(std::string why) { return {ErrorCode::kMessageInvalid, std::move(why), "messageId"}; }

void empty(Envelope& envelope) {
    envelope.mutable_chat()->Clear();
    envelope.mutable_chat()->set_content(kNothing);
    envelope.set_status(v1::MESSAGE_RECALLED);
}

std::string in_words(std::chrono::milliseconds time) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time).count();
    return minutes >= 120 ? std::to_string(minutes / 60) + " hours" : std::to_string(minutes) + " minutes";
}

}  // namespace

Amendments::Amendments(Database& database, Users& users, Conversations& conversations, EntryLog& entries,
                       Appends& appends, Usage& usage, const Clock& clock, std::size_t entry_bytes)
    : users_(users),
      conversations_(conversations),
      entries_(entries),
      appends_(appends),
      usage_(usage),
      clock_(clock),
      entry_bytes_(entry_bytes),
      select_(database,
              "SELECT offset, sequence, timestamp, created_at, refers_to, envelope FROM entries "
              "WHERE message_id = ? ORDER BY offset LIMIT 1"),
      select_envelope_(database, "SELECT envelope FROM entries WHERE offset = ?"),
      select_size_(database, "SELECT length(envelope) FROM entries WHERE offset = ?"),
      update_(database, "UPDATE entries SET envelope = ? WHERE offset = ?"),
      count_revisions_(database, "SELECT count(*) FROM revisions WHERE original = ?"),
      insert_revision_(database, "INSERT INTO revisions (original, offset, envelope) VALUES (?, ?, ?)"),
      select_revisions_(database, "SELECT offset FROM revisions WHERE original = ?"),
      delete_revisions_(database, "DELETE FROM revisions WHERE original = ?"),
      select_stay_(database,
                   "SELECT 1 FROM entries e WHERE e.offset = ?1 AND (EXISTS (SELECT 1 FROM members "
                   "WHERE conversation = e.conversation AND user = ?2 AND joined_at < ?1) "
                   "OR EXISTS (SELECT 1 FROM past_members WHERE conversation = e.conversation "
                   "AND user = ?2 AND joined_at < ?1 AND left_at >= ?1))"),
      select_inbox_(database,
                    "SELECT 1 FROM logs g CROSS JOIN log_entries l ON l.log = g.log AND l.offset = ?1 "
                    "WHERE g.user = ?2"),
      insert_hidden_(database, "INSERT OR IGNORE INTO hidden (user, offset) VALUES (?, ?)") {}

Answer Amendments::decide(Amend& request, std::vector<Committed>& committed) {
    const RequestKey key{request.sender, request.command, request.client_msg_id, request.body_digest};
    if (auto answer = appends_.done_before(key)) return *std::move(answer);
    auto original = find(request.message_id);
    if (!original) return no_such_message();
    if (request.change == Amend::Change::kHide) return hide(request, *original, committed);
    if (original->sequence == 0) return no_such_message();  // of no conversation: it can be hidden only
    Conversation* const conversation = conversations_.find(original->envelope.conversationid());
    if (conversation == nullptr || !may(request, *original, *conversation)) return no_such_message();
    if (auto answer = recalled_before(request, *original)) return *std::move(answer);
    if (auto refusal = fault_of(request, *original)) return *std::move(refusal);
    return amend(request, *original, *conversation, committed);
}

std::optional<Amendments::Original> Amendments::find(const std::string& message_id) {
    auto rows = select_.query(std::string_view(message_id));
    if (!rows.next()) return std::nullopt;
    Original found{rows.integer(0), rows.number(1), rows.integer(2), rows.integer(3), !rows.is_null(4), {}};
    const auto envelope = rows.blob(5);
    if (!found.envelope.ParseFromArray(envelope.data(), static_cast<int>(envelope.size())))
        return std::nullopt;
    return found;
}

std::optional<Refusal> Amendments::fault_of(const Amend& request, const Original& original) {
    const bool own = original.envelope.senderid() == request.sender && !request.trusted;
    const bool late = to_ms(clock_.wall()) - original.created_at > request.within.count();
    if (own && request.within.count() > 0 && late)
        return Refusal{ErrorCode::kPermissionDenied,
                       "a message can be changed this way for " + in_words(request.within) + " only",
                       "messageId"};
    if (request.envelope.ByteSizeLong() > entry_bytes_)
        return Refusal{
            ErrorCode::kMessageTooLarge,
            "a stored message may have " + std::to_string(entry_bytes_) + " bytes (storage.entry_bytes)",
            {}};
    return state_fault(request, original);
}

// Who may, leaving aside when.
bool Amendments::may(const Amend& request, const Original& original, const Conversation& conversation) {
    if (request.trusted) return true;
    if (!conversation.has(request.sender)) return false;
    if (original.envelope.senderid() == request.sender) return true;
    if (request.change != Amend::Change::kRecall) return false;
    const std::string role = conversations_.role_of(conversation, request.sender);
    return role == "owner" || role == "admin";
}

std::optional<Refusal> Amendments::state_fault(const Amend& request, const Original& original) {
    if (original.amends || !original.envelope.has_chat())
        return not_now("this is an edit or a recall; name the message it refers to");
    if (original.envelope.status() == v1::MESSAGE_RECALLED) return not_now("the message has been recalled");
    if (request.change != Amend::Change::kEdit) return std::nullopt;
    auto rows = count_revisions_.query(original.offset);
    if (rows.next() && rows.integer(0) >= kMaxRevisions)
        return not_now("the message has been edited " + std::to_string(kMaxRevisions) + " times");
    return std::nullopt;
}

Answer Amendments::amend(Amend& request, Original& original, Conversation& conversation,
                         std::vector<Committed>& committed) {
    request.envelope.set_receiverid(original.envelope.receiverid());
    request.envelope.mutable_chat()->set_originalmessageid(request.message_id);
    request.envelope.mutable_chat()->set_quotedsenderid(original.envelope.senderid());
    // What an edit says is its sender's to have read, and to be erased with him; a recall says nothing.
    std::optional<std::int64_t> said_by;
    if (request.change == Amend::Change::kEdit) said_by = value(users_.key_of(request.sender));
    auto entry = entries_.append(
        conversation, NewEntry{std::move(request.envelope), request.origin, said_by, original.offset});
    entry.original = Sequence{original.sequence};
    if (request.change == Amend::Change::kEdit)
        edit(original, entry, usage_kind(entry.kind));
    else
        recall(original, entry, usage_kind(entry.kind));
    appends_.remember({request.sender, request.command, request.client_msg_id, request.body_digest},
                      entry.offset);
    Appended answer{
        entry.offset,       entry.sequence, entry.envelope->messageid(), entry.envelope->timestamp(),
        entry.conversation, false};
    committed.emplace_back(std::move(entry));
    return answer;
}

void Amendments::edit(Original& original, const CommittedEntry& by, UsageKind kind) {
    const std::string before = original.envelope.SerializeAsString();
    insert_revision_.run(original.offset, value(by.offset), Blob{before});
    auto& chat = *original.envelope.mutable_chat();
    chat.set_content(by.envelope->chat().content());
    chat.set_signature(by.envelope->chat().signature());  // the old one was over the old content
    original.envelope.set_status(v1::MESSAGE_EDITED);
    save(original.offset, original.envelope, kind);
}

// Of all revisions one is left, which says what recalled it.
void Amendments::recall(Original& original, const CommittedEntry& by, UsageKind kind) {
    recall_revisions(original, kind);
    insert_revision_.run(original.offset, value(by.offset), Blob{std::string_view()});
    empty(original.envelope);
    save(original.offset, original.envelope, kind);
}

// What was done cannot be done again, but it may be asked for again, however late and by whomever may.
std::optional<Appended> Amendments::recalled_before(const Amend& request, const Original& original) {
    if (request.change != Amend::Change::kRecall || original.amends ||
        original.envelope.status() != v1::MESSAGE_RECALLED)
        return std::nullopt;
    auto rows = select_revisions_.query(original.offset);
    // Nothing: it was emptied because its sender was erased. Its own numbers have to do.
    const std::uint64_t by = rows.next() ? rows.number(0) : static_cast<std::uint64_t>(original.offset);
    return appends_.answered_again(Offset{by});
}

// What an edit said stands in its own entry, too.
void Amendments::recall_revisions(const Original& original, UsageKind kind) {
    std::vector<std::int64_t> edits;
    {
        auto rows = select_revisions_.query(original.offset);
        while (rows.next()) edits.push_back(rows.integer(0));
    }
    for (const std::int64_t offset : edits) {
        Envelope edit;
        {
            auto rows = select_envelope_.query(offset);
            if (!rows.next()) continue;  // deleted since
            const auto envelope = rows.blob(0);
            (void)edit.ParseFromArray(envelope.data(), static_cast<int>(envelope.size()));
        }
        empty(edit);
        edit.mutable_chat()->set_originalmessageid(original.envelope.messageid());
        save(offset, edit, kind);
    }
    delete_revisions_.run(original.offset);
}

void Amendments::save(std::int64_t offset, const Envelope& envelope, UsageKind kind) {
    const std::string bytes = envelope.SerializeAsString();
    {
        auto rows = select_size_.query(offset);
        if (rows.next()) usage_.resized(kind, static_cast<std::size_t>(rows.integer(0)), bytes.size());
    }
    update_.run(Blob{bytes}, offset);
}

Answer Amendments::hide(const Amend& request, const Original& original, std::vector<Committed>& committed) {
    const auto user = users_.find(request.sender);
    if (!user || !sees(*user, original)) return no_such_message();
    insert_hidden_.run(value(*user), original.offset);
    const bool new_mark = insert_hidden_.changes() > 0;
    const Sequence sequence{original.sequence};
    const std::string& conversation = original.envelope.conversationid();
    if (new_mark)
        committed.emplace_back(CommittedHidden{request.sender, conversation, sequence, request.message_id});
    return Appended{Offset{static_cast<std::uint64_t>(original.offset)},
                    sequence,
                    request.message_id,
                    original.timestamp,
                    conversation,
                    !new_mark};
}

bool Amendments::sees(UserKey user, const Original& original) {
    auto rows = original.sequence == 0 ? select_inbox_.query(original.offset, value(user))
                                       : select_stay_.query(original.offset, value(user));
    return rows.next();
}

}  // namespace causeway::storage
