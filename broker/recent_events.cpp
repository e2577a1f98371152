#include "broker/recent_events.hpp"

namespace causeway {

RecentEvents::Seen RecentEvents::comes(const std::string& id, Monotonic now) {
    const std::lock_guard lock(mutex_);
    while (!by_age_.empty() && (now - by_age_.front().first > kWindow || by_age_.size() >= kMost)) {
        events_.erase(by_age_.front().second);
        by_age_.pop_front();
    }
    const auto [found, is_new] = events_.try_emplace(id, Seen::kUnderWay);
    if (is_new) {
        by_age_.emplace_back(now, id);
        return Seen::kNever;
    }
    const Seen before = found->second;
    if (before == Seen::kFailed) found->second = Seen::kUnderWay;
    return before;
}

void RecentEvents::ends(const std::string& id, Seen how) {
    const std::lock_guard lock(mutex_);
    if (const auto found = events_.find(id); found != events_.end()) found->second = how;
}

}  // namespace causeway
