// Durations in logarithmic buckets with 64 steps for each power of two: every percentile is right within
// 1.6 %, whatever the range, and recording costs an increment.
#pragma once

#include <array>
#include <cstdint>

namespace causeway::bench {

class Histogram {
public:
    void record(std::uint64_t nanoseconds);
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t max() const { return max_; }
    // The least recorded value (its bucket's upper end) that `percent` of all do not exceed. 0 when empty.
    [[nodiscard]] std::uint64_t percentile(double percent) const;

private:
    static constexpr unsigned kStepBits = 6;
    static constexpr std::uint64_t kSteps = 1U << kStepBits;

    [[nodiscard]] static std::size_t bucket_of(std::uint64_t n);
    [[nodiscard]] static std::uint64_t upper_end(std::size_t bucket);

    std::array<std::uint64_t, (64 - kStepBits + 1) * kSteps> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace causeway::bench
