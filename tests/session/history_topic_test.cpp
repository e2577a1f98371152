// Topics that keep a history by rule, in memory or stored: PRODUCT 7, "Any /topic".
#include <doctest/doctest.h>

#include "broker/app/message_envelope.hpp"
#include "broker/routing/topic_history.hpp"
#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

namespace {

// /topic/kept.* keep five, in the process or in the store; a SUBSCRIBE gets the newest `replay` of them.
struct Histories : World {
    explicit Histories(bool stored, std::size_t replay = 0, const SessionLimits& own_limits = {})
        : World(open_topics(), own_limits),
          rules({routing::HistoryRule{.destination = "/topic/kept.*",
                                      .count = 5,
                                      .stored = stored,
                                      .retained = false,
                                      .replay = replay}}),
          memory(routes, clock, "m1", 1 << 20) {
        routes.keep(
            {&rules, &memory, [this](const auto&, const auto& message, auto on_stored) {
                 store.submit(app::topic_append(*message), [on_stored](const storage::Answer& answer) {
                     if (const auto* refusal = std::get_if<Refusal>(&answer)) return on_stored(*refusal);
                     const auto& done = std::get<storage::Appended>(answer);
                     on_stored(routing::Kept{done.offset, done.message_id, done.timestamp, done.duplicate});
                 });
             }});
    }
    routing::HistoryRules rules;
    routing::TopicHistory memory;
};

constexpr const char* kTopic = "/topic/kept.a";

}  // namespace

TEST_CASE("a history is resumed after an offset, in memory and stored (PRODUCT 7)") {
    for (const bool stored : {false, true}) {
        CAPTURE(stored);
        Histories world(stored);
        Client alice(world, "alice");
        Client bob(world, "bob", 1);
        alice.connects();
        bob.connects();
        bob.subscribes(kTopic, {"receipt:s"});
        const std::string epoch = bob.receipt("s")["epoch"];
        CHECK(epoch == (stored ? "e1" : "m1"));
        for (const char* const text : {"1", "2", "3"}) alice.sends(kTopic, text, {"color:red"});
        const Seen first = bob.takes("MESSAGE");
        CHECK(first.body == "1");
        const std::string offset = first["offset"];
        bob.vanishes();
        alice.sends(kTopic, "4");
        Client again(world, "bob");
        again.connects();
        again.subscribes(kTopic, {"resume-after:" + offset, "epoch:" + epoch, "receipt:s"});
        const Seen receipt = again.receipt("s");
        CHECK(receipt["recovered"] == "true");
        CHECK(receipt["first"] == offset);
        CHECK(again.transport->received.at(1)["color"] == "red");
        CHECK(again.transport->received.at(1)["sender-id"] == "alice");
        alice.sends(kTopic, "5");
        CHECK(again.sees() == "2|3|4|5");
        Client stranger(world, "bob");
        stranger.connects();
        stranger.subscribes(kTopic, {"resume-after:" + offset, "epoch:another", "receipt:s"});
        CHECK(stranger.receipt("s")["recovered"] == "false");
        CHECK(stranger.sees() == "");
    }
}

TEST_CASE("a SUBSCRIBE that says nothing gets as many of the newest as the rule says (PRODUCT 7)") {
    for (const bool stored : {false, true})
        for (const std::size_t replay : {0, 1, 2, 5}) {
            CAPTURE(stored);
            CAPTURE(replay);
            Histories world(stored, replay);
            Client alice(world, "alice");
            alice.connects();
            Client early(world, "bob");
            early.connects();
            early.subscribes(kTopic);
            for (const char* const text : {"1", "2", "3"}) alice.sends(kTopic, text);
            Client bob(world, "bob", 1);
            bob.connects();
            bob.subscribes(kTopic);
            alice.sends(kTopic, "4");
            const char* const expected[] = {"4", "3|4", "2|3|4", "", "", "1|2|3|4"};
            CHECK(bob.sees() == expected[replay]);
            CHECK(early.sees() == "1|2|3|4");
        }
}

TEST_CASE("what the history has dropped is not recovered; 0 asks for what there is (PRODUCT 7)") {
    Histories world(false);
    Client alice(world, "alice");
    alice.connects();
    for (int i = 1; i <= 8; ++i) alice.sends(kTopic, std::to_string(i));  // 4 … 8 are kept
    const std::tuple<const char*, const char*, const char*> rows[] = {
        {"1", "false", ""}, {"3", "true", "4|5|6|7|8"}, {"0", "false", "4|5|6|7|8"}, {"9", "false", ""}};
    for (const auto& [after, recovered, seen] : rows) {
        CAPTURE(after);
        Client bob(world, "bob");
        bob.connects();
        bob.subscribes(kTopic, {std::string("resume-after:") + after, "receipt:s"});
        CHECK(bob.receipt("s")["recovered"] == recovered);
        CHECK(bob.sees() == seen);
    }
}

