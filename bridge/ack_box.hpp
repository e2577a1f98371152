// What is to be told to streams: events whose effects are done, or failed. Filled on any thread, for as
// long as anybody holds an event; emptied by the bridge's.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "bridge/bridge.hpp"

namespace causeway::bridge {

class AckBox {
public:
    using Ack = std::pair<std::string, Taken>;  // the subject to say it on

    explicit AckBox(std::function<void()> wake) : wake_(std::move(wake)) {}

    // Beyond kMost one is forgotten: then the event comes again.
    void add(std::string reply, Taken taken) {
        const std::lock_guard lock(mutex_);
        if (acks_.size() >= kMost || !wake_) return;
        acks_.emplace_back(std::move(reply), taken);
        if (acks_.size() == 1) wake_();
    }
    [[nodiscard]] std::vector<Ack> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(acks_, {});
    }
    // Those that could not be said, before those that have come since.
    void put_back(std::vector<Ack> acks) {
        const std::lock_guard lock(mutex_);
        acks.insert(acks.end(), std::make_move_iterator(acks_.begin()), std::make_move_iterator(acks_.end()));
        acks_ = std::move(acks);
    }
    // What `wake` reaches is about to go.
    void close() {
        const std::lock_guard lock(mutex_);
        wake_ = nullptr;
    }

private:
    static constexpr std::size_t kMost = 65'536;

    std::mutex mutex_;
    // Guarded by mutex_
    std::vector<Ack> acks_;
    std::function<void()> wake_;
};

}  // namespace causeway::bridge
