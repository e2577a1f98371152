// Who is told what became of a message: envelopes with a ReceiptMessage for /user/queue/message-status. They
// are volatile: how far everybody has got is in the store. Nothing is made for queues that are not
// wanted. One thread.
#pragma once

#include <string>
#include <vector>

#include "broker/app/deliveries.hpp"
#include "broker/base/message_id.hpp"

namespace causeway::app {

class StatusMessages {
public:
    // All outlive this object. `ids` is this thread's alone.
    StatusMessages(const Clock& clock, MessageIds& ids, Wanted wanted)
        : clock_(clock), ids_(ids), wanted_(std::move(wanted)) {}

    // SENT to the sender of a chat message, with his clientMessageId, on all his sessions; EDITED or RECALLED
    // to the sender of the original.
    [[nodiscard]] std::vector<routing::MessagePtr> of(const storage::CommittedEntry& entry);
    // DELIVERED or READ to those whose messages they were; READ to the reader's own devices, too. Marks of
    // one commit: one message per sender, conversation and reader, the furthest; READ covers DELIVERED.
    [[nodiscard]] std::vector<routing::MessagePtr> of(const std::vector<storage::CommittedWatermark>& marks);
    // DELETED to the devices of who deleted it for himself.
    [[nodiscard]] std::vector<routing::MessagePtr> of(const storage::CommittedHidden& hidden);

private:
    struct Status {
        std::string to;  // user
        causeway::v1::MessageStatus status;
        std::string by;  // who received, read, changed
        std::string conversation;
        Sequence sequence;
        std::string message_id;  // of the message it is about
        std::string client_message_id{};
    };
    void add(std::vector<routing::MessagePtr>& made, const Status& status);

    const Clock& clock_;
    MessageIds& ids_;
    const Wanted wanted_;
};

}  // namespace causeway::app
