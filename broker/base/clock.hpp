// What time it is. Injected everywhere outside main(), so that tests need no sleeps.
#pragma once

#include <chrono>
#include <cstdint>

namespace causeway {

using Monotonic = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

// Milliseconds since 1970-01-01T00:00:00Z.
enum class WallTime : std::int64_t {};

inline std::int64_t to_ms(WallTime t) { return static_cast<std::int64_t>(t); }

class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;
    // For intervals: never jumps.
    [[nodiscard]] virtual Monotonic monotonic() const = 0;
    // For what people and tokens call a time: may jump either way.
    [[nodiscard]] virtual WallTime wall() const = 0;
};

// The machine's clocks. Any thread.
class SystemClock final : public Clock {
public:
    [[nodiscard]] Monotonic monotonic() const override { return std::chrono::steady_clock::now(); }
    [[nodiscard]] WallTime wall() const override {
        const auto since = std::chrono::system_clock::now().time_since_epoch();
        return WallTime{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
    }
};

// A clock that moves when told to. For tests.
class ManualClock final : public Clock {
public:
    [[nodiscard]] Monotonic monotonic() const override { return monotonic_; }
    [[nodiscard]] WallTime wall() const override { return wall_; }
    void advance(Milliseconds by) {
        monotonic_ += by;
        wall_ = WallTime{to_ms(wall_) + by.count()};
    }

private:
    Monotonic monotonic_{std::chrono::hours(1)};
    WallTime wall_{1'800'000'000'000};
};

}  // namespace causeway
