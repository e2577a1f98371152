#include "broker/queue/window.hpp"

#include <algorithm>

namespace causeway::queue {

namespace {

constexpr std::size_t kPage = 200;
constexpr std::size_t kShortPage = 16;  // when memory is short

}  // namespace

std::size_t Window::room(const Waiting& waiting) const {
    if (waiting.messages >= options_.messages || waiting.bytes >= options_.bytes) return 0;
    const std::size_t by_bytes = (options_.bytes - waiting.bytes) / std::max<std::size_t>(average_, 1);
    return std::max<std::size_t>(1, std::min(options_.messages - waiting.messages, by_bytes));
}

std::size_t Window::room(const Waiting& waiting, Memory memory) const {
    return std::min(room(waiting), memory == Memory::kShort ? kShortPage : kPage);
}

bool Window::on_committed(Offset offset, bool wanted, const Waiting& waiting, Memory memory) {
    if (offset <= read_through_) return false;
    const bool follows = !has_unread() && !reading_;
    end_ = std::max(end_, offset);
    if (!follows || !wanted || memory == Memory::kShort || room(waiting) == 0) return false;
    read_through_ = offset;
    return true;
}

// Read when half of the window has gone, so that consumers do not wait for each page.
std::optional<PageWish> Window::wish(const Waiting& waiting, Memory memory) {
    if (reading_ || !has_unread()) return std::nullopt;
    const bool low = waiting.messages <= options_.messages / 2 && waiting.bytes <= options_.bytes / 2;
    const bool needed = memory == Memory::kShort
                            ? waiting.messages < kShortPage / 2 || waiting.front_is_blocked
                            : low || (waiting.front_is_blocked && room(waiting) > 0);
    const std::size_t limit = room(waiting, memory);
    if (!needed || limit == 0) return std::nullopt;
    reading_ = true;
    reading_era_ = era_;
    return PageWish{read_through_, limit, end_};
}

bool Window::on_page(const PageWish& wish, Offset last, bool more, std::size_t bytes, std::size_t messages) {
    reading_ = false;
    if (reading_era_ != era_) return false;
    if (messages > 0) average_ = std::max<std::size_t>(1, bytes / messages);
    read_through_ = std::max(read_through_, last);
    // Nothing more: all that was known of when the page was asked for is in it, or gone.
    if (!more || messages == 0) read_through_ = std::max(read_through_, wish.stored_end);
    end_ = std::max(end_, read_through_);
    return true;
}

void Window::forget_beyond(Offset offset) {
    if (offset >= read_through_) return;
    read_through_ = offset;
    ++era_;
}

void Window::pass(Offset offset) {
    end_ = std::max(end_, offset);
    if (offset <= read_through_) return;
    read_through_ = offset;
    ++era_;
}

}  // namespace causeway::queue
