#include "tests/model/judge.hpp"

#include <algorithm>
#include <limits>

namespace causeway::model {

using namespace storage;

namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

std::string at(std::uint64_t offset) { return " at offset " + std::to_string(offset); }

}  // namespace

std::string Judge::name_of(const Subscription& subscription) {
    return subscription.log.user + (subscription.device.empty() ? "" : "/" + subscription.device) + " on " +
           subscription.destination + " (" + subscription.id + ")";
}

void Judge::on_decided(const std::vector<Decided>& decided) {
    for (const Decided& one : decided) {
        kept.decide(one);
        for (const Committed& fact : one.committed) {
            const auto* change = std::get_if<CommittedMembership>(&fact);
            if (change != nullptr)
                changes_[{change->conversation, change->user}].push_back({change->member, now_, kNever});
            // A direct conversation is there with its first message.
            const auto* entry = std::get_if<CommittedEntry>(&fact);
            if (entry == nullptr || value(entry->sequence) != 1 || entry->kind != ConversationKind::kDirect)
                continue;
            for (const std::string& user : *entry->members)
                changes_[{entry->conversation, user}].push_back({true, now_, kNever});
        }
    }
}

void Judge::all_heard(std::uint64_t until) {
    for (auto& [key, changes] : changes_)
        for (Change& change : changes)
            if (change.heard == kNever && change.committed <= until) change.heard = now_;
}

// A state lasts from its commit until everybody has heard of the next one.
bool Judge::may_have_been(bool member, const std::string& conversation, const std::string& user,
                          std::uint64_t since) const {
    const auto found = changes_.find({conversation, user});
    if (found == changes_.end()) return !member;
    const auto& changes = found->second;
    if (!member && changes.front().heard >= since) return true;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const std::uint64_t ends = i + 1 < changes.size() ? changes[i + 1].heard : kNever;
        if (changes[i].member == member && ends >= since) return true;
    }
    return false;
}

DeviceLog& Judge::device_log(const Subscription& subscription) {
    return devices_[{subscription.log.user, subscription.device, subscription.destination}];
}

bool Judge::is_own(const Subscription& subscription, const KeptEntry& entry) const {
    if (!subscription.is_user_queue()) return false;
    if (entry.session == subscription.session) return true;
    const auto device = devices_of_sessions.find(entry.session);
    return subscription.from == From::kDevice && entry.sender == subscription.log.user &&
           device != devices_of_sessions.end() && device->second == subscription.device;
}

void Judge::on_asked(Subscription& subscription) {
    subscription.serial = ++serials_;
    subscription.asked_at = now_;
    subscription.end_at_ask = kept.end();
    if (subscription.from != From::kDevice) return;
    DeviceLog& log = device_log(subscription);
    ++log.asked;
    subscription.floor = log.floor;
    log.open.insert(subscription.serial);
}

bool Judge::surely_no_place(const Subscription& subscription) const {
    return !subscription.after || (!subscription.epoch.empty() && subscription.epoch != epoch) ||
           *subscription.after > kept.end();
}

bool Judge::surely_a_place(const Subscription& subscription) const {
    return !surely_no_place(subscription) && *subscription.after <= subscription.end_at_ask;
}

void Judge::check_ends(const Subscription& subscription, const Seen& seen) const {
    const std::string name = name_of(subscription);
    require(seen["epoch"] == epoch, name + ": epoch " + seen["epoch"] + " instead of " + epoch);
    const auto shown = kept.log(subscription.log);
    const std::uint64_t last = seen.number("last");
    const std::uint64_t first = seen.number("first");
    std::uint64_t last_at_ask = 0;
    for (const KeptEntry* const entry : shown)
        if (entry->offset <= subscription.end_at_ask) last_at_ask = entry->offset;
    require(last >= last_at_ask,
            name + ": last is " + std::to_string(last) + ", but the log reached" + at(last_at_ask));
    const KeptEntry* const entry = kept.find(last);
    require(last == 0 || (entry != nullptr && kept.shows(subscription.log, *entry)),
            name + ": last is not of this log:" + at(last));
    require(first == (last == 0 ? 0 : shown.front()->offset), name + ": first is wrong:" + at(first));
}

void Judge::on_answered(Subscription& subscription, const Seen& seen) {
    const std::string name = name_of(subscription);
    subscription.answered = true;
    subscription.state = std::max(subscription.state, Subscription::State::kOpen);
    if (subscription.log.kind == Log::Kind::kConversation)
        require(may_have_been(true, subscription.log.name, subscription.log.user, subscription.asked_at),
                name + ": a stranger was let in");
    if (subscription.is_plain()) {
        subscription.start_at_most = kept.end();
        return;
    }
    check_ends(subscription, seen);
    const bool recovered = seen["recovered"] == "true";
    const std::uint64_t last = seen.number("last");
    if (subscription.from == From::kLive) {
        if (!subscription.start) subscription.start = last;
        return;
    }
    require(seen.has("recovered"), name + ": nothing says whether it was recovered");
    if (subscription.from == From::kDevice) return on_device_answered(subscription, recovered, last);
    require(!recovered || !surely_no_place(subscription), name + ": recovered from what is no place");
    require(recovered || !surely_a_place(subscription), name + ": not recovered" + at(*subscription.after));
    subscription.start = recovered ? *subscription.after : last;
}

