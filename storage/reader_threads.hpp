// A few threads with a Reader each, and one bounded queue before them. Reads come back in any order.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/reader.hpp"

namespace causeway::storage {

class ReaderThreads {
public:
    // The options outlive this object; the file exists already. Throws Error.
    explicit ReaderThreads(const StoreOptions& options);
    ReaderThreads(const ReaderThreads&) = delete;
    ReaderThreads& operator=(const ReaderThreads&) = delete;
    // Answers what was asked, then returns.
    ~ReaderThreads();

    // Any thread. Calls `on_read` once: on a reading thread, or here and now when the queue is full.
    template <typename T>
    void read(std::function<T(Reader&)> query, OnRead<T> on_read) {
        const bool queued =
            enqueue([query = std::move(query), on_read](Reader* reader, const std::string& why) {
                if (reader == nullptr) return on_read(ReadFailed{why});
                on_read(query(*reader));
            });
        if (!queued) on_read(ReadFailed{"too many reads wait; try again later"});
    }

private:
    // With the reader, or with null and the reason why there is none.
    using Task = std::function<void(Reader*, const std::string&)>;
    bool enqueue(Task task);
    void run(std::unique_ptr<Reader> reader);
    bool take(Task& task);

    const StoreOptions& options_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Task> queue_;  // guarded by mutex_
    bool stopping_ = false;   // guarded by mutex_
    std::vector<std::thread> threads_;
};

}  // namespace causeway::storage
