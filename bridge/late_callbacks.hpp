// What callbacks of the client library get instead of a pointer. The library calls for longer than it says:
// the thread that drains a connection may tell of an error after it was told that the connection is closed,
// on a thread that lives as long as the process. So it is given a number, and whoever has gone is not found.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>

namespace causeway::bridge {

template <typename Target>
class LateCallbacks {
public:
    explicit LateCallbacks(Target& target) {
        Table& all = table();
        const std::lock_guard lock(all.mutex);
        number_ = ++all.last;
        all.targets.emplace(number_, &target);
    }
    LateCallbacks(const LateCallbacks&) = delete;
    LateCallbacks& operator=(const LateCallbacks&) = delete;
    // Returns after a call() under way. Not from within one.
    ~LateCallbacks() {
        Table& all = table();
        const std::lock_guard lock(all.mutex);
        all.targets.erase(number_);
    }

    // For the library; never dereferenced.
    [[nodiscard]] void* closure() const { return reinterpret_cast<void*>(number_); }

    // Any thread. Calls `what` with the target if it is still there; one call at a time. It must be brief and
    // not call the library.
    template <typename What>
    static void call(void* closure, What what) {
        Table& all = table();
        const std::lock_guard lock(all.mutex);
        const auto found = all.targets.find(reinterpret_cast<std::uintptr_t>(closure));
        if (found != all.targets.end()) what(*found->second);
    }

private:
    struct Table {
        std::mutex mutex;
        // Guarded by mutex
        std::uintptr_t last = 0;
        std::unordered_map<std::uintptr_t, Target*> targets;
    };
    // Never destroyed, as the library's thread does not end before the process.
    static Table& table() {
        static Table* const all = new Table;
        return *all;
    }

    std::uintptr_t number_ = 0;
};

}  // namespace causeway::bridge
