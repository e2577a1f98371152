#include "tests/session/memory_store.hpp"

#include <algorithm>

#include "broker/routing/destination.hpp"
#include "storage/log_name.hpp"

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
        if (refuses) return on_answer(Refusal{ErrorCode::kSendFailed, "the disk is full", {}});
        on_answer(std::visit([this](auto& wanted) { return perform(wanted); }, request));
    });
}

Offset MemoryStore::end() const { return last_; }

Answer MemoryStore::perform(Append& append) {
    if (!append.receiver.empty()) {
        append.conversation = pair_of(append.sender, append.receiver);
        members_[append.conversation] = {append.sender, append.receiver};
    }
    if (!append.conversation.empty() && !append.trusted &&
        !members_[append.conversation].contains(append.sender))
        return Refusal{ErrorCode::kPermissionDenied, "you are not a member", "conversationId"};
    const auto known = by_client_id_.find(append.sender + append.client_msg_id);
    if (!append.client_msg_id.empty() && known != by_client_id_.end()) return known->second;
    Appended answer = keep(append);
    if (!append.client_msg_id.empty()) {
        auto& again = by_client_id_[append.sender + append.client_msg_id] = answer;
        again.duplicate = true;
    }
    return answer;
}

Appended MemoryStore::keep(Append& append) {
    last_ = Offset{value(last_) == 0 ? 10 : value(last_) + 3};  // holes are allowed
    const Offset offset = last_;
    std::int64_t number = 0;
    CommittedEntry told{};
    if (!append.conversation.empty()) {
        number = 1 + std::count_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
                     return entry.conversation == append.conversation;
                 });
        const auto& members = members_[append.conversation];
        told.kind =
            append.conversation.starts_with(kDirect) ? ConversationKind::kDirect : ConversationKind::kGroup;
        told.members =
            std::make_shared<const MemberList>(std::vector<std::string>(members.begin(), members.end()));
    }
    append.envelope.set_conversationid(append.conversation);
    append.envelope.set_sequence(number);
    told.offset = offset;
    told.sequence = Sequence{static_cast<std::uint64_t>(number)};
    told.conversation = append.conversation;
    told.destination = append.destination;
    told.inbox_of = append.inbox_of;
    told.envelope = std::make_shared<const Envelope>(append.envelope);
    told.protobuf = append.envelope.SerializeAsString();
    told.origin = append.origin;
    entries_.push_back({append.conversation, {offset, told.sequence, told.protobuf, append.destination}});
    const Sequence sequence = told.sequence;
    tell(std::move(told));
    return {offset, sequence, append.envelope.messageid(), append.envelope.timestamp(), append.conversation,
            false};
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
        Device& device = devices_[{move.user, move.device, move.log}];
        device.written = std::max(device.written, move.written);
        device.sessions += move.sessions;
        const auto before = device.cursor;
        if (move.first && !device.cursor) device.cursor = move.first;
        if (move.to) device.cursor = std::max(device.cursor.value_or(Offset{}), *move.to);
        if (device.cursor != before || move.to) ++cursor_writes;
    }
    return Changed{true};
}

Answer MemoryStore::perform(MoveWatermarks& request) {
    for (const auto& move : request.moves) {
        Sequence& sequence = received_[{move.user, move.conversation}];
        sequence = std::max(sequence, move.to);
    }
    return Changed{true};
}

bool MemoryStore::is_in(const Log& log, const Entry& entry) const {
    const bool direct = entry.conversation.starts_with(kDirect);
    switch (log.kind) {
        case Log::Kind::kConversation:
            return entry.conversation == log.name;
        case Log::Kind::kPrivateMessages:
            return direct && members_.at(entry.conversation).contains(log.user);
        case Log::Kind::kMessages:
            return !entry.conversation.empty() && members_.at(entry.conversation).contains(log.user);
        case Log::Kind::kInbox:
            return entry.entry.destination == routing::user_destination(log.user, log.name);
        case Log::Kind::kTopic:
            return entry.entry.destination == "/topic/" + log.name;
    }
    return false;
}

