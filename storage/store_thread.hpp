// The thread that commits: takes all requests queued so far (up to a cap), one transaction, one
// commit, then tells what was committed and answers, in this order. When the disk fails, every
// request of that commit is refused, the handle is closed, and requests are refused at once until
// another one could be opened: a caller never waits for a disk that may not come back. While space is
// short it refuses what would grow.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "storage/care.hpp"
#include "storage/free_space.hpp"
#include "storage/writer.hpp"

namespace causeway::storage {

class StoreThread {
public:
    // Opens the file on the calling thread; throws Error. `clock` and `random` outlive this object;
    // `random` is this thread's alone.
    StoreThread(const StoreOptions& options, const Clock& clock, Random& random, OnCommitted on_committed);
    StoreThread(const StoreThread&) = delete;
    StoreThread& operator=(const StoreThread&) = delete;
    // Commits and answers what was submitted, then returns.
    ~StoreThread();

    // Any thread.
    void submit(Request request, OnAnswer on_answer);
    [[nodiscard]] const std::string& epoch() const { return epoch_; }
    [[nodiscard]] StoreFigures figures() const;
    [[nodiscard]] bool healthy() const { return healthy_.load(std::memory_order_relaxed); }

private:
    struct Submitted {
        Request request;
        OnAnswer on_answer;
    };
    using Batch = std::span<Submitted>;

    void run();
    // The requests of the next commit, maybe none. False: stopped, and nothing is left to do.
    bool take(Batch& batch);
    void commit(Batch batch);
    void maintain();
    void try_to_open();
    void give_up(const Error& error);
    void refuse(Batch batch);
    [[nodiscard]] Answer decide(Request& request, std::vector<Committed>& committed);
    // Tells when it has changed, once. A disk that takes some writes and fails others is not told of every
    // time: a new writer is believed in when it has lived for a while.
    void tell_health();
    void take_figures();

    // Constant after construction
    const StoreOptions options_;
    const Clock& clock_;
    const OnCommitted on_committed_;
    std::string epoch_;

    // The thread's own
    Random& random_;
    std::unique_ptr<Writer> writer_;  // null while the disk fails
    std::chrono::milliseconds back_off_{0};
    std::chrono::steady_clock::time_point open_again_at_{};
    bool on_trial_ = false;                               // the writer follows one that failed …
    std::chrono::steady_clock::time_point trusted_at_{};  // … and is trusted from here on
    bool more_to_maintain_ = false;
    std::vector<Submitted> taken_;  // out of the queue; the batches are slices of it
    std::size_t done_ = 0;          // of taken_
    FreeSpace space_;
    std::string failure_;   // why there is no writer
    StoreFigures counted_;  // without `queued`
    std::chrono::steady_clock::time_point measure_again_at_{};

    std::atomic<bool> healthy_{true};
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Submitted> queue_;  // guarded by mutex_
    std::size_t waiting_ = 0;       // guarded by mutex_: of queue_ and taken_
    bool stopping_ = false;         // guarded by mutex_
    StoreFigures figures_;          // guarded by mutex_
    std::thread thread_;
};

}  // namespace causeway::storage
