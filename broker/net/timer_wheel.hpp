// Deadlines by the ten thousand: setting, moving and cancelling one costs a few pointer writes.
// A timer fires up to one tick (32 ms) late, never early. Single-threaded, no system calls.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "broker/base/clock.hpp"

namespace causeway::net {

class TimerWheel;

// One deadline of one owner, to be embedded in it. Cancels itself when destroyed.
class Timer {
public:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    virtual ~Timer() { cancel(); }
    void cancel();
    [[nodiscard]] bool pending() const { return next_ != nullptr; }

protected:
    // The wheel has forgotten the timer: it may be set again from here.
    virtual void on_time(Monotonic now) = 0;

private:
    friend class TimerWheel;
    Timer* next_ = nullptr;
    Timer* previous_ = nullptr;
    Monotonic due_;
    TimerWheel* wheel_ = nullptr;
};

class TimerWheel {
public:
    static constexpr Milliseconds kTick{32};

    explicit TimerWheel(Monotonic now);
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;
    ~TimerWheel();

    // Replaces the deadline that `timer` had.
    void set(Timer& timer, Monotonic due);
    // Fires what is due. Timers set by a firing timer wait for the next call.
    void advance(Monotonic now);
    // When advance() may have work next; nothing when no timer is set.
    [[nodiscard]] std::optional<Monotonic> next() const;

private:
    friend class Timer;
    // A node that only anchors the ring of a slot.
    class Slot final : public Timer {
        void on_time(Monotonic /*now*/) override {}
    };
    static constexpr std::size_t kSlots = 1024;  // 32 s a round; later deadlines wait for their round

    static void link(Timer& ring, Timer& timer);
    static void unlink(Timer& timer);
    void fire(std::size_t slot, Monotonic now);
    [[nodiscard]] std::size_t tick_of(Monotonic time) const;
    [[nodiscard]] std::size_t ticks_to_next_slot() const;

    Monotonic start_;
    std::size_t done_ = 0;  // ticks handled
    std::size_t pending_ = 0;
    std::array<Slot, kSlots> slots_;
    std::array<std::uint64_t, kSlots / 64> occupied_{};  // a bit per slot that may hold a timer
};

}  // namespace causeway::net
