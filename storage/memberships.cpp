#include "storage/memberships.hpp"

#include "storage/appends.hpp"

namespace causeway::storage {

namespace {

bool adds(MembershipChange change) {
    return change == MembershipChange::kJoin || change == MembershipChange::kAdd;
}

}  // namespace

Answer Memberships::decide(const CreateConversation& request, Offset now, std::vector<Committed>& committed) {
    if (!kind_from(request.kind))
        return Refusal{ErrorCode::kMessageInvalid,
                       "a conversation cannot be made with kind \"" + request.kind + "\"", "kind"};
    if (!request.id.empty()) {
        if (const Conversation* existing = conversations_.find(request.id)) {
            const bool same = existing->kind != ConversationKind::kDirect &&
                              conversations_.is_creator(*existing, request.creator);
            if (same) return ConversationMade{request.id, true};
            return Refusal{ErrorCode::kPermissionDenied,
                           "the conversation id " + request.id + " is taken; use another one",
                           "conversationId"};
        }
    }
    Conversation& made = conversations_.make(request.id.empty() ? ids_.next() : request.id, request.kind,
                                             request.name, request.creator);
    std::vector<std::string> joined;
    const auto join = [&](const std::string& user, std::string_view role) {
        if (user.empty() || made.has(user)) return;
        conversations_.join(made, user, role, now);
        joined.push_back(user);
    };
    join(request.creator, "owner");
    for (const std::string& user : request.members) join(user, "member");
    tell(request, made, joined, committed);
    return ConversationMade{made.id, false};
}

// All of them share one list, the one with everybody in it.
void Memberships::tell(const CreateConversation& request, Conversation& made,
                       const std::vector<std::string>& joined, std::vector<Committed>& committed) {
    const Members members = made.share();
    committed.emplace_back(CommittedConversation{.id = made.id,
                                                 .kind = made.kind_name,
                                                 .name = request.name,
                                                 .creator = request.creator,
                                                 .members = members->names(),
                                                 .trusted = request.trusted});
    for (const std::string& user : joined)
        committed.emplace_back(CommittedMembership{.conversation = made.id,
                                                   .conversation_kind = made.kind_name,
                                                   .user = user,
                                                   .actor = request.creator,
                                                   .member = true,
                                                   .trusted = request.trusted,
                                                   .with_conversation = true,
                                                   .members = members});
}

Answer Memberships::decide(const ChangeMembership& request, Offset now, std::vector<Committed>& committed) {
    if (request.user.empty()) return Refusal{ErrorCode::kMessageInvalid, "no user is named", "userId"};
    Conversation* conversation = conversations_.find(request.conversation);
    // Leaving is the same for what is not there and for what one is not in.
    const bool leaves_alone = request.change == MembershipChange::kLeave && request.actor == request.user &&
                              (conversation == nullptr || !conversation->has(request.user));
    if (leaves_alone) return Changed{false};
    if (conversation == nullptr || !may(request, *conversation)) return no_such_conversation();
    if (conversation->has(request.user) == adds(request.change)) return Changed{false};
    if (adds(request.change))
        conversations_.join(*conversation, request.user, "member", now);
    else
        conversations_.leave(*conversation, request.user, now);
    committed.emplace_back(CommittedMembership{.conversation = conversation->id,
                                               .conversation_kind = conversation->kind_name,
                                               .user = request.user,
                                               .actor = request.actor,
                                               .member = adds(request.change),
                                               .trusted = request.trusted,
                                               .with_conversation = false,
                                               .members = conversation->share()});
    return Changed{true};
}

bool Memberships::may(const ChangeMembership& request, const Conversation& conversation) {
    if (conversation.kind == ConversationKind::kDirect) return false;  // its pair is its pair
    if (request.trusted) return true;
    switch (request.change) {
        case MembershipChange::kJoin:
            return request.actor == request.user && conversation.kind == ConversationKind::kRoom;
        case MembershipChange::kLeave:
            return request.actor == request.user;
        case MembershipChange::kAdd:
        case MembershipChange::kRemove:
            break;
    }
    const std::string role = conversations_.role_of(conversation, request.actor);
    if (role == "owner") return true;
    // An admin does not throw the owner out.
    return role == "admin" && (request.change == MembershipChange::kAdd ||
                               conversations_.role_of(conversation, request.user) != "owner");
}

}  // namespace causeway::storage
