// What an owner does for its queues at the end of a turn: deliver, read, write.
#include <utility>

#include "broker/queue/queues.hpp"

namespace causeway::queue {

namespace {

constexpr Milliseconds kRest{1'000};  // when the store refuses

}  // namespace

bool Queues::on_turn_end() {
    bool did = false;
    // What goes out may end no queue, but a dead letter may touch another one.
    while (!dirty_.empty()) {
        did = true;
        for (const std::string& destination : std::exchange(dirty_, {}))
            if (OwnedQueue* const owned = find(destination)) work(*owned);
    }
    send_out();
    return did;
}

void Queues::work(OwnedQueue& owned) {
    owned.dirty = false;
    assign(owned);
    read(owned);
    write(owned);
    if (const auto due = owned.queue().due()) set_alarm(owned, *due);
    keep_account(owned);
    if (!owned.idle()) return;
    parts_.account.queues.fetch_sub(1);
    const std::string destination = owned.destination();
    owned_.erase(destination);
}

void Queues::assign(OwnedQueue& owned) {
    while (auto assigned = owned.queue().next()) {
        ++numbers_.delivered;
        if (assigned->delivery.redelivered) ++numbers_.redelivered;
        outgoing_[home_of(assigned->consumer)].emplace_back(assigned->consumer,
                                                            std::move(assigned->delivery));
    }
}

void Queues::send_out() {
    for (std::size_t shard = 0; shard < parts_.shards.count(); ++shard) {
        if (outgoing_[shard].empty()) continue;
        parts_.reach(shard, [deliveries = std::exchange(outgoing_[shard], {})](Queues& there) {
            there.deliver_here(deliveries);
        });
    }
}

void Queues::read(OwnedQueue& owned) {
    if (owned.rests) return;
    const auto wish = owned.queue().wish(memory());
    if (!wish) return;
    parts_.store.read_queue(owned.destination(), wish->after, wish->limit,
                            [post = parts_.post, destination = owned.destination(),
                             wish = *wish](std::variant<storage::QueuePage, storage::ReadFailed> result) {
                                post([destination, wish, result = std::move(result)](Queues& here) mutable {
                                    if (auto* const page = std::get_if<storage::QueuePage>(&result))
                                        return here.on_page(destination, wish, std::move(*page));
                                    OwnedQueue* const found = here.find(destination);
                                    if (found == nullptr) return;
                                    found->queue().on_page_failed(wish);
                                    here.rest(*found);
                                    here.touch(*found);
                                });
                            });
}

void Queues::on_page(const std::string& destination, const PageWish& wish, storage::QueuePage page) {
    OwnedQueue* const owned = find(destination);
    if (owned == nullptr) return;
    std::vector<StoredMessage> messages;
    messages.reserve(page.entries.size());
    for (const storage::QueueEntry& entry : page.entries)
        messages.push_back({entry.offset, parts_.message_of(entry, destination), entry.deliveries});
    owned->queue().on_page(wish, std::move(messages), page.more);
    keep_account(*owned);
    touch(*owned);
}

void Queues::write(OwnedQueue& owned) {
    bury(owned, owned.gather());
    if (owned.rests) return;
    auto request = owned.next_write();
    if (!request) return;
    const std::size_t dead = request->dead.size();
    parts_.store.submit(std::move(*request), [post = parts_.post, destination = owned.destination(),
                                              dead](const storage::Answer& answer) {
        post([destination, dead, answer](Queues& here) {
            OwnedQueue* const found = here.find(destination);
            if (found == nullptr) return;
            if (found->on_written(answer))
                (found->policy().dead_letter.empty() ? here.numbers_.dropped : here.numbers_.dead_lettered) +=
                    dead;
            else
                here.rest(*found);
            here.touch(*found);
        });
    });
}

// A dead letter that is not stored goes on as a message of its own; where it finds no room it is counted
// there.
void Queues::bury(const OwnedQueue& owned, const std::vector<DeadLetter>& dead) {
    const std::string& to = owned.policy().dead_letter;
    for (const DeadLetter& letter : dead) {
        if (to.empty()) {
            ++numbers_.dropped;
            continue;
        }
        ++numbers_.dead_lettered;
        parts_.shards.enqueue(dead_letter_message(owned.destination(), to, letter));
    }
}

void Queues::rest(OwnedQueue& owned) {
    owned.rests = true;
    set_alarm(owned, parts_.clock.monotonic() + kRest);
}

void Queues::set_alarm(OwnedQueue& owned, Monotonic due) {
    if (owned.alarm && *owned.alarm <= due) return;
    owned.alarm = due;
    alarms_.emplace(due, owned.destination());
}

std::optional<Monotonic> Queues::due() const {
    if (alarms_.empty()) return std::nullopt;
    return alarms_.begin()->first;
}

void Queues::on_time(Monotonic now) {
    while (!alarms_.empty() && alarms_.begin()->first <= now) {
        OwnedQueue* const owned = find(alarms_.begin()->second);
        alarms_.erase(alarms_.begin());
        if (owned == nullptr) continue;
        owned->alarm.reset();
        owned->rests = false;
        owned->queue().on_time(now);
        touch(*owned);
    }
}

}  // namespace causeway::queue
