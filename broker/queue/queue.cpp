#include "broker/queue/queue.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "broker/queue/message_size.hpp"

namespace causeway::queue {

void Queue::enter(Item item) {
    held_.add(item.bytes);
    if (!item.place.is_stored()) held_volatile_.add(item.bytes);
    make_ready(std::move(item));
}

void Queue::leave(const Item& item) {
    held_.remove(item.bytes);
    if (!item.place.is_stored()) held_volatile_.remove(item.bytes);
}

// New ones stand at the end, what comes back near the front.
void Queue::make_ready(Item item) {
    if (item.place.is_stored()) waiting_stored_.add(item.bytes);
    if (ready_.empty() || ready_.back().place < item.place) return ready_.push_back(std::move(item));
    const auto behind =
        std::upper_bound(ready_.begin(), ready_.end(), item.place,
                         [](const Place& place, const Item& other) { return place < other.place; });
    ready_.insert(behind, std::move(item));
}

void Queue::put(routing::MessagePtr message) {
    Item item;
    item.bytes = size_of(*message);
    item.message = std::move(message);
    item.place = {window_.end(), ++put_};
    enter(std::move(item));
}

void Queue::on_committed(const routing::MessagePtr& message, Memory memory) {
    assert(message->offset);
    const bool wanted = !consumers_.empty() && !delayed_.full();
    if (!window_.on_committed(*message->offset, wanted, waiting(), memory)) return;
    Item item;
    item.bytes = size_of(*message);
    item.message = message;
    item.place = {*message->offset, 0};
    item.redelivered = window_.may_have_been_delivered(*message->offset);
    enter(std::move(item));
}

Waiting Queue::waiting() const {
    const bool blocked = !ready_.empty() && ready_.front().place.offset > window_.read_through();
    return {waiting_stored_.messages, waiting_stored_.bytes, blocked};
}

std::optional<PageWish> Queue::wish(Memory memory) {
    if (consumers_.empty()) return std::nullopt;
    if (auto delayed = delayed_.wish(window_.room(waiting(), memory))) return delayed;
    if (delayed_.full()) return std::nullopt;
    return window_.wish(waiting(), memory);
}

void Queue::on_page_failed(const PageWish& wish) {
    if (wish.reads == PageWish::Reads::kDelayed) return delayed_.on_failed();
    window_.on_failed();
}

void Queue::on_delayed_page(const PageWish& wish, std::vector<StoredMessage> messages, bool more) {
    DelayedItems::Read read = delayed_.on_page(wish, std::move(messages), more);
    for (const Item& item : read.gone) leave(item);
    for (Item& item : read.here) {
        leave(item);
        item.bytes = size_of(*item.message);
        enter(std::move(item));
    }
}

void Queue::on_page(const PageWish& wish, std::vector<StoredMessage> messages, bool more) {
    if (wish.reads == PageWish::Reads::kDelayed) return on_delayed_page(wish, std::move(messages), more);
    std::size_t bytes = 0;
    Offset last{};
    for (const StoredMessage& one : messages) {
        if (one.message) bytes += size_of(*one.message);
        last = std::max(last, one.offset);
    }
    if (!window_.on_page(wish, last, more, bytes, messages.size())) return;
    for (StoredMessage& one : messages) {
        if (!one.message || one.offset <= wish.after) continue;
        Item item;
        item.bytes = size_of(*one.message);
        item.message = std::move(one.message);
        item.place = {one.offset, 0};
        item.failed = one.failed;
        item.redelivered = one.failed > 0 || window_.may_have_been_delivered(one.offset);
        enter(std::move(item));
    }
    if (consumers_.empty()) forget_unread();
}

void Queue::add_consumer(ConsumerId id, std::size_t prefetch) {
    const auto [at, fresh] =
        consumers_.try_emplace(id, Consumer{std::max<std::size_t>(prefetch, 1), ++turns_, {}});
    if (fresh) credits_.insert(credit_of(id, at->second));
}

void Queue::remove_consumer(ConsumerId id, const Departure& departure) {
    const auto found = consumers_.find(id);
    if (found == consumers_.end()) return;
    credits_.erase(credit_of(id, found->second));
    std::map<Place, Item> held = std::move(found->second.holds);
    consumers_.erase(found);
    for (const Place& place : departure.undecided)
        if (auto taken = held.extract(place)) undecided_[id].insert(std::move(taken));
    outstanding_ -= held.size();
    for (const Place& place : departure.unsent) {
        const auto taken = held.extract(place);
        if (!taken) continue;
        if (taken.mapped().purged)
            finish(taken.mapped());
        else
            make_ready(std::move(taken.mapped()));
    }
    for (auto& [place, item] : held)
        if (auto again = back(std::move(item), place == departure.begun ? Counts::kAsFailed : Counts::kNot))
            make_ready(std::move(*again));
    if (consumers_.empty()) forget_unread();
}

void Queue::release(ConsumerId id) {
    const auto left = undecided_.extract(id);
    if (!left) return;
    outstanding_ -= left.mapped().size();
    for (auto& [place, item] : left.mapped())
        if (auto again = back(std::move(item), Counts::kNot)) make_ready(std::move(*again));
}

// Nobody reads: what the store has, too, and nobody has touched need not be here.
void Queue::forget_unread() {
    Offset touched = delayed_.newest();
    for (const Item& item : ready_)
        if (item.place.is_stored() && item.redelivered) touched = std::max(touched, item.place.offset);
    for (const auto& [id, items] : undecided_)
        if (!items.empty()) touched = std::max(touched, items.rbegin()->first.offset);
    if (!unwritten_.empty()) touched = std::max(touched, *unwritten_.rbegin());
    window_.forget_beyond(touched);
    std::erase_if(ready_, [&](const Item& item) {
        if (!item.place.is_stored() || item.place.offset <= window_.read_through()) return false;
        waiting_stored_.remove(item.bytes);
        leave(item);
        return true;
    });
}

template <typename Do>
std::size_t Queue::take_from(ConsumerId id, std::span<const Place> places, Do&& what) {
    const auto found = consumers_.find(id);
    const auto left = found == consumers_.end() ? undecided_.find(id) : undecided_.end();
    if (found == consumers_.end() && left == undecided_.end()) return 0;
    auto& holds = found == consumers_.end() ? left->second : found->second.holds;
    if (found != consumers_.end()) credits_.erase(credit_of(id, found->second));
    std::size_t taken = 0;
    for (const Place& place : places) {
        auto item = holds.extract(place);
        if (!item) continue;
        --outstanding_;
        ++taken;
        what(std::move(item.mapped()));
    }
    if (found != consumers_.end() && holds.size() < found->second.prefetch)
        credits_.insert(credit_of(id, found->second));
    return taken;
}

// It is done with, here and in the store.
void Queue::finish(const Item& item) {
    leave(item);
    if (!item.place.is_stored()) return;
    changes_.done.push_back(item.place.offset);
    unwritten_.insert(item.place.offset);
}

std::optional<Item> Queue::back(Item item, Counts counts) {
    if (item.purged) {
        finish(item);
        return std::nullopt;
    }
    item.redelivered = true;
    if (counts == Counts::kNot) return item;
    ++item.failed;
    if (options_.max_deliveries != 0 && item.failed >= options_.max_deliveries) {
        die(std::move(item), DeadLetter::Reason::kMaxDeliveries);
        return std::nullopt;
    }
    if (item.place.is_stored()) changes_.returned.push_back({item.place.offset, item.failed});
    return item;
}

void Queue::die(Item item, DeadLetter::Reason reason) {
    leave(item);
    if (item.place.is_stored()) unwritten_.insert(item.place.offset);
    changes_.dead.push_back({std::move(item.message), item.place, item.failed, reason});
}

std::size_t Queue::ack(ConsumerId id, std::span<const Place> places) {
    return take_from(id, places, [this](Item item) { finish(item); });
}

std::size_t Queue::nack(ConsumerId id, std::span<const Place> places, std::optional<Monotonic> due) {
    return take_from(id, places, [&](Item item) {
        auto again = back(std::move(item), Counts::kAsFailed);
        if (!again) return;
        if (!due) return make_ready(std::move(*again));
        const std::size_t bytes = again->bytes;
        held_.bytes -= bytes - delayed_.add(*due, std::move(*again));
    });
}

std::size_t Queue::reject(ConsumerId id, std::span<const Place> places) {
    return take_from(id, places, [this](Item item) {
        if (item.purged) return finish(item);
        ++item.failed;
        die(std::move(item), DeadLetter::Reason::kRejected);
    });
}

void Queue::on_time(Monotonic now) {
    for (Item& item : delayed_.on_time(now)) make_ready(std::move(item));
}

std::optional<Monotonic> Queue::due() const { return delayed_.due(); }

std::optional<Assigned> Queue::next() {
    if (ready_.empty() || credits_.empty()) return std::nullopt;
    if (ready_.front().place.offset > window_.read_through()) return std::nullopt;
    Item item = std::move(ready_.front());
    ready_.pop_front();
    if (item.place.is_stored()) waiting_stored_.remove(item.bytes);
    const ConsumerId id = std::get<ConsumerId>(*credits_.begin());
    credits_.erase(credits_.begin());
    Consumer& consumer = consumers_.find(id)->second;
    Assigned assigned{id, {item.message, item.place, item.failed, item.redelivered}};
    consumer.turn = ++turns_;
    consumer.holds.emplace(item.place, std::move(item));
    ++outstanding_;
    if (consumer.holds.size() < consumer.prefetch) credits_.insert(credit_of(id, consumer));
    return assigned;
}

Changes Queue::take_changes() { return std::exchange(changes_, {}); }

void Queue::on_written(std::span<const Offset> offsets) {
    for (const Offset offset : offsets)
        if (const auto at = unwritten_.find(offset); at != unwritten_.end()) unwritten_.erase(at);
}

std::size_t Queue::purge(const PurgeMark& mark) {
    const auto meant = [&mark](const Item& item) {
        return item.place.is_stored() ? item.place.offset <= mark.until : item.place.behind <= mark.behind;
    };
    const std::size_t before = held_volatile_.messages;
    std::erase_if(ready_, [&](const Item& item) {
        if (!meant(item)) return false;
        if (item.place.is_stored()) waiting_stored_.remove(item.bytes);
        leave(item);
        return true;
    });
    for (const Item& item : delayed_.take_if(meant)) leave(item);
    const auto purge_held = [&meant](std::map<Place, Item>& items) {
        for (auto& [place, item] : items) item.purged = item.purged || meant(item);
    };
    for (auto& [id, consumer] : consumers_) purge_held(consumer.holds);
    for (auto& [id, items] : undecided_) purge_held(items);
    window_.pass(mark.until);
    return before - held_volatile_.messages;
}

bool Queue::idle() const {
    return consumers_.empty() && held_.messages == 0 && unwritten_.empty() && changes_.empty() &&
           !window_.is_reading() && !delayed_.is_reading();
}

}  // namespace causeway::queue
