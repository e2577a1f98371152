// The one place where tests wait: for a condition, with a deadline, never for a length of time. Deadlines are
// for failures only; machines that are busy with something else are slow.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>

namespace causeway::test {

inline constexpr std::chrono::milliseconds kPatience{30'000};

// Whether `condition` came true (was truthy) before the deadline. Asked at least once.
template <typename Condition>
[[nodiscard]] bool eventually(Condition condition, std::chrono::milliseconds patience = kPatience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    auto pause = std::chrono::microseconds(200);
    while (true) {
        if (condition()) return true;
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(pause);
        if (pause < std::chrono::milliseconds(10)) pause *= 2;
    }
}

// Whether `condition` stayed true all the time. For what must not happen; keep the time short.
template <typename Condition>
[[nodiscard]] bool throughout(std::chrono::milliseconds time, Condition condition) {
    return !eventually([&] { return !condition(); }, time);
}

// The first truthy value of `get`, dereferenced: an optional's or a pointer's. Throws at the deadline.
template <typename Get>
[[nodiscard]] auto wait_for(const std::string& what, Get get,
                            std::chrono::milliseconds patience = kPatience) {
    std::invoke_result_t<Get> value{};
    if (!eventually([&] { return static_cast<bool>(value = get()); }, patience))
        throw std::runtime_error("waited in vain for " + what);
    return *std::move(value);
}

}  // namespace causeway::test
