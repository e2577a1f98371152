#include "tests/session/memory_store.hpp"

#include <algorithm>

namespace causeway::session::testing {

using namespace storage;

namespace {

constexpr std::string_view kDirect = "direct:";

std::string pair_of(const std::string& a, const std::string& b) {
    return std::string(kDirect) + std::min(a, b) + '-' + std::max(a, b);
}

}  // namespace

void MemoryStore::submit(Request request, OnAnswer on_answer) {
    asked_.push_back([this, request = std::move(request), on_answer = std::move(on_answer)]() mutable {
        on_answer(std::visit([this](auto& wanted) { return perform(wanted); }, request));
    });
}

Answer MemoryStore::perform(Append& append) {
    if (!append.receiver.empty()) {
        append.conversation = pair_of(append.sender, append.receiver);
        members_[append.conversation] = {append.sender, append.receiver};
    }
    const auto& members = members_[append.conversation];
    if (!append.trusted && !members.contains(append.sender))
        return Refusal{ErrorCode::kPermissionDenied, "you are not a member", "conversationId"};
    const auto known = by_client_id_.find(append.sender + append.client_msg_id);
    if (!append.client_msg_id.empty() && known != by_client_id_.end()) return known->second;

    const Offset offset{entries_.empty() ? 10
                                         : value(entries_.back().entry.offset) + 3};  // holes are allowed
    const auto sequence = std::count_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.conversation == append.conversation;
    });
    const Sequence number{static_cast<std::uint64_t>(sequence) + 1};
    append.envelope.set_conversationid(append.conversation);
    append.envelope.set_sequence(sequence + 1);
    const std::string octets = append.envelope.SerializeAsString();
    entries_.push_back({append.conversation, {offset, number, octets, {}}});
    on_committed_({CommittedEntry{
        offset,
        number,
        append.conversation,
        {},
        {},
        append.conversation.starts_with(kDirect) ? ConversationKind::kDirect : ConversationKind::kGroup,
        std::make_shared<const std::vector<std::string>>(members.begin(), members.end()),
        std::make_shared<const Envelope>(append.envelope),
        octets,
        append.origin}});
    Appended answer{
        offset, number, append.envelope.messageid(), append.envelope.timestamp(), append.conversation, false};
    if (!append.client_msg_id.empty()) {
        auto& again = by_client_id_[append.sender + append.client_msg_id] = answer;
        again.duplicate = true;
    }
    return answer;
}

Answer MemoryStore::perform(CreateConversation& request) {
    has_member(request.id, request.creator);
    for (const auto& member : request.members) has_member(request.id, member);
    return ConversationMade{request.id, false};
}

Answer MemoryStore::perform(ChangeMembership& request) {
    const bool in = request.change == MembershipChange::kJoin || request.change == MembershipChange::kAdd;
    if (in)
        has_member(request.conversation, request.user);
    else
        has_member_no_more(request.conversation, request.user);
    return Changed{true};
}

Answer MemoryStore::perform(MoveCursors& request) {
    for (const auto& move : request.moves) {
        if (!move.to) continue;
        Offset& cursor = cursors_[{move.user, move.device, move.log}];
        cursor = std::max(cursor, *move.to);
        ++cursor_writes;
    }
    return Changed{true};
}

bool MemoryStore::is_in(const Log& log, const Entry& entry) const {
    if (log.kind == Log::Kind::kConversation) return entry.conversation == log.name;
    return entry.conversation.starts_with(kDirect) && members_.at(entry.conversation).contains(log.user);
}

void MemoryStore::read_log(Log log, Offset after, std::size_t limit, OnRead<LogPage> on_read) {
    asked_.push_back([this, log = std::move(log), after, limit, on_read = std::move(on_read)] {
        if (fails_to_read) return on_read(ReadFailed{"disk"});
        ++pages_read;
        LogPage page{{}, true};
        for (const Entry& entry : entries_) {
            if (entry.entry.offset <= after || !is_in(log, entry)) continue;
            if (page.entries.size() == limit) {
                page.end = false;
                break;
            }
            page.entries.push_back(entry.entry);
        }
        on_read(std::move(page));
    });
}

void MemoryStore::read_log_state(Log log, std::string device, OnRead<LogState> on_read) {
    asked_.push_back([this, log = std::move(log), device = std::move(device), on_read = std::move(on_read)] {
        if (fails_to_read) return on_read(ReadFailed{"disk"});
        LogState state{};
        state.epoch = epoch_;
        for (const Entry& entry : entries_) {
            state.store_end = entry.entry.offset;
            if (!is_in(log, entry)) continue;
            state.last = entry.entry.offset;
            if (value(state.first) == 0) state.first = state.last;
        }
        const std::string name = log.kind == Log::Kind::kConversation ? "/topic/conversation/" + log.name
                                                                      : "/user/queue/private-messages";
        const auto cursor = cursors_.find({log.user, device, name});
        if (!device.empty() && cursor != cursors_.end()) state.cursor = cursor->second;
        on_read(std::move(state));
    });
}

void MemoryStore::read_memberships(std::string user, OnRead<std::vector<std::string>> on_read) {
    asked_.push_back([this, user = std::move(user), on_read = std::move(on_read)] {
        if (fails_to_read) return on_read(ReadFailed{"disk"});
        std::vector<std::string> mine;
        for (const auto& [conversation, members] : members_)
            if (members.contains(user)) mine.push_back(conversation);
        on_read(std::move(mine));
    });
}

bool MemoryStore::work() {
    if (held || asked_.empty()) return false;
    while (!asked_.empty() && !held) work_once();
    return true;
}

void MemoryStore::work_once() {
    const auto next = std::move(asked_.front());
    asked_.pop_front();
    next();
}

void MemoryStore::has_message(const std::string& conversation, const std::string& sender,
                              const std::string& content) {
    has_member(conversation, sender);
    Append append;
    append.sender = sender;
    append.conversation = conversation;
    append.envelope.set_messageid("m" + std::to_string(entries_.size() + 1));
    append.envelope.set_senderid(sender);
    append.envelope.mutable_chat()->set_content(content);
    (void)perform(append);
}

void MemoryStore::has_member(const std::string& conversation, const std::string& user) {
    if (members_[conversation].insert(user).second)
        on_committed_({CommittedMembership{conversation, "group", user, user, true}});
}

void MemoryStore::has_member_no_more(const std::string& conversation, const std::string& user) {
    if (members_[conversation].erase(user) == 1)
        on_committed_({CommittedMembership{conversation, "group", user, user, false}});
}

std::uint64_t MemoryStore::cursor(const std::string& user, const std::string& device,
                                  const std::string& log) const {
    const auto found = cursors_.find({user, device, log});
    return found == cursors_.end() ? 0 : value(found->second);
}

}  // namespace causeway::session::testing
