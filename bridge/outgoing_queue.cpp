#include "bridge/outgoing_queue.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace causeway::bridge {

namespace {

std::size_t size_of(const Outgoing& message) {
    std::size_t bytes = message.subject.text().size() + message.payload.size() + message.msg_id.size();
    for (const auto& [name, value] : message.headers) bytes += name.size() + value.size();
    return bytes;
}

}  // namespace

bool OutgoingQueue::push(Outgoing message) {
    const std::size_t bytes = size_of(message);
    {
        const std::lock_guard lock(mutex_);
        if (closed_ || count_ >= max_messages_ || bytes > max_bytes_ - bytes_) return false;
        ++count_;
        bytes_ += bytes;
        messages_.push_back(std::move(message));
    }
    changed_.notify_all();
    return true;
}

void OutgoingQueue::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    changed_.notify_all();
}

void OutgoingQueue::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    changed_.notify_all();
}

bool OutgoingQueue::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

std::size_t OutgoingQueue::size() const {
    const std::lock_guard lock(mutex_);
    return count_;
}

std::vector<Outgoing> OutgoingQueue::take(std::size_t most, std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return !messages_.empty() || woken_ || closed_; });
    woken_ = false;
    const auto end = messages_.begin() + static_cast<std::ptrdiff_t>(std::min(most, messages_.size()));
    std::vector<Outgoing> taken(std::make_move_iterator(messages_.begin()), std::make_move_iterator(end));
    messages_.erase(messages_.begin(), end);
    return taken;
}

void OutgoingQueue::settle(std::vector<Outgoing> taken, std::size_t done) {
    assert(done <= taken.size());
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < done; ++i) bytes += size_of(taken[i]);
    const auto rest = taken.begin() + static_cast<std::ptrdiff_t>(done);
    const std::lock_guard lock(mutex_);
    assert(done <= count_ && bytes <= bytes_);
    count_ -= done;
    bytes_ -= bytes;
    messages_.insert(messages_.begin(), std::make_move_iterator(rest), std::make_move_iterator(taken.end()));
}

void OutgoingQueue::wait_for_close(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return closed_; });
}

}  // namespace causeway::bridge
