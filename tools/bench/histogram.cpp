#include "tools/bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace causeway::bench {

std::size_t Histogram::bucket_of(std::uint64_t n) {
    if (n < kSteps) return n;
    // The highest set bit chooses the block, the next six bits the step within it.
    const unsigned shift = static_cast<unsigned>(std::bit_width(n)) - 1 - kStepBits;
    return (shift + 1) * kSteps + ((n >> shift) - kSteps);
}

std::uint64_t Histogram::upper_end(std::size_t bucket) {
    if (bucket < kSteps) return bucket;
    const std::size_t shift = bucket / kSteps - 1;
    return ((kSteps + bucket % kSteps + 1) << shift) - 1;
}

void Histogram::record(std::uint64_t nanoseconds) {
    ++buckets_[bucket_of(nanoseconds)];
    ++count_;
    max_ = std::max(max_, nanoseconds);
}

std::uint64_t Histogram::percentile(double percent) const {
    if (count_ == 0) return 0;
    const auto wanted = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(static_cast<double>(count_) * percent / 100)));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket)
        if ((seen += buckets_[bucket]) >= wanted) return std::min(upper_end(bucket), max_);
    return max_;
}

}  // namespace causeway::bench
