// Whether every message arrived exactly once and in order: one counter for each (receiver, flow), and
// the few sequences that were skipped and may still come.
#pragma once

#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>

namespace causeway::bench {

class DeliveryCheck {
public:
    enum class Outcome { kInOrder, kLate, kDuplicate };

    enum class Order { kCounts, kFree };  // where receivers compete, one may be behind another

    // `key` stands for receiver and flow.
    Outcome arrived(std::uint64_t key, std::uint64_t sequence, Order order = Order::kCounts) {
        std::uint64_t& next = next_[key];
        if (sequence >= next) {
            for (; next < sequence; ++next) skipped_.emplace(key, next);
            ++next;
            ++unique_;
            return Outcome::kInOrder;
        }
        if (skipped_.erase({key, sequence}) == 0) {
            ++duplicates_;
            return Outcome::kDuplicate;
        }
        ++unique_;
        if (order == Order::kCounts) ++late_;
        return Outcome::kLate;
    }

    [[nodiscard]] std::uint64_t unique() const { return unique_; }
    [[nodiscard]] std::uint64_t duplicates() const { return duplicates_; }
    [[nodiscard]] std::uint64_t late() const { return late_; }  // after one that was sent later

private:
    std::unordered_map<std::uint64_t, std::uint64_t> next_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> skipped_;
    std::uint64_t unique_ = 0;
    std::uint64_t duplicates_ = 0;
    std::uint64_t late_ = 0;
};

}  // namespace causeway::bench
