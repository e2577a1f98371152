#include "storage/care_thread.hpp"

#include <utility>

namespace causeway::storage {

namespace {

constexpr std::size_t kWaitingAtMost = 4;

}  // namespace

CareThread::CareThread(const StoreOptions& options) : options_(options), thread_([this] { run(); }) {}

CareThread::~CareThread() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

bool CareThread::enqueue(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= kWaitingAtMost) return false;
        queue_.push_back(std::move(task));
    }
    wake_.notify_one();
    return true;
}

bool CareThread::take(Task& task) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return false;
    task = std::move(queue_.front());
    queue_.pop_front();
    return true;
}

void CareThread::run() {
    Task task;
    while (take(task)) {
        run(task);
        task = nullptr;
    }
}

void CareThread::run(const Task& task) {
    std::optional<LongRead> read;
    std::string why = "the store is being closed";
    try {
        if (!stopping_) read.emplace(options_, stopping_);
    } catch (const Error& error) {
        why = error.what();
    }
    task(read ? &*read : nullptr, why);
}

}  // namespace causeway::storage