TEST_CASE(
    "a stored SEND to a topic is receipted with its offset after the commit, the next behind it (PRODUCT "
    "7)") {
    Histories world(true);
    Client alice(world, "alice");
    Client bob(world, "bob", 1);
    alice.connects();
    bob.connects();
    bob.subscribes(kTopic);
    world.store.held = true;
    alice.sends(kTopic, "1", {"receipt:1"});
    alice.sends(kTopic, "2", {"receipt:2"});
    CHECK(alice.gets() == "CONNECTED");
    world.store.held = false;
    world.settle();
    const Seen receipt = alice.receipt("1");
    CHECK(receipt["stored"] == "true");
    CHECK(receipt["offset"] == "10");
    CHECK(alice.receipt("2")["offset"] == "13");
    CHECK(bob.sees() == "1|2");
    world.store.refuses = true;
    alice.sends(kTopic, "3");
    CHECK(alice.refused() == "send-failed 1011");
}

TEST_CASE("the same SEND with a client-msg-id is kept once by a stored history (PRODUCT 7)") {
    Histories world(true);
    Client alice(world, "alice");
    Client bob(world, "bob", 1);
    alice.connects();
    bob.connects();
    bob.subscribes(kTopic);
    alice.sends(kTopic, "1", {"client-msg-id:m1", "receipt:1"});
    alice.sends(kTopic, "1", {"client-msg-id:m1", "receipt:2"});
    alice.sends(kTopic, "1", {"client-msg-id:m2", "receipt:3"});
    const Seen first = alice.receipt("1");
    CHECK(first["duplicate"] == "false");
    const Seen again = alice.receipt("2");
    CHECK(again["duplicate"] == "true");
    CHECK(again["offset"] == first["offset"]);
    CHECK(again["message-id"] == first["message-id"]);
    CHECK(alice.receipt("3")["duplicate"] == "false");
    CHECK(bob.sees() == "1|1");
    alice.sends(kTopic, "2", {"client-msg-id:" + std::string(129, 'x')});
    CHECK(alice.refused() == "message-invalid 1008");
}

TEST_CASE("a device has a cursor of a stored history, not of one in memory (PRODUCT 7)") {
    Histories world(true);
    Client alice(world, "alice");
    alice.connects();
    for (const char* const expected : {"", "1"}) {
        Client bob(world, "bob");
        bob.connects({"deviceId:phone"});
        bob.subscribes(kTopic, {"resume:device"});
        CHECK(bob.sees() == expected);
        bob.answers_pings();
        bob.vanishes();
        alice.sends(kTopic, "1");
    }
    Histories other(false);
    Client bob(other, "bob");
    bob.connects({"deviceId:phone"});
    bob.subscribes(kTopic, {"resume:device"});
    CHECK(bob.refused() == "subscribe-failed 1008");
}

TEST_CASE("a history in memory waits for ACKs as a log does (PRODUCT 7)") {
    SessionLimits limits;
    limits.unacked = 2;
    Histories world(false, 0, limits);
    Client alice(world, "alice");
    Client bob(world, "bob");
    alice.connects();
    bob.connects();
    bob.subscribes(kTopic, {"ack:client"});
    for (const char* const text : {"1", "2", "3", "4"}) alice.sends(kTopic, text);
    const std::string last = bob.transport->received.back()["ack"];
    CHECK(bob.sees() == "1|2");
    bob.says("ACK", {"id:" + last});
    CHECK(bob.sees() == "3|4");
}

TEST_CASE(
    "who was too slow for the bounds of a history learns of the gap with the next message (PRODUCT 7)") {
    for (const bool stored : {false, true}) {
        CAPTURE(stored);
        SessionLimits limits;
        limits.unacked = 2;
        Histories world(stored, 0, limits);
        Client alice(world, "alice");
        Client bob(world, "bob");
        alice.connects();
        bob.connects();
        bob.subscribes(kTopic, {"ack:client", "resume-after:0", "receipt:s"});
        constexpr int kMany = 140;  // more than are kept back for him
        for (int i = 1; i <= kMany; ++i) alice.sends(kTopic, std::to_string(i));
        const Seen first = bob.takes("MESSAGE");
        const Seen second = bob.takes("MESSAGE");
        CHECK(first["recovered"] == "(none)");
        const std::uint64_t step = std::stoull(second["offset"]) - std::stoull(first["offset"]);
        if (stored)
            world.store.forgets(std::stoull(first["offset"]) +
                                (kMany - 6) * step);  // as bounds of five would
        bob.says("ACK", {"id:" + second["ack"]});
        const Seen next = bob.takes("MESSAGE");
        CHECK(next.body == "136");
        CHECK(next["recovered"] == "false");
        const Seen last = bob.takes("MESSAGE");
        CHECK(last["recovered"] == "(none)");
        bob.says("ACK", {"id:" + last["ack"]});
        CHECK(bob.takes("MESSAGE")["recovered"] == "(none)");  // told once
    }
}

TEST_CASE("what a resume did not recover is told once, by its receipt (PRODUCT 7)") {
    Histories world(false);
    Client alice(world, "alice");
    alice.connects();
    for (int i = 1; i <= 8; ++i) alice.sends(kTopic, std::to_string(i));
    Client bob(world, "bob");
    bob.connects();
    bob.subscribes(kTopic, {"resume-after:0", "receipt:s"});
    CHECK(bob.receipt("s")["recovered"] == "false");
    CHECK(bob.takes("MESSAGE")["recovered"] == "(none)");
}