void MemoryStore::read_log(Log log, Offset after, std::size_t limit, OnRead<LogPage> on_read) {
    asked_.push_back([this, log = std::move(log), after, limit, on_read = std::move(on_read)] {
        if (fails_to_read) return on_read(ReadFailed{"disk"});
        ++pages_read;
        LogPage page{{}, true, floor_, rooms && log.kind == Log::Kind::kConversation};
        for (const Entry& entry : entries_) {
            if (entry.entry.offset <= std::max(after, floor_) || !is_in(log, entry)) continue;
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
        state.store_end = end();
        state.floor = floor_;
        for (const Entry& entry : entries_) {
            if (entry.entry.offset <= floor_ || !is_in(log, entry)) continue;
            state.last = entry.entry.offset;
            if (value(state.first) == 0) state.first = state.last;
        }
        const auto known = devices_.find({log.user, device, log_name(log)});
        if (!device.empty() && known != devices_.end()) {
            state.cursor = known->second.cursor;
            state.written = known->second.sessions > 1 ? state.store_end : known->second.written;
        }
        on_read(std::move(state));
    });
}

void MemoryStore::read_history(HistoryQuery query, OnRead<HistoryPage> on_read) {
    asked_.push_back([this, query = std::move(query), on_read = std::move(on_read)] {
        HistoryPage page;
        page.known = true;
        for (const Entry& entry : entries_)
            if (entry.entry.offset > floor_ && entry.entry.destination == query.destination)
                page.entries.push_back(entry.entry);
        if (page.entries.size() > query.limit)
            page.entries.erase(page.entries.begin(),
                               page.entries.end() - static_cast<std::ptrdiff_t>(query.limit));
        on_read(std::move(page));
    });
}

void MemoryStore::read_sync(SyncQuery query, OnRead<SyncPage> on_read) {
    asked_.push_back([this, query = std::move(query), on_read = std::move(on_read)] {
        SyncPage page{epoch_, {}, end(), true, false};
        for (const Entry& entry : entries_) {
            if (entry.entry.offset <= std::max(query.after, query.page_after)) continue;
            if (!is_in({Log::Kind::kMessages, query.user, {}}, entry)) continue;
            if (page.entries.size() == query.limit) {
                page.complete = false;
                break;
            }
            page.entries.push_back(entry.entry);
        }
        on_read(std::move(page));
    });
}

void MemoryStore::read_unread(std::string, OnRead<std::vector<UnreadRow>> on_read) {
    asked_.push_back([this, on_read = std::move(on_read)] {
        if (fails_to_read) return on_read(ReadFailed{"disk"});
        on_read(std::vector<UnreadRow>{{"c", "group", Sequence{5}, Sequence{3}, 2}});
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
        tell(CommittedMembership{conversation, "group", user, user, true});
}

void MemoryStore::removes(const std::string& conversation, const std::string& user,
                          const std::string& actor) {
    if (members_[conversation].erase(user) == 1)
        tell(CommittedMembership{conversation, "group", user, actor, false});
}

void MemoryStore::has_entry(const std::string& destination, const std::string& inbox_of,
                            const std::string& body) {
    Append append;
    append.destination = destination;
    append.inbox_of = inbox_of;
    append.envelope.set_messageid("m" + std::to_string(entries_.size() + 1));
    append.envelope.mutable_opaque()->set_body(body);
    (void)keep(append);
}

void MemoryStore::forgets(std::uint64_t up_to) { floor_ = Offset{up_to}; }

std::string MemoryStore::received(const std::string& user) const {
    std::string text;
    for (const auto& [key, sequence] : received_)
        if (key.first == user)
            text += (text.empty() ? "" : " ") + key.second + '=' + std::to_string(value(sequence));
    return text;
}

int MemoryStore::receiving(const std::string& user, const std::string& device, const std::string& log) const {
    const auto found = devices_.find({user, device, log});
    return found == devices_.end() ? 0 : found->second.sessions;
}

std::uint64_t MemoryStore::cursor(const std::string& user, const std::string& device,
                                  const std::string& log) const {
    const auto found = devices_.find({user, device, log});
    return found == devices_.end() ? 0 : value(found->second.cursor.value_or(Offset{}));
}

}  // namespace causeway::session::testing
