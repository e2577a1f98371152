// A client's octets through Session, Router and the store in memory. Whatever it says: nothing breaks, after
// an ERROR it hears nothing more, what it hears is bounded by what it said, a well-behaved client sees whole
// MESSAGEs and stays, and nothing is left of it when it is gone. The first octet says how it comes: 1 logged
// in already, 2 on-denied:notify, 4 over SockJS, 8 it answers pings, 16 time passes between its frames, 32 it
// stops reading half-way. The second is how many octets come at a time.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/session_world.hpp"

using namespace causeway;
using namespace causeway::session::testing;

namespace {

enum : unsigned { kLoggedIn = 1, kNotified = 2, kSockJs = 4, kAnswers = 8, kTime = 16, kStalls = 32 };

void check_the_end(const Client& client) {
    const auto& received = client.transport->received;
    for (std::size_t i = 0; i < received.size(); ++i)
        if (received[i].command == "ERROR")
            FUZZ_CHECK(i + 1 == received.size() && client.transport->farewell);
}

// Cut behind each NUL, where the version that is spoken may have changed, and every `step` octets.
std::string_view next_part(std::string_view& octets, std::size_t step) {
    const std::size_t nul = octets.find('\0');
    const std::string_view part =
        octets.substr(0, std::min(nul == std::string_view::npos ? octets.size() : nul + 1, step));
    octets.remove_prefix(part.size());
    return part;
}

// `other` is well-behaved all the while.
void speak(World& world, Client& client, Client& other, std::string_view octets, unsigned how,
           std::size_t step) {
    const std::size_t half = octets.size() / 2;
    while (!octets.empty() && !client.transport->farewell) {
        if ((how & kStalls) != 0 && octets.size() <= half) client.transport->stalled = true;
        client.gives(next_part(octets, step));
        client.transport->speaks(client.session->version());
        if ((how & kAnswers) != 0 && !client.transport->farewell) client.answers_pings();
        if ((how & kTime) != 0) {
            world.passes(kSecond);
            other.answers_pings();
        }
        FUZZ_CHECK(client.session->subscription_count() <= world.limits.subscriptions);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2 || size > 16 * 1024) return 0;
    fuzz::checks_abort();
    const unsigned how = data[0];
    const std::string_view octets(reinterpret_cast<const char*>(data) + 2, size - 2);
    World world({allow({"subscribe", "send"}, "/topic/**"), allow({"subscribe", "send"}, "/queue/**"),
                 allow({"send"}, "/user/*/queue/open")},
                fuzz::tight());
    world.store.has_member("c", "mallory");
    world.store.has_message("c", "alice", "hello");
    Client alice(world, "alice", 1);
    alice.connects();
    alice.subscribes("/topic/**");
    {
        Client mallory(world, "mallory", 0,
                       (how & kSockJs) != 0 ? net::Wire::kSockJsWebSocket : net::Wire::kWebSocket);
        if ((how & kLoggedIn) != 0)
            mallory.connects((how & kNotified) != 0 ? Lines{"on-denied:notify", "deviceId:d"}
                                                    : Lines{"deviceId:d"});
        speak(world, mallory, alice, octets, how, data[1] == 0 ? octets.size() : data[1]);
        check_the_end(mallory);
        // Each SUBSCRIBE may be given again what was said before it.
        FUZZ_CHECK(mallory.transport->received.size() <= (size / 16 + 16) * (size / 16 + 16));
        FUZZ_CHECK(mallory.transport->queued() <= world.limits.outgoing_bytes);
        if (!mallory.transport->farewell) mallory.vanishes();
        world.settle();
    }
    FUZZ_CHECK(!alice.transport->farewell);
    for (const Seen& seen : alice.transport->received)
        FUZZ_CHECK(seen.command == "CONNECTED" || seen.command == "MESSAGE");
    FUZZ_CHECK(world.counters().subscriptions == 1);
    alice.sends("/topic/after", "all is well", {"receipt:r"});
    FUZZ_CHECK(alice.gets().find("RECEIPT") != std::string::npos);
    return 0;
}
