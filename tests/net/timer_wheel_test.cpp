#include "broker/net/timer_wheel.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <vector>

using namespace causeway;
using namespace causeway::net;

namespace {

const Monotonic kStart{std::chrono::hours(1)};

struct Bell final : Timer {
    explicit Bell(std::vector<int>& rung_, int number_) : rung(rung_), number(number_) {}
    void on_time(Monotonic /*now*/) override {
        rung.push_back(number);
        if (then) then();
    }
    std::vector<int>& rung;
    int number;
    std::function<void()> then;
};

}  // namespace

TEST_CASE("a timer fires never early and at most two ticks late") {
    for (const int ms : {0, 1, 31, 32, 33, 500, 5'000, 32'768, 40'000, 100'000}) {
        TimerWheel wheel(kStart);
        std::vector<int> rung;
        Bell bell(rung, ms);
        wheel.set(bell, kStart + Milliseconds(ms));
        if (ms > 0) wheel.advance(kStart + Milliseconds(ms - 1));
        CHECK(rung.empty());
        wheel.advance(kStart + Milliseconds(ms) + 2 * TimerWheel::kTick);
        CHECK(rung == std::vector<int>{ms});
    }
}

TEST_CASE("waking when next() says is enough for every deadline") {
    TimerWheel wheel(kStart);
    std::vector<int> rung;
    std::vector<std::unique_ptr<Bell>> bells;
    for (const int ms : {10, 700, 33'000, 90'000}) {
        bells.push_back(std::make_unique<Bell>(rung, ms));
        wheel.set(*bells.back(), kStart + Milliseconds(ms));
    }
    int sleeps = 0;
    while (const auto next = wheel.next()) {
        wheel.advance(*next);
        REQUIRE(++sleeps < 20);  // not a wake-up for every tick
    }
    CHECK(rung == std::vector<int>{10, 700, 33'000, 90'000});
}

TEST_CASE("a timer that was moved fires once, at its new time; a cancelled one never") {
    TimerWheel wheel(kStart);
    std::vector<int> rung;
    Bell moved(rung, 1), cancelled(rung, 2);
    wheel.set(moved, kStart + Milliseconds(50));
    wheel.set(cancelled, kStart + Milliseconds(50));
    wheel.set(moved, kStart + Milliseconds(500));
    cancelled.cancel();
    wheel.advance(kStart + Milliseconds(400));
    CHECK(rung.empty());
    wheel.advance(kStart + Milliseconds(600));
    CHECK(rung == std::vector<int>{1});
    CHECK_FALSE(wheel.next());
}

TEST_CASE("a firing timer may cancel, destroy and set others of the same slot") {
    TimerWheel wheel(kStart);
    std::vector<int> rung;
    Bell first(rung, 1), third(rung, 3);
    auto second = std::make_unique<Bell>(rung, 2);
    first.then = [&] {
        second.reset();
        wheel.set(first, kStart + Milliseconds(200));
    };
    wheel.set(first, kStart + Milliseconds(40));
    wheel.set(*second, kStart + Milliseconds(40));
    wheel.set(third, kStart + Milliseconds(40));
    wheel.advance(kStart + Milliseconds(150));
    CHECK(rung == std::vector<int>{1, 3});
    wheel.advance(kStart + Milliseconds(300));
    CHECK(rung == std::vector<int>{1, 3, 1});
}
