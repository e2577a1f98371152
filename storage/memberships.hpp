// Decides CreateConversation and ChangeMembership: who may, and what changes. Decided before the
// first row is written. Store thread only.
#pragma once

#include "broker/base/message_id.hpp"
#include "storage/conversations.hpp"

namespace causeway::storage {

class Memberships {
public:
    Memberships(Conversations& conversations, MessageIds& ids) : conversations_(conversations), ids_(ids) {}

    // `now` is the last offset given: what a new member does not see.
    [[nodiscard]] Answer decide(const CreateConversation& request, Offset now,
                                std::vector<Committed>& committed);
    [[nodiscard]] Answer decide(const ChangeMembership& request, Offset now,
                                std::vector<Committed>& committed);

private:
    [[nodiscard]] bool may(const ChangeMembership& request, const Conversation& conversation);
    static void tell(const CreateConversation& request, Conversation& made,
                     const std::vector<std::string>& joined, std::vector<Committed>& committed);

    Conversations& conversations_;
    MessageIds& ids_;
};

}  // namespace causeway::storage
