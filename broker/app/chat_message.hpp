// From the body of a chat command to the envelope that is stored. Reads what the sender may say;
// who sent it, when, and under which number is the caller's and the store's to fill in. Any thread.
#pragma once

#include "broker/app/fields.hpp"
#include "causeway/v1/envelope.pb.h"

namespace causeway::app {

struct ChatLimits {
    std::size_t id_bytes = 128;
    std::size_t attachments = 20;
};

// Fills type, clientMessageId and chat from content, msgType, clientMsgId, attachments, quotedMessageId
// (or replyTo), quotedContent, quotedSenderId, originalMessageId, forwardReason and signature. Faults are
// left in `fields`.
void read_chat(Fields& fields, const ChatLimits& limits, causeway::v1::WebSocketMessage& into);

// The same from an envelope that a client sent; keeps only what a sender may say.
void read_chat(const causeway::v1::WebSocketMessage& from, const ChatLimits& limits, Fields& faults,
               causeway::v1::WebSocketMessage& into);

}  // namespace causeway::app
