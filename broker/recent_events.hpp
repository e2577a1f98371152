// Events seen within a window of time, by id, and how far each has got: what tells a repetition from an
// event that is to be tried again. Any thread; one lock.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "broker/base/clock.hpp"

namespace causeway {

class RecentEvents {
public:
    static constexpr std::size_t kMost = 65'536;  // the oldest are forgotten first
    static constexpr Milliseconds kWindow{60'000};

    enum class Seen : std::uint8_t {
        kNever,
        kUnderWay,  // the store has not answered yet
        kFailed,    // subscribers have it, the store refused it for now
        kDone,
    };

    // How far it had got when it came; it is under way from now on unless it was done.
    [[nodiscard]] Seen comes(const std::string& id, Monotonic now);
    void ends(const std::string& id, Seen how);

private:
    std::mutex mutex_;
    // Guarded by mutex_
    std::deque<std::pair<Monotonic, std::string>> by_age_;
    std::unordered_map<std::string, Seen> events_;
};

}  // namespace causeway
