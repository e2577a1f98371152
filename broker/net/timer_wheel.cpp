#include "broker/net/timer_wheel.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace causeway::net {

void Timer::cancel() {
    if (next_ == nullptr || wheel_ == nullptr) return;
    TimerWheel::unlink(*this);
    --wheel_->pending_;
}

TimerWheel::TimerWheel(Monotonic now) : start_(now) {
    for (Slot& slot : slots_) slot.next_ = slot.previous_ = &slot;
}

TimerWheel::~TimerWheel() {
    for (Slot& slot : slots_)
        while (slot.next_ != &slot) unlink(*slot.next_);
}

std::size_t TimerWheel::tick_of(Monotonic time) const {
    if (time <= start_) return 0;
    return static_cast<std::size_t>((time - start_) / kTick);
}

void TimerWheel::link(Timer& ring, Timer& timer) {
    timer.previous_ = ring.previous_;
    timer.next_ = &ring;
    ring.previous_->next_ = &timer;
    ring.previous_ = &timer;
}

void TimerWheel::unlink(Timer& timer) {
    timer.previous_->next_ = timer.next_;
    timer.next_->previous_ = timer.previous_;
    timer.next_ = timer.previous_ = nullptr;
}

void TimerWheel::set(Timer& timer, Monotonic due) {
    timer.cancel();
    timer.wheel_ = this;
    timer.due_ = due;
    // The tick after the one that holds `due`, so that it never fires early.
    const std::size_t tick = std::max(tick_of(due) + 1, done_ + 1);
    const std::size_t slot = tick % kSlots;
    link(slots_[slot], timer);
    occupied_[slot / 64] |= std::uint64_t{1} << slot % 64;
    ++pending_;
}

void TimerWheel::advance(Monotonic now) {
    const std::size_t today = tick_of(now);
    if (today <= done_) return;
    // After a long pause each slot needs to be seen once only.
    const std::size_t first = today - done_ > kSlots ? today - kSlots + 1 : done_ + 1;
    done_ = today;
    for (std::size_t tick = first; tick <= today; ++tick) fire(tick % kSlots, now);
}

void TimerWheel::fire(std::size_t slot, Monotonic now) {
    const std::uint64_t bit = std::uint64_t{1} << slot % 64;
    if ((occupied_[slot / 64] & bit) == 0) return;
    Timer& ring = slots_[slot];
    // Taken off the wheel first: a firing timer may set or cancel any other.
    Slot due;
    due.next_ = due.previous_ = &due;
    for (Timer* timer = ring.next_; timer != &ring;) {
        Timer* const following = timer->next_;
        if (timer->due_ <= now) {
            unlink(*timer);
            link(due, *timer);
        }
        timer = following;
    }
    if (ring.next_ == &ring) occupied_[slot / 64] &= ~bit;
    while (due.next_ != &due) {
        Timer& timer = *due.next_;
        unlink(timer);
        --pending_;
        timer.on_time(now);
    }
    due.next_ = nullptr;
}

std::size_t TimerWheel::ticks_to_next_slot() const {
    for (std::size_t ahead = 1; ahead <= kSlots;) {
        const std::size_t slot = (done_ + ahead) % kSlots;
        const std::uint64_t rest = occupied_[slot / 64] >> slot % 64;
        if (rest != 0) return ahead + static_cast<std::size_t>(std::countr_zero(rest));
        ahead += 64 - slot % 64;
    }
    return kSlots;
}

std::optional<Monotonic> TimerWheel::next() const {
    if (pending_ == 0) return std::nullopt;
    return start_ + (done_ + ticks_to_next_slot()) * kTick;
}

}  // namespace causeway::net
