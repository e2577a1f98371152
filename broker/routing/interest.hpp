// Which shards want a destination. Shared by all shards and by whoever publishes from outside them;
// changes only when a shard's first subscriber comes or its last one goes.
// Once want() has returned, every later wanting() on any thread sees it: that is what lets the
// RECEIPT of a SUBSCRIBE promise that nothing published after it is missed.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "broker/base/numbers.hpp"
#include "broker/routing/pattern_tree.hpp"

namespace causeway::routing {

// A set of shards, a bit each. 64 are enough for the machines of today.
using ShardMask = std::uint64_t;
inline constexpr std::size_t kMaxShards = 64;

class Interest {
public:
    // `destination` is a literal as routed, or (…_pattern) a Pattern's text.
    void want(std::string_view destination, std::size_t shard);
    void forget(std::string_view destination, std::size_t shard);
    void want_pattern(std::string_view pattern, std::size_t shard);
    void forget_pattern(std::string_view pattern, std::size_t shard);

    [[nodiscard]] ShardMask wanting(std::string_view destination) const;

private:
    struct Stripe {
        mutable std::mutex mutex;
        std::unordered_map<std::string, ShardMask, StringHash, std::equal_to<>> wants;  // guarded by mutex
    };
    static constexpr std::size_t kStripes = 64;
    [[nodiscard]] const Stripe& stripe_of(std::string_view destination) const;

    std::array<Stripe, kStripes> stripes_;
    mutable std::shared_mutex patterns_mutex_;
    PatternTree<ShardMask> patterns_;        // guarded by patterns_mutex_
    std::atomic<std::size_t> pattern_count_{0};  // so that a broker without patterns takes no lock
};

}  // namespace causeway::routing
