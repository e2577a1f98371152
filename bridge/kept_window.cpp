#include "bridge/kept_window.hpp"

#include <cassert>
#include <utility>

namespace causeway::bridge {

bool KeptWindow::push(Kept message) {
    const std::size_t bytes = message.message.payload.size();
    bool was_empty = false;
    {
        const std::lock_guard lock(mutex_);
        if (!open_ || count_ >= max_messages_ || (count_ > 0 && bytes_ + bytes > max_bytes_)) return false;
        ++count_;
        bytes_ += bytes;
        was_empty = messages_.empty();
        messages_.push_back(std::move(message));
    }
    if (was_empty) wake_();
    return true;
}

void KeptWindow::open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
}

std::vector<Kept> KeptWindow::close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
    return std::exchange(messages_, {});
}

std::vector<Kept> KeptWindow::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(messages_, {});
}

void KeptWindow::answered(std::size_t messages, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    assert(messages <= count_ && bytes <= bytes_);
    count_ -= messages;
    bytes_ -= bytes;
}

}  // namespace causeway::bridge
