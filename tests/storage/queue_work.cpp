#include "tests/storage/queue_work.hpp"

#include <doctest/doctest.h>

#include <set>
#include <thread>

#include "tests/storage/queue_verbs.hpp"

namespace causeway::storage {

namespace {

using Kind = WorkEvent::Kind;

constexpr std::uint64_t kNever = 1'000'000'000;  // added to numbers of what is always refused

Append numbered(const char* queue, std::uint64_t number) {
    Append append = to_queue(queue, std::to_string(number));
    append.envelope.mutable_opaque()->set_body(std::string(300, 'x'));
    return append;
}

std::set<std::uint64_t> in(StoreUnderTest& store, const char* queue) {
    std::set<std::uint64_t> numbers;
    for (const auto& entry : store.queue(queue, 0, 1'000'000).entries)
        CHECK(numbers.insert(std::stoull(envelope_in(entry).messageid())).second);
    return numbers;
}

}  // namespace

void QueueWorker::work(std::uint64_t number) {
    ++open_;
    store_.submit(numbered("work", number), [this, number](const Answer& answer) {
        if (const auto* appended = std::get_if<Appended>(&answer)) {
            on_work_({Kind::kKept, number});
            go_on(number, appended->offset);
        }
        --open_;
    });
}

// On the store's thread, which takes the request for its next commit.
void QueueWorker::go_on(std::uint64_t number, Offset offset) {
    SettleQueue settle{.destination = "/queue/work", .done = {}, .returned = {}, .dead = {}};
    switch (number % 5) {
        case 0:
            return;
        case 1:
            settle.done = {offset};
            return ask(settle, {Kind::kSettling, number}, {Kind::kSettled, number});
        case 2:
            settle.dead = {{offset, "/queue/dead", {}}};
            return ask(settle, {Kind::kDying, number}, {Kind::kDied, number});
        case 3:
            settle.done = {offset};
            return ask(Together{{numbered("a", number), settle, numbered("b", number)}},
                       {Kind::kMoving, number}, {Kind::kMoved, number});
        default:
            settle.done = {offset};
            // Another store's refusal: the message stays.
            return ask(Together{{numbered("a", number + kNever), settle,
                                 to_conversation("nobody", "no such conversation")}},
                       {Kind::kKept, number}, {Kind::kKept, number});
    }
}

void QueueWorker::ask(Request request, WorkEvent asked, WorkEvent answered) {
    ++open_;
    on_work_(asked);
    store_.submit(std::move(request), [this, answered](const Answer& answer) {
        const bool refused =
            std::holds_alternative<Refusal>(answer) || std::holds_alternative<PartRefused>(answer);
        if (!refused) on_work_(answered);
        --open_;
    });
}

void QueueWorker::wait_for(std::size_t most_open) const {
    while (open_ > most_open) std::this_thread::yield();
}

void QueueJudge::add(const WorkEvent& event) { known_[event.number] = event.kind; }

std::size_t QueueJudge::judge(StoreUnderTest& store) const {
    const auto work = in(store, "work");
    const auto dead = in(store, "dead");
    const auto a = in(store, "a");
    const auto b = in(store, "b");
    std::size_t wrong = 0;
    const auto must = [&wrong](bool so) { wrong += so ? 0U : 1U; };
    CHECK(a == b);
    for (const std::uint64_t number : a) must(number < kNever);
    for (const auto& [number, kind] : known_) {
        const bool there = work.contains(number);
        if (kind == Kind::kKept) must(there);
        if (kind == Kind::kSettled) must(!there);
        if (kind == Kind::kDying) must(there != dead.contains(number));
        if (kind == Kind::kDied) must(!there && dead.contains(number));
        if (kind == Kind::kMoving) must(there != a.contains(number));
        if (kind == Kind::kMoved) must(!there && a.contains(number));
    }
    CHECK(wrong == 0);
    return known_.size();
}

}  // namespace causeway::storage
