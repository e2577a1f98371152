// Handshakes in floods: five hundred new TLS connections a second, at the default limit.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <thread>

#include "tests/system/siege.hpp"
#include "tests/system/tls_visitor.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

constexpr int kAtOnce = 4;
constexpr auto kEach = 8ms;  // one of four threads connects in so long: 500 a second together

struct Flood {
    std::atomic<int> established{0};
    std::atomic<int> turned_away{0};
};

// Each in its time, as far as the machine keeps up: what was late is not made good.
void connect_for(std::chrono::milliseconds time, std::uint16_t port, Flood& flood) {
    const auto end = std::chrono::steady_clock::now() + time;
    for (auto next = std::chrono::steady_clock::now(); next < end; next += kEach) {
        std::this_thread::sleep_until(next);
        next = std::max(next, std::chrono::steady_clock::now() - kEach);
        bool in = false;
        until_refused([&] { in = TlsVisitor(port).established(); });
        ++(in ? flood.established : flood.turned_away);
    }
}

}  // namespace

// The short form times nothing: the machine may be busy with something else.
TEST_CASE(
    "a flood of handshakes takes no more of the processor than its limit allows: those who are in go on") {
    Siege siege(open_to_strangers(), Siege::Tls::kOn);
    Flood flood;
    std::array<std::thread, kAtOnce> threads;
    for (auto& thread : threads)
        thread = std::thread([&] { connect_for(is_long() ? 30s : 2s, siege.tls_port(), flood); });
    const bool sings = siege.canary.sings(sized(20, 1000));
    for (auto& thread : threads) thread.join();
    CHECK(sings);
    CHECK(flood.established > 0);
    if (is_long()) {
        MESSAGE("established " << flood.established.load() << ", turned away " << flood.turned_away.load());
        CHECK(flood.turned_away > 0);
    }
    const auto refused =
        siege.broker.metric("causeway_connections_rejected_total{reason=\"handshake_rate\"}");
    CHECK(refused <= flood.turned_away);
    CHECK((refused > 0 || !is_long()));
    CHECK(siege.outcome() == "");
    if (!is_long()) return;
    MESSAGE("the canary took " << siege.canary.percentile(99).count() << " ms at most 99 times of 100");
    CHECK(siege.canary.percentile(99) <= 500ms);
}
