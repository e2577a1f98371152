#include "storage/entry_log.hpp"

#include <cstdlib>

namespace causeway::storage {

EntryLog::EntryLog(Database& database, OwnLogs& own_logs, const Clock& clock)
    : own_logs_(own_logs),
      clock_(clock),
      insert_entry_(database,
                    "INSERT INTO entries (offset, conversation, sequence, message_id, timestamp, created_at, "
                    "envelope, refers_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_conversation_log_(
          database,
          "INSERT INTO conversation_log (conversation, offset, sequence, sender) VALUES (?, ?, ?, ?)"),
      insert_private_log_(database, "INSERT INTO private_log (user, offset) VALUES (?, ?)"),
      update_last_(database, "UPDATE meta SET last_offset = ? WHERE id = 1") {
    const std::string last = database.value_of("SELECT last_offset FROM meta");
    last_ = saved_ = std::strtoull(last.c_str(), nullptr, 10);
}

CommittedEntry EntryLog::append(Conversation& conversation, NewEntry entry) {
    const std::uint64_t sequence = ++conversation.last_sequence;
    entry.envelope.set_sequence(static_cast<std::int64_t>(sequence));
    entry.envelope.set_conversationid(conversation.id);
    entry.envelope.set_status(causeway::v1::MESSAGE_SENT);
    std::string bytes = entry.envelope.SerializeAsString();

    const std::uint64_t offset =
        write(entry, {value(conversation.key), static_cast<std::int64_t>(sequence)}, bytes);
    insert_conversation_log_.run(value(conversation.key), offset, sequence, entry.sender);
    if (conversation.kind == ConversationKind::kDirect) {
        insert_private_log_.run(value(conversation.low), offset);
        if (conversation.high != conversation.low) insert_private_log_.run(value(conversation.high), offset);
    }
    return {.offset = Offset{offset},
            .sequence = Sequence{sequence},
            .conversation = conversation.id,
            .destination = {},
            .inbox_of = {},
            .kind = conversation.kind,
            .members = conversation.share(),
            .envelope = std::make_shared<const Envelope>(std::move(entry.envelope)),
            .protobuf = std::move(bytes),
            .origin = entry.origin};
}

CommittedEntry EntryLog::append(OwnLog& log, std::string_view inbox_of, const LogBounds& bounds,
                                NewEntry entry) {
    entry.envelope.set_status(causeway::v1::MESSAGE_SENT);
    std::string bytes = entry.envelope.SerializeAsString();
    const std::uint64_t offset = write(entry, {}, bytes);
    own_logs_.add(log, Offset{offset}, bytes.size(), bounds);
    return {.offset = Offset{offset},
            .sequence = Sequence{0},
            .conversation = {},
            .destination = log.destination,
            .inbox_of = std::string(inbox_of),
            .kind = {},
            .members = nullptr,
            .envelope = std::make_shared<const Envelope>(std::move(entry.envelope)),
            .protobuf = std::move(bytes),
            .origin = entry.origin};
}

std::uint64_t EntryLog::write(const NewEntry& entry, const Place& place, std::string_view bytes) {
    const std::uint64_t offset = ++last_;
    insert_entry_.run(offset, place.conversation, place.sequence,
                      std::string_view(entry.envelope.messageid()),
                      static_cast<std::int64_t>(entry.envelope.timestamp()), to_ms(clock_.wall()),
                      Blob{bytes}, entry.refers_to);
    return offset;
}

void EntryLog::save_last() {
    if (saved_ == last_) return;
    update_last_.run(last_);
    saved_ = last_;
}

}  // namespace causeway::storage
