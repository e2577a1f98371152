// Why the store does not commit, as it said when that began. Told on the store's thread, read on any.
#pragma once

#include <mutex>
#include <string>

namespace causeway {

class StoreCondition {
public:
    void tell(bool healthy, const std::string& reason) {
        const std::lock_guard lock(mutex_);
        reason_ = healthy ? std::string() : reason;
    }
    // Empty while all is well.
    [[nodiscard]] std::string reason() const {
        const std::lock_guard lock(mutex_);
        return reason_;
    }

private:
    mutable std::mutex mutex_;
    std::string reason_;  // under mutex_
};

}  // namespace causeway
