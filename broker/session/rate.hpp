// A token bucket in one number (GCRA): so many per second, so many at once. Single-threaded.
#pragma once

#include "broker/base/clock.hpp"

namespace causeway::session {

class Rate {
public:
    // `per_second` 0 = unlimited. `burst` at least 1.
    Rate(double per_second, double burst) {
        if (per_second <= 0) return;
        interval_ =
            std::chrono::duration_cast<Monotonic::duration>(std::chrono::duration<double>(1 / per_second));
        slack_ = std::chrono::duration_cast<Monotonic::duration>(
            std::chrono::duration<double>((burst - 1) / per_second));
    }

    // False when one more now would be too many; then it is not counted.
    [[nodiscard]] bool admit(Monotonic now) {
        if (interval_ == Monotonic::duration::zero()) return true;
        if (due_ < now) due_ = now;
        if (due_ - now > slack_) return false;
        due_ += interval_;
        return true;
    }

private:
    Monotonic::duration interval_{};
    Monotonic::duration slack_{};
    Monotonic due_{};
};

}  // namespace causeway::session
