// How many sessions each user has, over all shards: for the limit, and for the moments when a user
// comes online and goes offline. Any thread; locked by stripes.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "broker/base/numbers.hpp"

namespace causeway::session {

class UserSessions {
public:
    enum class Joined : std::uint8_t { kFirst, kAnother, kTooMany };

    // `limit` 0 = unlimited. After kTooMany nothing is to be left.
    [[nodiscard]] Joined join(std::string_view user, std::size_t limit);
    // True when that was the user's last session.
    [[nodiscard]] bool leave(std::string_view user);
    // Distinct users with a session.
    [[nodiscard]] std::size_t users() const { return users_.load(std::memory_order_relaxed); }

private:
    struct Stripe {
        std::mutex mutex;
        std::unordered_map<std::string, std::size_t, StringHash, std::equal_to<>>
            sessions;  // guarded by mutex
    };
    Stripe& stripe_of(std::string_view user) { return stripes_[StringHash{}(user) % stripes_.size()]; }

    std::array<Stripe, 32> stripes_;
    std::atomic<std::size_t> users_{0};
};

}  // namespace causeway::session
