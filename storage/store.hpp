// What is kept: conversations and their members, numbered messages, inboxes and histories, and how far
// each device has got. `Store` is what sessions and commands need of it, care.hpp what operators need;
// SqliteStore (sqlite_store.hpp) stands behind both.
//
// Threads: submit() and the read functions may be called from any thread and return at once.
// Answers and committed entries arrive on the store's own threads; the caller posts them on.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "storage/committed.hpp"
#include "storage/queries.hpp"
#include "storage/requests.hpp"

namespace causeway::storage {

class Store {
public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;  // commits what was submitted, answers it, then returns

    // Queues a request. When the queue is full (limit: queue_limit) the answer is send-failed,
    // given before submit() returns.
    virtual void submit(Request request, OnAnswer on_answer) = 0;

    // Up to `limit` entries of a log with an offset above `after`.
    virtual void read_log(Log log, Offset after, std::size_t limit, OnRead<LogPage> on_read) = 0;
    // `device` empty: no cursor.
    virtual void read_log_state(Log log, std::string device, OnRead<LogState> on_read) = 0;
    // The conversations a user is a member of now.
    virtual void read_memberships(std::string user, OnRead<std::vector<std::string>> on_read) = 0;
    virtual void read_conversations(std::string user, OnRead<std::vector<ConversationRow>> on_read) = 0;
    virtual void read_sync(SyncQuery query, OnRead<SyncPage> on_read) = 0;
    virtual void read_history(HistoryQuery query, OnRead<HistoryPage> on_read) = 0;
    // Of conversations with something unread; rooms are left out.
    virtual void read_unread(std::string user, OnRead<std::vector<UnreadRow>> on_read) = 0;

    // Up to `limit` messages of a queue (/queue/…) with an offset above `after`.
    virtual void read_queue(std::string destination, Offset after, std::size_t limit,
                            OnRead<QueuePage> on_read) = 0;
    // Queues that hold something, by name, those behind `after`.
    virtual void read_queues(std::string after, std::size_t limit, OnRead<std::vector<QueueRow>> on_read) = 0;

    // Random id of the data directory. Constant.
    [[nodiscard]] virtual const std::string& epoch() const = 0;
    // False while commits fail or space is short (disk full, I/O error). Any thread.
    [[nodiscard]] virtual bool healthy() const = 0;
};

}  // namespace causeway::storage
