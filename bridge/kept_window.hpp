// Messages that somebody keeps until they are confirmed, on their way to the bridge's thread. Bounded: what
// is published and not yet answered counts. Takes nothing while there is no connection.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

#include "bridge/bridge.hpp"

namespace causeway::bridge {

class KeptWindow {
public:
    // `wake` is called on the caller's thread, without the lock.
    KeptWindow(std::size_t messages, std::size_t bytes, std::function<void()> wake)
        : max_messages_(messages), max_bytes_(bytes), wake_(std::move(wake)) {}

    // Any thread; never blocks. False: closed or full. One message always fits an empty window.
    [[nodiscard]] bool push(Kept message);

    // The rest is for the bridge's thread.
    void open();
    // Takes no more; what was taken in and not fetched by take() comes back.
    [[nodiscard]] std::vector<Kept> close();
    [[nodiscard]] std::vector<Kept> take();
    // So many fewer wait for an answer.
    void answered(std::size_t messages, std::size_t bytes);

private:
    const std::size_t max_messages_;
    const std::size_t max_bytes_;
    const std::function<void()> wake_;
    std::mutex mutex_;
    // Guarded by mutex_
    bool open_ = false;
    std::vector<Kept> messages_;
    std::size_t count_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace causeway::bridge
