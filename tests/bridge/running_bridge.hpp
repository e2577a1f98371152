// A NatsBridge with everything it said kept for the test to look at.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bridge/nats_bridge.hpp"
#include "tests/support/eventually.hpp"

namespace causeway::bridge {

inline NatsOptions quick_options(std::string url) {
    NatsOptions options;
    options.urls = {std::move(url)};
    options.node = "a";
    options.reconnect_wait = std::chrono::milliseconds(20);
    options.max_reconnect_wait = std::chrono::milliseconds(100);
    options.connect_timeout = std::chrono::milliseconds(500);
    options.ping_interval = std::chrono::milliseconds(300);
    options.write_deadline = std::chrono::milliseconds(300);
    options.flush_timeout = std::chrono::milliseconds(1000);
    options.request_timeout = std::chrono::milliseconds(400);
    return options;
}

inline Outgoing outgoing(std::string_view subject, std::string payload, Headers headers = {}) {
    return {std::get<Subject>(Subject::parse(subject)), std::move(payload), std::move(headers), ""};
}

class RunningBridge {
public:
    explicit RunningBridge(NatsOptions options)
        : bridge_(std::make_unique<NatsBridge>(std::move(options), handlers(), clock_)) {}

    NatsBridge& operator*() { return *bridge_; }
    NatsBridge* operator->() { return bridge_.get(); }
    void end() { bridge_.reset(); }
    // Once it holds, or after the usual patience.
    template <typename Condition>
    void end_after(Condition condition) {
        (void)test::eventually(condition);
        end();
    }
    // Events of streams are done as soon as they come. Before anything is published.
    void takes_all() { takes_all_ = true; }

    [[nodiscard]] bool gets_connected() { return becomes(LinkState::kConnected); }
    [[nodiscard]] bool loses_connection() { return becomes(LinkState::kDisconnected); }
    [[nodiscard]] bool becomes(LinkState state) {
        return test::eventually([&] { return bridge_->status().state == state; });
    }
    [[nodiscard]] bool hears(const std::string& payload) {
        return test::eventually([&] {
            const auto all = events();
            return std::any_of(all.begin(), all.end(), [&](const Event& e) { return e.payload == payload; });
        });
    }
    [[nodiscard]] std::vector<Event> events() { return copy(events_); }
    [[nodiscard]] std::vector<LinkStatus> states() { return copy(states_); }
    [[nodiscard]] std::vector<std::string> problems() { return copy(problems_); }
    [[nodiscard]] std::vector<std::string> notices() { return copy(notices_); }
    [[nodiscard]] std::vector<KeptAnswer> fates() { return copy(fates_); }

    std::function<void()> before_event = [] {};  // set it before anything is published

private:
    BridgeHandlers handlers() {
        return {[this](Event event) {
                    before_event();
                    if (takes_all_ && event.on_taken) event.on_taken(Taken::kDone);
                    add(events_, std::move(event));
                },
                [this](const LinkStatus& status) { add(states_, status); },
                [this](const std::string& problem) { add(problems_, problem); },
                [this](const std::vector<KeptAnswer>& answers) {
                    for (const KeptAnswer& answer : answers) add(fates_, answer);
                },
                [this](const std::string& notice) { add(notices_, notice); }};
    }
    template <typename T>
    std::vector<T> copy(const std::vector<T>& from) {
        const std::lock_guard lock(mutex_);
        return from;
    }
    template <typename T>
    void add(std::vector<T>& to, T value) {
        const std::lock_guard lock(mutex_);
        to.push_back(std::move(value));
    }

    SystemClock clock_;
    std::mutex mutex_;
    std::vector<Event> events_;
    std::vector<LinkStatus> states_;
    std::vector<std::string> problems_;
    std::vector<std::string> notices_;
    std::vector<KeptAnswer> fates_;
    std::atomic<bool> takes_all_ = false;
    std::unique_ptr<NatsBridge> bridge_;  // last: its threads use all the others
};

}  // namespace causeway::bridge
