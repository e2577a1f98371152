// edit-message, delete-message, read: about messages that are stored already. Whose they are and whether
// it is too late the store decides, in the transaction that does it.
#include "broker/app/answers.hpp"
#include "broker/app/chat_content.hpp"
#include "broker/app/fields.hpp"
#include "broker/app/handlers.hpp"

namespace causeway::app {

namespace {

namespace v1 = causeway::v1;
using Change = storage::Amend::Change;

constexpr const char* kNothing = R"({"content":"","contentExtra":null})";

storage::Amend read_amend(Services& services, const Command& command, Fields& fields) {
    storage::Amend amend;
    amend.command = command.name;
    amend.message_id = fields.required_name("messageId", services.limits.id_bytes);
    amend.client_msg_id = fields.name("clientMsgId", services.limits.id_bytes);
    if (!amend.client_msg_id.empty()) amend.body_digest = fields.digest();
    amend.sender = command.caller.identity.user;
    amend.origin = command.caller.session;
    amend.envelope.set_clientmessageid(amend.client_msg_id);
    return amend;
}

void submit(Services& services, const Command& command, storage::Amend amend, OnOutcome on_outcome) {
    fill_sender(services, command.caller, amend.envelope);
    services.store.submit(std::move(amend),
                          on_answer<storage::Appended>(services, std::move(on_outcome), stored));
}

Done marked(const storage::Marked& answer, const std::string& conversation) {
    return {{{"conversation-id", conversation},
             {"sequence", std::to_string(value(answer.read))},
             {"last", std::to_string(value(answer.last))},
             {"duplicate", answer.moved ? "false" : "true"},
             {"stored", "true"}},
            nullptr,
            {}};
}

}  // namespace

void edit_message(Services& services, const Command& command, OnOutcome on_outcome) {
    Fields fields = read_fields(services, command);
    storage::Amend amend = read_amend(services, command, fields);
    amend.change = Change::kEdit;
    amend.within = services.limits.edit_window;
    amend.envelope.set_type(v1::CHAT_EDIT);
    auto& chat = *amend.envelope.mutable_chat();
    if (const auto* content = fields.find("newContent")) {
        auto text = chat_content(*content, "newContent");
        if (auto* refusal = std::get_if<Refusal>(&text))
            fields.refuse("newContent", std::move(refusal->text));
        else
            chat.set_content(std::get<std::string>(std::move(text)));
    } else {
        fields.refuse("newContent", "newContent is missing");
    }
    chat.set_reason(fields.text("editReason"));
    chat.set_signature(fields.text("signature"));
    if (fields.fault()) return on_outcome(*fields.fault());
    submit(services, command, std::move(amend), std::move(on_outcome));
}

// 0: for the caller alone, and any message that he sees; 1: a recall.
void delete_message(Services& services, const Command& command, OnOutcome on_outcome) {
    Fields fields = read_fields(services, command);
    storage::Amend amend = read_amend(services, command, fields);
    const std::int64_t scope = fields.integer("deleteScope", 0);
    if (scope != 0 && scope != 1)
        fields.refuse("deleteScope", "deleteScope must be 0 (for me) or 1 (for everyone)");
    amend.change = scope == 1 ? Change::kRecall : Change::kHide;
    amend.within = services.limits.recall_window;
    amend.envelope.set_type(v1::CHAT_RECALL);
    amend.envelope.mutable_chat()->set_content(kNothing);
    amend.envelope.mutable_chat()->set_reason(fields.text("deleteReason"));
    if (fields.fault()) return on_outcome(*fields.fault());
    submit(services, command, std::move(amend), std::move(on_outcome));
}

void mark_read(Services& services, const Command& command, OnOutcome on_outcome) {
    Fields fields = read_fields(services, command);
    storage::MoveWatermarks::Move move{storage::Mark::kRead, command.caller.identity.user,
                                       fields.conversation_id("conversationId", services.limits.id_bytes),
                                       Sequence{0}, fields.name("messageId", services.limits.id_bytes)};
    move.to = Sequence{fields.place("sequence")};
    if (value(move.to) == 0 && move.message_id.empty())
        fields.refuse("sequence", "sequence (1 or more) or messageId must say up to where was read");
    if (fields.fault()) return on_outcome(*fields.fault());

    std::string conversation = move.conversation;
    storage::MoveWatermarks request;
    request.moves.push_back(std::move(move));
    services.store.submit(std::move(request),
                          on_answer<storage::Marked>(services, std::move(on_outcome),
                                                     [conversation](const storage::Marked& answer) {
                                                         return marked(answer, conversation);
                                                     }));
}

}  // namespace causeway::app
