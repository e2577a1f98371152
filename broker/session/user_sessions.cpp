#include "broker/session/user_sessions.hpp"

#include <cassert>

namespace causeway::session {

UserSessions::Joined UserSessions::join(std::string_view user, std::size_t limit) {
    Stripe& stripe = stripe_of(user);
    const std::lock_guard lock(stripe.mutex);
    const auto found = stripe.sessions.find(user);
    if (found == stripe.sessions.end()) {
        stripe.sessions.emplace(user, 1);
        users_.fetch_add(1, std::memory_order_relaxed);
        return Joined::kFirst;
    }
    if (limit != 0 && found->second >= limit) return Joined::kTooMany;
    ++found->second;
    return Joined::kAnother;
}

bool UserSessions::leave(std::string_view user) {
    Stripe& stripe = stripe_of(user);
    const std::lock_guard lock(stripe.mutex);
    const auto found = stripe.sessions.find(user);
    assert(found != stripe.sessions.end());
    if (--found->second > 0) return false;
    stripe.sessions.erase(found);
    users_.fetch_sub(1, std::memory_order_relaxed);
    return true;
}

}  // namespace causeway::session
