// The functions behind the table of commands, one file per group. Each parses, then either answers
// at once or submits to the store; whatever it lets outlive its call it copies.
#pragma once

#include <string_view>

#include "broker/app/commands.hpp"

namespace causeway::app {

struct Services {
    storage::Store& store;
    const Clock& clock;
    MessageIds& ids;
    Post post;
    VerifyToken verify;
    CommandLimits limits;
};

struct Command {
    const Caller& caller;
    std::string_view name;  // after /app/; points into the table
    std::string_view body;
    bool protobuf;  // the form of `body`
};

using Handler = void (*)(Services&, const Command&, OnOutcome);

// chat_commands.cpp
void chat(Services&, const Command&, OnOutcome);
void private_message(Services&, const Command&, OnOutcome);

// conversation_commands.cpp
void create_conversation(Services&, const Command&, OnOutcome);
void join_conversation(Services&, const Command&, OnOutcome);
void leave_conversation(Services&, const Command&, OnOutcome);
void add_member(Services&, const Command&, OnOutcome);
void remove_member(Services&, const Command&, OnOutcome);
void list_conversations(Services&, const Command&, OnOutcome);

// message_commands.cpp
void edit_message(Services&, const Command&, OnOutcome);
void delete_message(Services&, const Command&, OnOutcome);
void mark_read(Services&, const Command&, OnOutcome);

// reading_commands.cpp
void history(Services&, const Command&, OnOutcome);
void unread(Services&, const Command&, OnOutcome);

// sync_command.cpp
void sync(Services&, const Command&, OnOutcome);

// session_commands.cpp
void heartbeat(Services&, const Command&, OnOutcome);
void authenticate(Services&, const Command&, OnOutcome);

// commands.cpp: the body of a command that is not a chat message. Of a protobuf body the JSON in
// `system.content` is taken, plus conversationId, and receiverId as userId.
[[nodiscard]] class Fields read_fields(const Services&, const Command&);

// What an envelope says of who sent it, from where and when, and a message id.
void fill_sender(Services&, const Caller&, storage::Envelope& envelope);

// What the RECEIPT of a stored message says.
[[nodiscard]] Done stored(const storage::Appended& answer);

// The reply to the caller's own session.
[[nodiscard]] routing::MessagePtr reply(std::string destination, std::string message_id,
                                        std::int64_t timestamp, std::string json);

// What a reply needs of Services, taken before the store is asked.
struct ReplyStamp {
    std::string message_id;
    std::int64_t timestamp;

    explicit ReplyStamp(Services& services)
        : message_id(services.ids.next()), timestamp(to_ms(services.clock.wall())) {}
    [[nodiscard]] routing::MessagePtr reply(std::string destination, std::string json) const {
        return app::reply(std::move(destination), message_id, timestamp, std::move(json));
    }
};

}  // namespace causeway::app
