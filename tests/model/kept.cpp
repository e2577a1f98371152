#include "tests/model/kept.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace causeway::model {

using namespace storage;

namespace {

// What the client said: of a chat message its content, of a plain SEND its body.
std::string said(const Envelope& envelope) {
    if (envelope.has_opaque()) return envelope.opaque().body();
    const auto json = nlohmann::json::parse(envelope.chat().content(), nullptr, false);
    return json.is_object() && json.contains("content") ? json["content"].get<std::string>()
                                                        : envelope.chat().content();
}

void refused_with(const Decided& decided, ErrorCode code, const std::string& why) {
    const auto* refusal = std::get_if<Refusal>(&decided.answer);
    require(refusal != nullptr, "the store did what it must refuse: " + why);
    require(refusal->code == code, "refused with another code than it should, for " + why);
    require(decided.committed.empty(), "a refused request changed something: " + why);
}

template <typename T>
const T& answer_of(const Decided& decided, const std::string& what) {
    if (const auto* refusal = std::get_if<Refusal>(&decided.answer))
        throw Failed("the store refused " + what + ": " + refusal->text);
    const auto* answer = std::get_if<T>(&decided.answer);
    require(answer != nullptr, "the store answered another question than " + what);
    return *answer;
}

std::string queue_of(const std::string& destination) {
    return destination.substr(destination.rfind('/') + 1);
}

}  // namespace

void Kept::decide(const Decided& decided) {
    std::visit([&](const auto& request) { decide(request, decided); }, decided.request);
}

void Kept::decide(const Append& request, const Decided& decided) {
    const std::string text = said(request.envelope);
    if (answered_before(request, decided)) return;
    const std::string conversation = conversation_of(request, decided);
    const bool in_inbox = !request.inbox_of.empty();
    if (!in_inbox && !is_member(conversation, request.sender) && !request.trusted)
        return refused_with(decided, ErrorCode::kPermissionDenied, text + " of a stranger");

    const auto& answer = answer_of<Appended>(decided, text);
    KeptEntry entry = entry_of(request, conversation);
    entry.offset = value(answer.offset);
    require(entry.offset > end(), text + ": offset " + std::to_string(entry.offset) + " does not grow");
    if (!in_inbox) entry.sequence = ++conversations_[conversation].last_sequence;
    require(!answer.duplicate, text + " is new, and was answered as a duplicate");
    require(value(answer.sequence) == entry.sequence, text + ": sequence " +
                                                          std::to_string(value(answer.sequence)) +
                                                          " instead of " + std::to_string(entry.sequence));
    require(answer.message_id == entry.message_id, text + ": another message-id");
    check_told(entry, decided);
    if (!request.client_msg_id.empty())
        first_[{request.sender, request.command, request.client_msg_id}] = {
            text + " to " + conversation + queue_of(request.destination), entry.offset};
    entries_.emplace(entry.offset, std::move(entry));
}

// The same sender, command and clientMsgId: the same result, or a conflict.
bool Kept::answered_before(const Append& request, const Decided& decided) const {
    if (request.client_msg_id.empty()) return false;
    const auto known = first_.find({request.sender, request.command, request.client_msg_id});
    if (known == first_.end()) return false;
    const KeptEntry& first = entries_.at(known->second.offset);
    const auto pair = std::minmax(request.sender, request.receiver);
    const auto direct = direct_.find(pair);
    const std::string to = !request.receiver.empty()
                               ? (direct == direct_.end() ? std::string("nobody yet") : direct->second)
                               : request.conversation + queue_of(request.destination);
    const std::string text = said(request.envelope);
    if (text + " to " + to != known->second.said) {
        refused_with(decided, ErrorCode::kIdempotencyConflict, text + " with a used clientMsgId");
        return true;
    }
    const auto& answer = answer_of<Appended>(decided, text + " again");
    require(answer.duplicate && value(answer.offset) == first.offset &&
                answer.message_id == first.message_id && value(answer.sequence) == first.sequence,
            text + " came again, and was not answered as the first time");
    require(decided.committed.empty(), text + " came again, and was stored again");
    return true;
}

std::string Kept::conversation_of(const Append& request, const Decided& decided) {
    if (request.receiver.empty()) return request.conversation;
    std::string& id = direct_[std::minmax(request.sender, request.receiver)];
    if (id.empty()) {
        id = answer_of<Appended>(decided, "the first message of a pair").conversation;
        require(!id.empty() && !conversations_.contains(id), "the id of a new conversation is in use");
        conversations_[id] = {
            "direct", {}, {{request.sender, "member"}, {request.receiver, "member"}}, 0, {}};
    }
    return id;
}

KeptEntry Kept::entry_of(const Append& request, const std::string& conversation) {
    KeptEntry entry;
    entry.message_id = request.envelope.messageid();
    entry.text = said(request.envelope);
    entry.conversation = conversation;
    entry.inbox_of = request.inbox_of;
    if (!request.inbox_of.empty()) entry.queue = queue_of(request.destination);
    entry.sender = request.sender;
    entry.device = request.envelope.deviceid();
    entry.session = value(request.origin);
    if (conversation.empty()) return entry;
    KeptConversation& of = conversations_[conversation];
    entry.kind = of.kind;
    if (!of.people) {
        auto people = std::make_shared<std::set<std::string>>();
        for (const auto& [member, role] : of.roles) people->insert(member);
        of.people = std::move(people);
    }
    entry.visible_to = of.people;
    return entry;
}

