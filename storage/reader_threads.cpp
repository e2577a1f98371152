#include "storage/reader_threads.hpp"

#include <algorithm>

namespace causeway::storage {

ReaderThreads::ReaderThreads(const StoreOptions& options) : options_(options) {
    // Opened before any thread starts, and kept: a disk that fills up later does not stop them.
    std::vector<std::unique_ptr<Reader>> readers;
    for (std::size_t i = 0; i < std::max<std::size_t>(options.readers, 1); ++i)
        readers.push_back(std::make_unique<Reader>(options_));
    for (auto& reader : readers)
        threads_.emplace_back([this, own = std::move(reader)]() mutable { run(std::move(own)); });
}

ReaderThreads::~ReaderThreads() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
}

bool ReaderThreads::enqueue(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= options_.queue_limit) return false;
        queue_.push_back(std::move(task));
    }
    wake_.notify_one();
    return true;
}

void ReaderThreads::run(std::unique_ptr<Reader> reader) {
    Task task;
    while (take(task)) {
        try {
            if (!reader) reader = std::make_unique<Reader>(options_);
            task(reader.get(), {});
        } catch (const Error& error) {
            reader.reset();  // the next read begins with a fresh handle
            task(nullptr, error.what());
        }
        task = nullptr;
    }
}

bool ReaderThreads::take(Task& task) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return false;
    task = std::move(queue_.front());
    queue_.pop_front();
    return true;
}

}  // namespace causeway::storage
