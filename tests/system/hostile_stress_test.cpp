// Sixty-four clients that come, say a little and go in every way there is, all at once: what a race between
// shards, the store and the sockets would show up in, above all under ThreadSanitizer.
#include <doctest/doctest.h>

#include <random>
#include <thread>

#include "tests/system/party.hpp"
#include "tests/system/siege.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

// One life. Whatever happens to it is the broker's good right; that the broker lives is what is tested.
void lives(const Siege& siege, std::mt19937& dice, int number) {
    const auto wire = dice() % 3 == 0 ? StompClient::Wire::kSockJs : StompClient::Wire::kWebSocket;
    const std::string user = "user" + std::to_string(number % 20);
    StompClient client = enters(siege.broker, {user, {{"deviceId", "d" + std::to_string(number)}}, {}, wire});
    const auto topic = [&dice] { return "/topic/open/stress/" + std::to_string(dice() % 8); };
    (void)client.subscribes(topic(), {{"id", "a"}});
    if (dice() % 2 == 0)
        (void)client.subscribes("/topic/open/stress/*", {{"id", "b"}, {"ack", "client-individual"}});
    if (dice() % 3 == 0) (void)client.subscribes("/user/queue/private-messages", {{"id", "c"}});
    for (auto i = dice() % 20; i > 0; --i) client.sends(topic(), std::string(dice() % 3000, 'x'));
    if (dice() % 2 == 0) (void)client.sends_and_waits(topic(), "awaited");
    if (dice() % 4 == 0)
        client.sends("/app/private-message", private_message("user" + std::to_string(dice() % 20), "hello"));
    if (dice() % 3 == 0) client.unsubscribes("a");
    if (dice() % 5 == 0) client.says("BEGIN", {{"transaction", "t"}});
    switch (dice() % 6) {
        case 0:
            return client.says("DISCONNECT", {{"receipt", "bye"}});
        case 1:
            return client.closes();
        case 2:
            return client.vanishes();
        case 3:
            return client.raw_text("NONSENSE\n\n" + std::string(1, '\0'));
        case 4:
            return client.raw_bytes(masked(0x01, "half"));
        default:
            return;  // closes its socket
    }
}

}  // namespace

TEST_CASE("sixty-four clients come and go in every way; the broker outlives them and forgets them") {
    Siege siege;
    constexpr int kClients = 64;
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(sized(2, 600));
    std::atomic<int> lives_lived{0};
    std::atomic<int> cut_short{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i)
        threads.emplace_back([&, i] {
            std::mt19937 dice(static_cast<unsigned>(seed) + static_cast<unsigned>(i));
            do try {
                    lives(siege, dice, i);
                    ++lives_lived;
                } catch (const std::exception&) {
                    ++cut_short;  // closed while it spoke
                }
            while (std::chrono::steady_clock::now() < until);
        });
    for (auto& thread : threads) thread.join();
    CHECK(lives_lived >= kClients / 2);
    CHECK(siege.broker.process().running());
    // The canary's two sessions and one subscription are what is left.
    CHECK(eventually([&] {
        return siege.broker.metric("causeway_sessions") == 2 &&
               siege.broker.metric("causeway_subscriptions") == 1;
    }));
    CHECK(siege.broker.metric("causeway_users") == 2);
    CHECK(siege.outcome() == "");
}