void Judge::on_device_answered(Subscription& subscription, bool recovered, std::uint64_t last) {
    const std::string name = name_of(subscription);
    DeviceLog& log = device_log(subscription);
    if (log.open.size() > 1) log.unsure = std::max(log.unsure, kept.end());
    if (subscription.seen_settled) return;
    if (log.exists && recovered) return;
    if (log.exists) {  // two came at once, and both were the first
        require(log.since >= subscription.asked_at, name + ": the broker has forgotten where the device was");
        log.base = std::min(log.base, last);
        subscription.start = last;
        return;
    }
    log.exists = true;
    log.since = now_;
    log.base = last;
    if (recovered) {
        const bool could_be_known = log.asked > 1;
        require(could_be_known || !surely_no_place(subscription),
                name + ": recovered, but the device was never here");
        if (could_be_known) return;
        log.base = *subscription.after;
    }
    require(recovered || !surely_a_place(subscription), name + ": not recovered" + at(last));
    subscription.start = log.base;
}

void Judge::on_refused(Subscription& subscription, const std::string& code) {
    const std::string name = name_of(subscription);
    if (code == "permission-denied") {
        require(subscription.log.kind == Log::Kind::kConversation, name + ": refused its own queue");
        require(may_have_been(false, subscription.log.name, subscription.log.user, subscription.asked_at),
                name + ": a member was refused");
    } else {
        require(subscription.from == From::kDevice && subscription.device.empty(),
                name + ": refused with " + code);
    }
    subscription.state = Subscription::State::kEnded;
}

void Judge::check_content(const Subscription& subscription, const Seen& seen, const KeptEntry& entry) const {
    const std::string name = name_of(subscription) + ": " + entry.text + at(entry.offset);
    require(kept.shows(subscription.log, entry), name + " is not for this subscription");
    require(seen.body == entry.text || seen.body.find('"' + entry.text + "\\\"") != std::string::npos,
            name + " came with another content: " + seen.body);
    require(seen["message-id"] == entry.message_id, name + " came with another message-id");
    require(seen.number("sequence") == entry.sequence, name + " came with sequence " + seen["sequence"]);
    require(seen["sender-id"] == entry.sender, name + " came from " + seen["sender-id"]);
    require(seen["destination"] == subscription.destination, name + " came as " + seen["destination"]);
}

// What the device has seen must be marked when it comes again; what it cannot have seen must not be.
void Judge::check_mark(const Subscription& subscription, const Seen& seen, const DeviceLog& log) const {
    const std::uint64_t offset = seen.number("offset");
    const std::string name = name_of(subscription) + at(offset);
    const bool marked = seen["redelivered"] == "true";
    const auto had = log.got.find(offset);
    require(marked || had == log.got.end() || had->second >= subscription.asked_at,
            name + ": came again without redelivered:true");
    const auto written = log.wrote.find(offset);
    const bool to_others = written != log.wrote.end() &&
                           (written->second.size() > 1 || !written->second.contains(subscription.serial));
    require(!marked || to_others || unsure_ || offset <= log.unsure,
            name + ": redelivered:true, but was never sent before");
}

// Between what has come and `before` there is nothing that should have come.
void Judge::check_nothing_left_out(const Subscription& subscription, std::uint64_t before) {
    const auto reached = subscription.reached();
    const DeviceLog* const log = subscription.from == From::kDevice ? &device_log(subscription) : nullptr;
    if (!reached && log == nullptr && !subscription.start_at_most) return;
    const std::uint64_t from = reached ? *reached : log != nullptr ? log->base : *subscription.start_at_most;
    for (const KeptEntry* const entry : kept.log(subscription.log)) {
        if (entry->offset >= before || entry->offset <= from) continue;
        if (is_own(subscription, *entry) || (!reached && log != nullptr && log->has.contains(entry->offset)))
            continue;
        throw Failed(name_of(subscription) + ": " + entry->text + at(entry->offset) + " is missing" +
                     (before == kNever ? "" : ", next came" + at(before)));
    }
}

