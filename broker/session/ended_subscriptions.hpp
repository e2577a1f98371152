// The last few subscriptions of a session that are no more, by a hash of their ids. A client may speak of one
// before it hears, or although it knows, that the broker ended it: that is no error.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace causeway::session {

class EndedSubscriptions {
public:
    static constexpr std::size_t kMost = 32;
    enum class By : std::uint8_t { kClient, kBroker };

    void add(std::string_view id, By by) {
        if (ended_.size() == kMost) ended_.erase(ended_.begin());
        ended_.push_back({std::hash<std::string_view>{}(id), by});
    }
    // The id is in use again.
    void forget(std::string_view id) {
        std::erase_if(ended_,
                      [&](const Ended& ended) { return ended.id == std::hash<std::string_view>{}(id); });
    }
    [[nodiscard]] bool has(std::string_view id) const {
        return std::any_of(ended_.begin(), ended_.end(),
                           [&](const Ended& ended) { return ended.id == std::hash<std::string_view>{}(id); });
    }
    // Whether an UNSUBSCRIBE of it is in order: the first one of what the broker ended is.
    [[nodiscard]] bool take_ended_by_broker(std::string_view id) {
        const auto found = std::find_if(ended_.begin(), ended_.end(), [&](const Ended& ended) {
            return ended.by == By::kBroker && ended.id == std::hash<std::string_view>{}(id);
        });
        if (found == ended_.end()) return false;
        found->by = By::kClient;
        return true;
    }
    [[nodiscard]] bool empty() const { return ended_.empty(); }

private:
    struct Ended {
        std::size_t id;
        By by;
    };
    std::vector<Ended> ended_;
};

}  // namespace causeway::session
