// The one way values cross threads: many posters, one thread that takes everything at once.
// A poster wakes the owner only when the box was empty, so a burst costs one wake-up.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace causeway {

template <typename Letter>
class Mailbox {
public:
    // `wake` is called on the poster's thread, without the lock, and must not block.
    explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    // Any thread. Letters of one poster are taken in the order posted.
    void post(Letter letter) {
        bool was_empty = false;
        {
            const std::lock_guard lock(mutex_);
            was_empty = letters_.empty();
            letters_.push_back(std::move(letter));
        }
        if (was_empty) wake_();
    }

    // The owner's thread. Replaces what `into` held by all letters posted so far.
    void take_all(std::vector<Letter>& into) {
        into.clear();
        const std::lock_guard lock(mutex_);
        letters_.swap(into);
    }

    // Any thread; a moment's truth. For limits and metrics.
    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return letters_.size();
    }

private:
    mutable std::mutex mutex_;
    std::vector<Letter> letters_;  // guarded by mutex_
    std::function<void()> wake_;   // constant after construction
};

}  // namespace causeway
