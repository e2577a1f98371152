// One thread for what operators ask and what takes long, one thing after the other: neither commits nor
// ordinary reads wait for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "storage/long_read.hpp"
#include "storage/queries.hpp"

namespace causeway::storage {

class CareThread {
public:
    // The options outlive this object.
    explicit CareThread(const StoreOptions& options);
    CareThread(const CareThread&) = delete;
    CareThread& operator=(const CareThread&) = delete;
    // Gives up what is being done, answers everything, then returns.
    ~CareThread();

    // Any thread. Calls `on_read` once: on this object's thread, or here and now when too much waits.
    template <typename T>
    void read(std::function<T(LongRead&)> query, OnRead<T> on_read) {
        const bool queued =
            enqueue([query = std::move(query), on_read](LongRead* read, const std::string& why) {
                if (read == nullptr) return on_read(ReadFailed{why});
                std::string failed;
                try {
                    return on_read(query(*read));
                } catch (const Error& error) {
                    failed = read->explain(error);
                }
                on_read(ReadFailed{failed});
            });
        if (!queued) on_read(ReadFailed{"backups and verifications wait already; try again later"});
    }

private:
    // With the connection, or with null and the reason why there is none.
    using Task = std::function<void(LongRead*, const std::string&)>;
    bool enqueue(Task task);
    bool take(Task& task);
    void run();
    void run(const Task& task);

    const StoreOptions& options_;
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Task> queue_;  // guarded by mutex_
    std::thread thread_;
};

}  // namespace causeway::storage