// What the shards will hear.
void Kept::check_told(const KeptEntry& entry, const Decided& decided) const {
    require(decided.committed.size() == 1, entry.text + ": not one entry was committed");
    const auto* told = std::get_if<CommittedEntry>(&decided.committed[0]);
    require(told != nullptr, entry.text + ": no entry was told");
    require(value(told->offset) == entry.offset && value(told->sequence) == entry.sequence,
            entry.text + ": told with other numbers than answered");
    require(told->conversation == entry.conversation && told->inbox_of == entry.inbox_of,
            entry.text + ": told of another log");
    if (entry.conversation.empty()) return;
    require(told->members && std::equal(told->members->begin(), told->members->end(),
                                        entry.visible_to->begin(), entry.visible_to->end()),
            entry.text + ": told with other members than there are");
}

void Kept::decide(const CreateConversation& request, const Decided& decided) {
    const auto existing = conversations_.find(request.id);
    if (existing != conversations_.end() && existing->second.creator != request.creator)
        return refused_with(decided, ErrorCode::kPermissionDenied, "an id that is taken");
    const auto& answer = answer_of<ConversationMade>(decided, "a conversation's making");
    require(answer.existed == (existing != conversations_.end()), request.id + ": existed or not?");
    if (answer.existed) return;
    KeptConversation made{request.kind, request.creator, {}, 0, {}};
    for (const auto& member : request.members) made.roles[member] = "member";
    if (!request.creator.empty()) made.roles[request.creator] = "owner";
    conversations_[answer.id] = std::move(made);
}

bool Kept::may(const ChangeMembership& request) const {
    const auto found = conversations_.find(request.conversation);
    if (found == conversations_.end() || found->second.kind == "direct") return false;
    if (request.trusted) return true;
    const KeptConversation& conversation = found->second;
    const auto role = [&](const std::string& user) {
        const auto known = conversation.roles.find(user);
        return known == conversation.roles.end() ? std::string() : known->second;
    };
    switch (request.change) {
        case MembershipChange::kJoin:
            return request.actor == request.user && conversation.kind != "group";
        case MembershipChange::kLeave:
            return request.actor == request.user;
        case MembershipChange::kAdd:
        case MembershipChange::kRemove:
            break;
    }
    return role(request.actor) == "owner" || role(request.actor) == "admin";
}

void Kept::decide(const ChangeMembership& request, const Decided& decided) {
    const bool in = is_member(request.conversation, request.user);
    const bool leaves_alone = request.change == MembershipChange::kLeave && !in;
    if (!leaves_alone && !may(request))
        return refused_with(decided, ErrorCode::kPermissionDenied, "a change of members");
    const bool adds = request.change == MembershipChange::kJoin || request.change == MembershipChange::kAdd;
    const bool changes = !leaves_alone && in != adds;
    require(answer_of<Changed>(decided, "a change of members").changed == changes,
            request.user + " in " + request.conversation + ": changed or not?");
    require(decided.committed.empty() != changes, "a change of members was told otherwise than answered");
    if (!changes) return;
    auto& roles = conversations_[request.conversation].roles;
    conversations_[request.conversation].people.reset();
    if (adds)
        roles[request.user] = "member";
    else
        roles.erase(request.user);
}

bool Kept::shows(const Log& log, const KeptEntry& entry) const {
    if (log.kind == Log::Kind::kInbox) return entry.inbox_of == log.user && entry.queue == log.name;
    if (entry.conversation.empty() || !entry.visible_to->contains(log.user)) return false;
    const bool room = entry.kind != "group" && entry.kind != "direct";
    switch (log.kind) {
        case Log::Kind::kConversation:
            return entry.conversation == log.name;
        case Log::Kind::kPrivateMessages:
            return entry.kind == "direct";
        case Log::Kind::kMessages:
            return !room && entry.visible_to->size() <= wide_above_;
        default:
            return false;
    }
}

std::vector<const KeptEntry*> Kept::log(const Log& log) const {
    std::vector<const KeptEntry*> shown;
    for (const auto& [offset, entry] : entries_)
        if (shows(log, entry)) shown.push_back(&entry);
    return shown;
}

const KeptEntry* Kept::find(std::uint64_t offset) const {
    const auto found = entries_.find(offset);
    return found == entries_.end() ? nullptr : &found->second;
}

bool Kept::is_member(const std::string& conversation, const std::string& user) const {
    const auto found = conversations_.find(conversation);
    return found != conversations_.end() && found->second.roles.contains(user);
}

std::vector<std::string> Kept::conversations() const {
    std::vector<std::string> ids;
    for (const auto& [id, conversation] : conversations_) ids.push_back(id);
    return ids;
}

}  // namespace causeway::model
