// More than there is: of descriptors, of memory. The broker rests, sheds, serves who is in, and recovers.
#include <doctest/doctest.h>

#include <sstream>
#include <thread>

#include "tests/system/party.hpp"
#include "tests/system/siege.hpp"
#include "tests/system/tls_visitor.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

int lines_with(const Siege& siege, const std::string& text) {
    std::istringstream log(siege.broker.log());
    int count = 0;
    for (std::string line; std::getline(log, line);) count += line.find(text) != std::string::npos;
    return count;
}

bool late_comer_gets_in(const Siege& siege) {
    try {
        StompClient late = enters(siege.broker, {"late"});
        const bool in = late.sends_and_waits("/topic/open/a", "in").command == "RECEIPT";
        late.vanishes();
        return in;
    } catch (const std::exception&) {
        return false;
    }
}

// Attacks that go on beside each other, each with its own loop, until they are told to stop.
class Mob {
public:
    template <typename Attack>
    void joins(Attack attack) {
        threads_.emplace_back([this, attack] {
            while (!stop_) try {
                    attack();
                } catch (const std::exception&) {  // thrown out: the next one, please
                }
        });
    }
    void goes_home() {
        stop_ = true;
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }
    ~Mob() { goes_home(); }

private:
    std::atomic<bool> stop_{false};
    std::vector<std::thread> threads_;
};

}  // namespace

TEST_CASE("out of descriptors the broker rests, serves who is in, and takes up again when some are free") {
    const int strangers = sized(400, 2000);
    allow_descriptors(static_cast<std::size_t>(strangers) + 200);
    auto options = open_to_strangers({"limits.connect_timeout=60s"});
    options.wrapper = {"prlimit", "--nofile=256"};
    Siege siege(options, Siege::Tls::kOn);
    StompClient alice = enters(siege.broker, {"alice"});
    std::vector<Socket> sockets;
    for (int i = 0; i < strangers; ++i) sockets.push_back(Socket::connect(siege.port()));
    (void)siege.broker.process().wait_for_line("accept: ");

    const auto cpu = siege.broker.process().stats().cpu;
    const int lines_before = lines_with(siege, "accept: ");
    // Two seconds: the canary is in them, too, so more than what rest costs is allowed for.
    CHECK(throughout(2s, [&] { return siege.broker.process().running(); }));
    CHECK(lines_with(siege, "accept: ") - lines_before <= 10);
    if (!sanitized(siege.broker)) CHECK(siege.broker.process().stats().cpu - cpu < 1s);
    CHECK(siege.broker.process().stats().descriptors < 256);
    CHECK(siege.canary.sings());
    // The store still commits, certificates are read, and the operator gets in: on descriptors kept for that.
    CHECK(siege.broker.admin_get("/livez").status == 200);
    CHECK(alice.sends_and_waits("/app/private-message", private_message("bob", "hi")).command == "RECEIPT");
    CHECK_NOTHROW(siege.reloads());

    for (std::size_t i = 0; i < sockets.size() / 2; ++i) sockets[i].close();
    CHECK(eventually([&] { return late_comer_gets_in(siege); }));
    sockets.clear();
    CHECK(eventually([&] { return late_comer_gets_in(siege); }));
    alice.vanishes();
    CHECK(siege.outcome() == "");
}

TEST_CASE("all of it at once: memory stays below a ceiling, and all descriptors come back") {
    allow_descriptors(8192);
    auto options = open_to_strangers({"limits.connect_timeout=2s", "limits.outgoing_total=64MiB",
                                      "limits.outgoing_age=3s", "tls.handshakes_per_second=50"});
    options.wrapper = {"prlimit", "--nofile=4096"};
    Siege siege(options, Siege::Tls::kOn);
    std::atomic<int> names{0};
    const auto user = [&names] { return "mob" + std::to_string(++names % 1000); };
    {
        Mob mob;
        mob.joins([&] {  // readers that stall
            StompClient stalled = enters(siege.broker, {user(), {}, {}, StompClient::Wire::kWebSocket, 4096});
            (void)stalled.subscribes("/topic/open/flood");
            StompClient publisher = enters(siege.broker, {user()});
            for (int i = 0; i < 60; ++i)
                (void)publisher.sends_and_waits("/topic/open/flood", std::string(32 * 1024, 'x'));
        });
        mob.joins([&] {  // silence
            std::vector<Socket> silent;
            for (int i = 0; i < 200; ++i) silent.push_back(Socket::connect(siege.port()));
            for (int i = 0; i < 50; ++i) silent.push_back(upgraded(siege.port()));
            while (ended(silent) < silent.size() / 2) (void)throughout(50ms, [] { return true; });
        });
        mob.joins([&] {  // handshakes
            TlsVisitor visitor(siege.tls_port());
            visitor.says("GET /ws/info HTTP/1.1\r\nHost: x\r\n\r\n");
            (void)throughout(2ms, [] { return true; });
        });
        mob.joins([&] {  // frames that are too long
            StompClient giant = enters(siege.broker, {user()});
            giant.raw_text("SEND\ndestination:/topic/open/x\n\n");
            for (int i = 0; i < 40; ++i) giant.raw_text(std::string(32 * 1024, 'x'));
        });
        mob.joins([&] {  // what must be kept
            StompClient writer = enters(siege.broker, {user()});
            for (int i = 0; i < 200; ++i)
                writer.sends("/app/private-message", private_message(user(), std::string(4096, 'm')),
                             {{"receipt", "r"}});
            (void)writer.sends_and_waits("/topic/open/x", "");
        });
        const auto lasts = std::chrono::seconds(sized(3, 300));
        CHECK(throughout(lasts, [&] { return siege.broker.process().running(); }));
        CHECK(siege.canary.sings());
    }
    // The ceiling, for the whole process.
    if (!sanitized(siege.broker)) CHECK(siege.before.rss_bytes + siege.growth() < 512 * kMiB);
    CHECK(siege.lets_go());
    CHECK(siege.outcome() == "");
}
