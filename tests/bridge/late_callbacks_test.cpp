#include "bridge/late_callbacks.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>

using causeway::bridge::LateCallbacks;

namespace {

struct Listener {
    int calls = 0;
    LateCallbacks<Listener> callbacks{*this};
};

void call(void* closure) {
    LateCallbacks<Listener>::call(closure, [](Listener& listener) { ++listener.calls; });
}

}  // namespace

TEST_CASE("a callback finds its own target, and nobody once that has gone") {
    Listener stays;
    auto goes = std::make_unique<Listener>();
    void* const closure = goes->callbacks.closure();
    call(closure);
    CHECK(goes->calls == 1);
    CHECK(stays.calls == 0);
    goes.reset();
    call(closure);
    Listener next;
    call(closure);
    CHECK(next.calls == 0);
    CHECK(stays.calls == 0);
    call(stays.callbacks.closure());
    CHECK(stays.calls == 1);
}

TEST_CASE("a target does not go while it is called") {
    auto target = std::make_unique<Listener>();
    std::atomic<bool> called{false};
    std::atomic<bool> returned{false};
    std::thread library([&, closure = target->callbacks.closure()] {
        LateCallbacks<Listener>::call(closure, [&](Listener& listener) {
            called = true;
            for (int i = 0; i < 1000; ++i) std::this_thread::yield();
            ++listener.calls;
            returned = true;
        });
    });
    while (!called) std::this_thread::yield();
    target.reset();
    CHECK(returned);
    library.join();
}
