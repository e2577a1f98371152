// Work with queues as sessions and queues' owners do it: messages are kept, done, moved to another queue, or
// moved together with others; and the judgement over what is there after the process or the power has gone.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "tests/storage/fixture.hpp"

namespace causeway::storage {

// What the worker tells before it asks and when it was answered.
struct WorkEvent {
    enum class Kind : std::uint8_t { kKept, kSettling, kSettled, kDying, kDied, kMoving, kMoved };
    Kind kind;
    std::uint64_t number;  // of the message; its id is this number
};
// Called on the store's thread, in the order of what happens.
using OnWork = std::function<void(const WorkEvent&)>;

// Puts a message into the queue work and, when that is answered, lets it go in the way its number says.
class QueueWorker {
public:
    QueueWorker(SqliteStore& store, OnWork on_work) : store_(store), on_work_(std::move(on_work)) {}
    QueueWorker(const QueueWorker&) = delete;
    QueueWorker& operator=(const QueueWorker&) = delete;

    void work(std::uint64_t number);
    void wait_for(std::size_t most_open) const;

private:
    void go_on(std::uint64_t number, Offset offset);
    void ask(Request request, WorkEvent asked, WorkEvent answered);

    SqliteStore& store_;
    const OnWork on_work_;
    std::atomic<std::size_t> open_{0};
};

// How far each message is known to have got.
class QueueJudge {
public:
    void add(const WorkEvent& event);
    // Fails (doctest) if the store has anything else. Returns how many messages were looked for.
    std::size_t judge(StoreUnderTest& store) const;

private:
    std::map<std::uint64_t, WorkEvent::Kind> known_;  // the last of each
};

}  // namespace causeway::storage
