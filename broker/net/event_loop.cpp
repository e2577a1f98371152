#include "broker/net/event_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <system_error>
#include <utility>

namespace causeway::net {

namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

std::uint32_t events_for(EventLoop::Interest interest) {
    switch (interest) {
        case EventLoop::Interest::kRead: return EPOLLIN;
        case EventLoop::Interest::kReadWrite: return EPOLLIN | EPOLLOUT;
        case EventLoop::Interest::kWrite: return EPOLLOUT;
        case EventLoop::Interest::kNothing: return 0;
    }
    return 0;
}

}  // namespace

EventLoop::EventLoop(const Clock& clock)
    : clock_(clock),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      alarm_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      timers_(clock.monotonic()),
      now_(clock.monotonic()),
      wall_(clock.wall()) {
    if (epoll_ < 0 || wake_ < 0 || alarm_ < 0) fail("event loop: no descriptor for epoll, eventfd or timerfd");
    for (int* const own : {&wake_, &alarm_}) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = own;
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, *own, &event) != 0) fail("event loop: epoll_ctl");
    }
}

EventLoop::~EventLoop() {
    graveyard_.clear();
    ::close(alarm_);
    ::close(wake_);
    ::close(epoll_);
}

void EventLoop::control(int operation, int fd, Source* source, Interest interest) {
    epoll_event event{};
    event.events = events_for(interest);
    event.data.ptr = source;
    if (::epoll_ctl(epoll_, operation, fd, &event) != 0) fail("event loop: epoll_ctl");
}

void EventLoop::add(int fd, Source& source, Interest interest) { control(EPOLL_CTL_ADD, fd, &source, interest); }
void EventLoop::change(int fd, Source& source, Interest interest) { control(EPOLL_CTL_MOD, fd, &source, interest); }
void EventLoop::remove(int fd) { ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

void EventLoop::stop() {
    stopping_.store(true, std::memory_order_release);
    wake();
}

void EventLoop::wake() {
    const std::uint64_t one = 1;
    // Full counter (EAGAIN) means that the loop is being woken already.
    [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

void EventLoop::read_clock() {
    now_ = clock_.monotonic();
    wall_ = clock_.wall();
}

void EventLoop::set_alarm() {
    const std::optional<Monotonic> next = timers_.next();
    if (next == alarm_at_) return;
    alarm_at_ = next;
    itimerspec spec{};
    if (next) {
        const auto left = std::max(*next - clock_.monotonic(), Monotonic::duration(1));
        const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
        spec.it_value.tv_sec = static_cast<time_t>(seconds.count());
        spec.it_value.tv_nsec = static_cast<long>(std::chrono::nanoseconds(left - seconds).count());
    }
    if (::timerfd_settime(alarm_, 0, &spec, nullptr) != 0) fail("event loop: timerfd_settime");
}

// True when the event was the loop's own and not a source's. Sets mail_ and alarm_at_.
bool EventLoop::take_own_event(const void* source) {
    if (source != &wake_ && source != &alarm_) return false;
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t n = ::read(*static_cast<const int*>(source), &count, sizeof count);
    if (source == &wake_) mail_ = true;
    if (source == &alarm_) alarm_at_.reset();
    return true;
}

void EventLoop::run() {
    thread_ = std::this_thread::get_id();
    std::array<epoll_event, 256> ready{};
    while (!stopping_.load(std::memory_order_acquire)) {
        set_alarm();
        const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), -1);
        if (count < 0 && errno != EINTR) fail("event loop: epoll_wait");
        read_clock();
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = ready[static_cast<std::size_t>(i)];
            if (take_own_event(event.data.ptr)) continue;
            auto& source = *static_cast<Source*>(event.data.ptr);
            const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
            source.on_ready(broken || (event.events & EPOLLIN) != 0, broken || (event.events & EPOLLOUT) != 0);
        }
        if (std::exchange(mail_, false) && on_mail_) on_mail_();
        timers_.advance(now_);
        if (on_turn_end_) on_turn_end_();
        graveyard_.clear();
    }
}

}  // namespace causeway::net
