#include "tools/soak/ledger.hpp"

#include <algorithm>

namespace causeway::soak {

namespace {

// A journal may say anything: numbers that would take the memory of the machine are not believed.
constexpr std::uint64_t kMost = 100'000'000;

template <typename T>
T& at(std::vector<T>& rows, std::uint64_t index) {
    if (index >= rows.size()) rows.resize(static_cast<std::size_t>(std::min(index, kMost)) + 1);
    return rows[static_cast<std::size_t>(std::min(index, kMost))];
}

}  // namespace

void Ledger::apply(const Event& event) {
    const auto& n = event.numbers;
    switch (event.fact) {
        case Fact::kRun:
            run_ = n[0];
            users_ = n[1];
            (void)at(members_, n[2] == 0 ? 0 : n[2] - 1);
            break;
        case Fact::kMember:
            at(members_, n[0]).push_back(n[1]);
            break;
        case Fact::kAttempted:
            return on_attempt(event);
        case Fact::kReceipted:
            return on_receipt(event);
        case Fact::kRefused:
            ++counted_.refused;
            at(messages_, n[0]).refused = true;
            break;
        case Fact::kListener:
            listeners_[n[0]].place = static_cast<Place>(n[1]);
            listeners_[n[0]].conversation = n[2];
            break;
        case Fact::kReceived:
            return on_received(event);
        case Fact::kNotRecovered:
            ++counted_.not_recovered;
            break;
        case Fact::kKilled:
            ++counted_.kills;
            break;
        case Fact::kCrashed:
            ++counted_.crashes;
            break;
        case Fact::kDrained:
            counted_.drained = true;
            break;
        case Fact::kReread:
            counted_.reread = true;
            break;
    }
}

void Ledger::on_attempt(const Event& event) {
    Message& message = at(messages_, event.numbers[0]);
    if (message.attempted) return;  // tried again
    message.attempted = true;
    message.conversation = event.numbers[1];
    message.user = event.numbers[2];
    auto& order = at(messages_of_, message.conversation);
    message.place = order.size();
    order.push_back(event.numbers[0]);
    ++counted_.attempted;
}

void Ledger::on_receipt(const Event& event) {
    Message& message = at(messages_, event.numbers[0]);
    const std::uint64_t sequence = event.numbers[1];
    if (message.receipted) {
        counted_.misnumbered += message.sequence != sequence;
        return;
    }
    message.receipted = true;
    message.sequence = sequence;
    ++counted_.receipted;
}

void Ledger::on_received(const Event& event) {
    const auto& [id, number, offset, sequence, redelivered] = event.numbers;
    Listener& listener = listeners_[id];
    Tally& tally = listener.tally;
    const bool ours = number < messages_.size() && messages_[number].attempted &&
                      messages_[number].conversation == listener.conversation;
    if (!ours) {
        ++tally.unexpected;
        return;
    }
    Message& message = messages_[number];
    if (listener.seen.size() <= message.place) listener.seen.resize(message.place + 1);
    const bool again = listener.seen[message.place];
    listener.seen[message.place] = true;
    const bool may_repeat = listener.place == Place::kDevice && redelivered != 0;
    if (may_repeat)
        ++tally.redelivered;
    else if (again)
        ++tally.duplicated;
    else if (offset <= listener.end)
        ++tally.reordered;
    check_numbers(listener, message, offset, sequence);
    listener.end = std::max(listener.end, offset);
}

void Ledger::check_numbers(Listener& listener, Message& message, std::uint64_t offset,
                           std::uint64_t sequence) {
    if (message.offset == 0) message.offset = offset;
    counted_.misnumbered += message.offset != offset;
    counted_.misnumbered += message.receipted && message.sequence != sequence;
    if (listener.place != Place::kLog) return;
    counted_.misnumbered += sequence != listener.sequence + 1;
    listener.sequence = sequence;
    message.in_log = true;
}

bool Ledger::is_lost(const Listener& listener, const Message& message) const {
    const bool seen = message.place < listener.seen.size() && listener.seen[message.place];
    return !seen && (message.receipted || (listener.place != Place::kLog && message.in_log));
}

std::uint64_t Ledger::awaited() const {
    std::uint64_t count = 0;
    for (const auto& [id, listener] : listeners_) {
        if (listener.place == Place::kLog || listener.conversation >= messages_of_.size()) continue;
        for (const std::uint64_t number : messages_of_[listener.conversation])
            count += is_lost(listener, messages_[number]);
    }
    return count;
}

Figures Ledger::figures() const {
    Figures figures = counted_;
    for (const auto& [id, listener] : listeners_) {
        Tally& tally = listener.place == Place::kLog     ? figures.log
                       : listener.place == Place::kExact ? figures.exact
                                                         : figures.device;
        tally.duplicated += listener.tally.duplicated;
        tally.unexpected += listener.tally.unexpected;
        tally.reordered += listener.tally.reordered;
        tally.redelivered += listener.tally.redelivered;
        const bool judged = listener.place == Place::kLog ? figures.reread : figures.drained;
        if (listener.conversation >= messages_of_.size()) continue;
        for (const std::uint64_t number : messages_of_[listener.conversation]) {
            const Message& message = messages_[number];
            if (message.place < listener.seen.size() && listener.seen[message.place]) {
                ++tally.expected;
                ++tally.seen;
            } else if (is_lost(listener, message)) {
                ++tally.expected;
                tally.lost += judged;
            }
        }
    }
    for (const Message& message : messages_) figures.recovered += message.in_log;
    judge_senders(figures.log);
    return figures;
}

// What one user said in a conversation stands in the order in which he said it. A message that was refused
// and tried again may come later.
void Ledger::judge_senders(Tally& log) const {
    for (const auto& conversation : messages_of_) {
        std::map<std::uint64_t, std::uint64_t> ends;  // offset of a user's last message
        for (const std::uint64_t number : conversation) {
            const Message& message = messages_[number];
            if (!message.in_log || message.refused) continue;
            std::uint64_t& end = ends[message.user];
            log.reordered += message.offset < end;
            end = std::max(end, message.offset);
        }
    }
}

}  // namespace causeway::soak
