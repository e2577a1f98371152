#include "broker/queue/queue.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "broker/queue/message_size.hpp"

namespace causeway::queue {

void Queue::enter(Item item) {
    ++held_.messages;
    held_.bytes += item.bytes;
    if (!item.place.is_stored()) {
        ++held_volatile_.messages;
        held_volatile_.bytes += item.bytes;
    }
    make_ready(std::move(item));
}

void Queue::leave(const Item& item) {
    --held_.messages;
    held_.bytes -= item.bytes;
    if (item.place.is_stored()) return;
    --held_volatile_.messages;
    held_volatile_.bytes -= item.bytes;
}

// New ones stand at the end, what comes back near the front.
void Queue::make_ready(Item item) {
    if (item.place.is_stored()) {
        ++waiting_stored_.messages;
        waiting_stored_.bytes += item.bytes;
    }
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
    if (!window_.on_committed(*message->offset, !consumers_.empty(), waiting(), memory)) return;
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
    return window_.wish(waiting(), memory);
}

void Queue::on_page(const PageWish& wish, std::vector<StoredMessage> messages, bool more) {
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

void Queue::remove_consumer(ConsumerId id, Leaving how, std::span<const Place> unsent) {
    const auto found = consumers_.find(id);
    if (found == consumers_.end()) return;
    credits_.erase(credit_of(id, found->second));
    std::map<Place, Item> held = std::move(found->second.holds);
    consumers_.erase(found);
    outstanding_ -= held.size();
    for (const Place& place : unsent) {
        const auto at = held.find(place);
        if (at == held.end()) continue;
        if (at->second.purged)
            finish(at->second);
        else
            make_ready(std::move(at->second));
        held.erase(at);
    }
    for (auto& [place, item] : held)
        if (auto again = back(std::move(item), how == Leaving::kLost ? Counts::kAsFailed : Counts::kNot))
            make_ready(std::move(*again));
    if (consumers_.empty()) forget_unread();
}

// Nobody reads: what the store has, too, and nobody has touched need not be here.
void Queue::forget_unread() {
    Offset touched{};
    const auto see = [&](const Item& item) {
        if (item.place.is_stored() && item.redelivered) touched = std::max(touched, item.place.offset);
    };
    for (const Item& item : ready_) see(item);
    for (const auto& [due, item] : delayed_) see(item);
    if (!unwritten_.empty()) touched = std::max(touched, *unwritten_.rbegin());
    if (purging_ > 0) return;
    window_.forget_beyond(touched);
    std::erase_if(ready_, [&](const Item& item) {
        if (!item.place.is_stored() || item.place.offset <= window_.read_through()) return false;
        --waiting_stored_.messages;
        waiting_stored_.bytes -= item.bytes;
        leave(item);
        return true;
    });
}

template <typename Do>
std::size_t Queue::take_from(ConsumerId id, std::span<const Place> places, Do&& what) {
    const auto found = consumers_.find(id);
    if (found == consumers_.end()) return 0;
    Consumer& consumer = found->second;
    credits_.erase(credit_of(id, consumer));
    std::size_t taken = 0;
    for (const Place& place : places) {
        const auto at = consumer.holds.find(place);
        if (at == consumer.holds.end()) continue;
        Item item = std::move(at->second);
        consumer.holds.erase(at);
        --outstanding_;
        ++taken;
        what(std::move(item));
    }
    if (consumer.holds.size() < consumer.prefetch) credits_.insert(credit_of(id, consumer));
    return taken;
}

// It is done with, here and in the store.
void Queue::finish(const Item& item) {
    leave(item);
    if (!item.place.is_stored()) return;
    changes_.done.push_back(item.place.offset);
    unwritten_.insert(item.place.offset);
}

std::optional<Queue::Item> Queue::back(Item item, Counts counts) {
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
        if (again->place.is_stored()) {
            ++waiting_stored_.messages;
            waiting_stored_.bytes += again->bytes;
        }
        delayed_.emplace(*due, std::move(*again));
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
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
        Item item = std::move(delayed_.begin()->second);
        delayed_.erase(delayed_.begin());
        if (item.place.is_stored()) {
            --waiting_stored_.messages;
            waiting_stored_.bytes -= item.bytes;
        }
        make_ready(std::move(item));
    }
}

std::optional<Monotonic> Queue::due() const {
    if (delayed_.empty()) return std::nullopt;
    return delayed_.begin()->first;
}

std::optional<Assigned> Queue::next() {
    if (ready_.empty() || credits_.empty()) return std::nullopt;
    if (ready_.front().place.offset > window_.read_through()) return std::nullopt;
    Item item = std::move(ready_.front());
    ready_.pop_front();
    if (item.place.is_stored()) {
        --waiting_stored_.messages;
        waiting_stored_.bytes -= item.bytes;
    }
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

Offset Queue::purge() {
    for (const Item& item : ready_) leave(item);
    for (const auto& [due, item] : delayed_) leave(item);
    ready_.clear();
    delayed_.clear();
    waiting_stored_ = {};
    for (auto& [id, consumer] : consumers_)
        for (auto& [place, item] : consumer.holds) item.purged = true;
    window_.pass_all();
    ++purging_;
    return window_.end();
}

bool Queue::idle() const {
    return consumers_.empty() && held_.messages == 0 && unwritten_.empty() && changes_.empty() &&
           purging_ == 0 && !window_.is_reading();
}

}  // namespace causeway::queue
