// SUBSCRIBE to a log, and what its client sends right behind it. PRODUCT 7.
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

namespace {

constexpr const char* kTopic = "/topic/conversation/c";

}  // namespace

TEST_CASE("what is to be kept waits for the SUBSCRIBEs before it, and comes to them (PRODUCT 7)") {
    for (const Lines& lines : {Lines{"id:s"}, Lines{"id:s", "resume:device"}, Lines{"id:s", "ack:client"}}) {
        CAPTURE(lines.back());
        World world;
        world.store.has_member("c", "alice");
        for (const char* const text : {"1", "2", "3"}) world.store.has_message("c", "bob", text);
        Client alice(world, "alice");
        alice.connects({"deviceId:phone"});
        alice.subscribes(kTopic, {"id:first"});  // her memberships are known
        alice.unsubscribes("first");
        world.store.held = true;
        alice.gives(
            frame("SUBSCRIBE",
                  [&] {
                      Lines all{std::string("destination:") + kTopic, "receipt:s"};
                      all.insert(all.end(), lines.begin(), lines.end());
                      return all;
                  }()) +
            frame("SEND", {"destination:/app/chat", "receipt:r"}, R"({"conversationId":"c","content":"4"})"));
        world.settle();
        CHECK(world.store.waiting() == 1);  // the command was not handed over
        world.store.held = false;
        world.settle();
        CHECK(alice.receipt("s")["last"] == "16");
        CHECK(alice.receipt("r")["stored"] == "true");
        CHECK(alice.sees() == "4");
    }
}
