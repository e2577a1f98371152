#include "storage/entry_log.hpp"

#include <cstdlib>

namespace causeway::storage {

EntryLog::EntryLog(Database& database, const Clock& clock)
    : clock_(clock),
      insert_entry_(
          database,
          "INSERT INTO entries (offset, conversation, sequence, message_id, timestamp, created_at, envelope) "
          "VALUES (?, ?, ?, ?, ?, ?, ?)"),
      insert_conversation_log_(
          database, "INSERT INTO conversation_log (conversation, offset, sequence) VALUES (?, ?, ?)"),
      insert_private_log_(database, "INSERT INTO private_log (user, offset) VALUES (?, ?)"),
      update_last_(database, "UPDATE meta SET last_offset = ? WHERE id = 1") {
    const std::string last = database.value_of("SELECT last_offset FROM meta");
    last_ = saved_ = std::strtoull(last.c_str(), nullptr, 10);
}

CommittedEntry EntryLog::append(Conversation& conversation, Envelope envelope, SessionId origin) {
    const std::uint64_t offset = ++last_;
    const std::uint64_t sequence = ++conversation.last_sequence;
    envelope.set_sequence(static_cast<std::int64_t>(sequence));
    envelope.set_conversationid(conversation.id);
    envelope.set_status(causeway::v1::MESSAGE_SENT);
    std::string bytes = envelope.SerializeAsString();

    insert_entry_.run(offset, value(conversation.key), sequence, std::string_view(envelope.messageid()),
                      static_cast<std::int64_t>(envelope.timestamp()), to_ms(clock_.wall()), Blob{bytes});
    insert_conversation_log_.run(value(conversation.key), offset, sequence);
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
            .envelope = std::make_shared<const Envelope>(std::move(envelope)),
            .protobuf = std::move(bytes),
            .origin = origin};
}

void EntryLog::save_last() {
    if (saved_ == last_) return;
    update_last_.run(last_);
    saved_ = last_;
}

}  // namespace causeway::storage