void Judge::on_message(Subscription& subscription, const Seen& seen) {
    const std::uint64_t offset = seen.number("offset");
    const std::string name = name_of(subscription);
    const KeptEntry* const entry = kept.find(offset);
    require(entry != nullptr, name + ": got what nobody stored:" + at(offset));
    require(subscription.state != Subscription::State::kEnded, name + ": ended, but got" + at(offset));
    check_content(subscription, seen, *entry);
    if (!subscription.answered) {
        require(!subscription.with_receipt, name + ": a MESSAGE came before the RECEIPT");
        on_answered(subscription, seen);
    }
    // A live inbox is not read: what was committed a moment before may still be on its way to it.
    require(subscription.from != From::kLive || offset > subscription.end_at_ask || subscription.is_plain(),
            name + ": live, but got what was there before:" + at(offset));
    const auto reached = subscription.reached();
    require(!reached || offset > *reached,
            name + ": " + entry->text + at(offset) + " came after" + at(reached.value_or(0)));
    check_nothing_left_out(subscription, offset);
    if (subscription.from == From::kDevice) {
        DeviceLog& log = device_log(subscription);
        require(offset > subscription.floor,
                name + ": came again, although the device had proved" + at(subscription.floor));
        check_mark(subscription, seen, log);
        log.got.emplace(offset, now_);
        if (!subscription.acknowledges()) log.has.insert(offset);
    } else {
        require(seen["redelivered"] != "true", name + ": redelivered:true without a device" + at(offset));
    }
    subscription.got.push_back(offset);
    if (!subscription.acknowledges()) return;
    require(seen.has("ack"), name + ": no header ack" + at(offset));
    subscription.due.push_back({offset, seen["ack"]});
    require(subscription.unanswered() <= most_unacked_, name + ": more wait for an ACK than may");
}

// PRODUCT 7: the cursor is the end of the contiguous acknowledged prefix.
void Judge::on_acknowledged(Subscription& subscription, std::size_t index, bool negatively) {
    using Answer = Subscription::Due::Answer;
    const std::size_t first = subscription.ack == "client" ? 0 : index;
    for (std::size_t i = first; i <= index; ++i) {
        Subscription::Due& due = subscription.due[i];
        if (due.answer != Answer::kNone) continue;
        due.answer = negatively ? Answer::kNack : Answer::kAck;
        if (!negatively && subscription.from == From::kDevice)
            device_log(subscription).has.insert(due.offset);
    }
}

void Judge::on_written(const Subscription& subscription, std::uint64_t offset) {
    if (subscription.from == From::kDevice)
        device_log(subscription).wrote[offset].insert(subscription.serial);
}

// Without a RECEIPT and a message the client learns where it begins from seeing that nothing comes.
void Judge::begin_settled(Subscription& subscription) {
    subscription.state = std::max(subscription.state, Subscription::State::kOpen);
    subscription.seen_settled = true;
    if (subscription.from == From::kDevice) {
        DeviceLog& log = device_log(subscription);
        if (log.exists) return;
        log.base = kept.end();
        log.exists = true;
        log.since = now_;
    } else {
        const bool recovers = subscription.from == From::kOffset && surely_a_place(subscription);
        subscription.start = recovers ? *subscription.after : kept.end();
    }
}

void Judge::on_settled(Subscription& subscription) {
    if (subscription.state == Subscription::State::kEnded) return;
    if (!subscription.answered && !subscription.seen_settled) {
        require(!subscription.with_receipt, name_of(subscription) + ": SUBSCRIBE was never answered");
        begin_settled(subscription);
    }
    if (subscription.unanswered() < most_unacked_) check_nothing_left_out(subscription, kNever);
    if (subscription.from != From::kDevice) return;
    DeviceLog& log = device_log(subscription);
    if (const auto proved = subscription.proved()) log.floor = std::max(log.floor, *proved);
}

void Judge::all_settled() {
    for (const Subscription& subscription : std::exchange(gone_, {}))
        if (subscription.from == From::kDevice) device_log(subscription).open.erase(subscription.serial);
}

void Judge::on_killed() {
    all_heard(now_);
    gone_.clear();
    for (auto& [key, log] : devices_) {
        log.unsure = kept.end();
        log.open.clear();
    }
}

void Judge::on_restored(const Judge& backup, std::string new_epoch) {
    const auto lost = std::exchange(devices_, backup.devices_);
    kept = backup.kept;
    epoch = std::move(new_epoch);
    for (auto& [key, log] : devices_) {
        log.unsure = kept.end();
        log.open.clear();
        const auto found = lost.find(key);
        if (found == lost.end()) continue;
        for (const std::uint64_t offset : found->second.has)
            if (offset <= kept.end()) log.has.insert(offset);
    }
    for (auto& [key, changes] : changes_)
        changes.push_back({kept.is_member(key.first, key.second), now_, now_});
}

void Judge::on_cursor_reset(const std::string& user, const std::string& device, const std::string& log_name,
                            std::optional<std::uint64_t> to) {
    DeviceLog& log = devices_[{user, device, log_name}];
    log.floor = 0;
    log.exists = to.has_value();
    log.asked = to ? log.asked : 0;
    log.base = to.value_or(0);
    log.unsure = kept.end();
    log.has.erase(log.has.upper_bound(log.base), log.has.end());
    if (!to) log.got.clear();  // with the cursor is forgotten what was sent
}

}  // namespace causeway::model
