// One thread's wait for sockets, time and other threads: epoll, level-triggered.
//
// We accept with Asio but wait with epoll: Asio re-arms each wait for readability with a system call
// of its own, which on a connection that waits without a buffer is a quarter of a small message's cost.
// The next deadline is kept by a descriptor of its own, set only when it changes: a timeout given to each
// wait would make the kernel program the machine's timer for every message, which a virtual one feels.
// Thread: everything but stop() and wake() belongs to the thread in run().
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/net/timer_wheel.hpp"

namespace causeway::net {

class EventLoop {
public:
    // Something with a descriptor. Must remove() itself and be given to bury() rather than deleted
    // while the loop runs: events of the same turn may still name it.
    class Source {
    public:
        Source() = default;
        Source(const Source&) = delete;
        Source& operator=(const Source&) = delete;
        virtual ~Source() = default;
        virtual void on_ready(bool readable, bool writable) = 0;
    };
    enum class Interest : std::uint8_t { kRead, kReadWrite, kWrite, kNothing };

    // `clock` outlives the loop. Throws std::system_error when the kernel gives no descriptor.
    explicit EventLoop(const Clock& clock);
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    ~EventLoop();

    void add(int fd, Source& source, Interest interest);
    void change(int fd, Source& source, Interest interest);
    void remove(int fd);
    // Destroyed at the end of the turn.
    void bury(std::unique_ptr<Source> source) { graveyard_.push_back(std::move(source)); }

    // Called after each wake(), and at the end of every turn. Set before run().
    void on_mail(std::function<void()> handler) { on_mail_ = std::move(handler); }
    void on_turn_end(std::function<void()> handler) { on_turn_end_ = std::move(handler); }

    // Runs until stop(). An exception from a handler is ours to fix: it ends the process.
    void run();
    void stop();  // any thread
    void wake();  // any thread

    [[nodiscard]] TimerWheel& timers() { return timers_; }
    // The time at which this turn began; never older than the event being handled by more than a turn.
    [[nodiscard]] Monotonic now() const { return now_; }
    [[nodiscard]] WallTime wall() const { return wall_; }
    [[nodiscard]] bool in_loop_thread() const { return std::this_thread::get_id() == thread_; }

private:
    void read_clock();
    void set_alarm();
    bool take_own_event(const void* source);
    void control(int operation, int fd, Source* source, Interest interest);

    // Constant after construction.
    const Clock& clock_;
    int epoll_ = -1;
    int wake_ = -1;
    int alarm_ = -1;
    std::function<void()> on_mail_;
    std::function<void()> on_turn_end_;

    TimerWheel timers_;
    std::optional<Monotonic> alarm_at_;  // what alarm_ is set to
    Monotonic now_;
    WallTime wall_{};
    std::vector<std::unique_ptr<Source>> graveyard_;
    bool mail_ = false;
    std::thread::id thread_ = std::this_thread::get_id();
    std::atomic<bool> stopping_{false};
};

// The time at which the loop's turn began, for all that happens in it: what a turn handles is handled at
// once, and reading the machine's clock for each of its messages would cost more than some of them.
class TurnClock final : public Clock {
public:
    // `loop` outlives the clock.
    explicit TurnClock(const EventLoop& loop) : loop_(loop) {}
    [[nodiscard]] Monotonic monotonic() const override { return loop_.now(); }
    [[nodiscard]] WallTime wall() const override { return loop_.wall(); }

private:
    const EventLoop& loop_;
};

}  // namespace causeway::net
