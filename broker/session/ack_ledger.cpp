#include "broker/session/ack_ledger.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>

namespace causeway::session {

std::string AckLedger::on_delivered(const routing::Message& message, bool told) {
    const bool tracked = told && message.tracks_delivery && message.sequence;
    open_.push_back({++last_number_, message.message_id, sent_, message.offset.has_value(),
                     tracked ? message.conversation : std::string(),
                     tracked ? *message.sequence : Sequence{}});
    if (message.offset) {
        sent_ = *message.offset;
        ++logged_;
    } else if (open_.size() - logged_ > limit_) {
        forget_oldest_unlogged();
    }
    return std::to_string(serial_) + '-' + std::to_string(last_number_);
}

// Nothing is ever done about these: an ACK that comes later is one for a message settled already.
void AckLedger::forget_oldest_unlogged() {
    const auto oldest =
        std::find_if(open_.begin(), open_.end(), [](const Delivery& delivery) { return !delivery.logged; });
    open_.erase(oldest);
}

AckLedger::Settled AckLedger::settle(Answer answer, std::uint64_t number) {
    if (!knows(number)) return {};
    // With kClient the newest up to `number` that is open, with kClientIndividual that one.
    auto above =
        std::upper_bound(open_.begin(), open_.end(), number,
                         [](std::uint64_t n, const Delivery& delivery) { return n < delivery.number; });
    if (above == open_.begin()) return {true, {}};
    const auto last = std::prev(above);
    if (mode_ == Mode::kClientIndividual && last->number != number) return {true, {}};
    return take(answer, last);
}

AckLedger::Settled AckLedger::settle(Answer answer, std::string_view message_id) {
    const auto newest = std::find_if(open_.rbegin(), open_.rend(), [&](const Delivery& delivery) {
        return delivery.message_id == message_id;
    });
    if (newest != open_.rend()) return take(answer, std::prev(newest.base()));
    return {knows(message_id), {}};
}

bool AckLedger::knows(std::string_view message_id) const {
    const auto is_it = [message_id](const Delivery& delivery) { return delivery.message_id == message_id; };
    const std::size_t hash = std::hash<std::string_view>{}(message_id);
    return std::any_of(open_.begin(), open_.end(), is_it) ||
           std::find(lately_.begin(), lately_.end(), hash) != lately_.end();
}

AckLedger::Settled AckLedger::take(Answer answer, std::deque<Delivery>::iterator last) {
    const auto first = mode_ == Mode::kClient ? open_.begin() : last;
    Settled settled{true, {std::make_move_iterator(first), std::make_move_iterator(std::next(last))}};
    open_.erase(first, std::next(last));
    for (const Delivery& delivery : settled.deliveries) {
        if (delivery.logged) --logged_;
        if (answer == Answer::kNack && delivery.logged && (!hole_ || delivery.before < *hole_))
            hole_ = delivery.before;
        lately_.push_back(std::hash<std::string_view>{}(delivery.message_id));
        if (lately_.size() > limit_) lately_.pop_front();
    }
    return settled;
}

Offset AckLedger::prefix() const {
    Offset end = sent_;
    for (const Delivery& delivery : open_) {
        if (!delivery.logged) continue;
        end = delivery.before;
        break;
    }
    return hole_ ? std::min(end, *hole_) : end;
}

std::optional<AckLedger::AckId> AckLedger::parse(std::string_view text) {
    AckId id{};
    const char* const end = text.data() + text.size();
    const auto serial = std::from_chars(text.data(), end, id.serial);
    if (serial.ec != std::errc{} || serial.ptr == end || *serial.ptr != '-') return std::nullopt;
    const auto number = std::from_chars(serial.ptr + 1, end, id.number);
    if (number.ec != std::errc{} || number.ptr != end) return std::nullopt;
    return id;
}

}  // namespace causeway::session
