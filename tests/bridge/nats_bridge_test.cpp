// The bridge against a real nats-server, and what it writes seen on the wire.
#include "bridge/nats_bridge.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>

#include "tests/bridge/running_bridge.hpp"
#include "tests/support/nats_client.hpp"
#include "tests/support/nats_server.hpp"

using namespace causeway;
using namespace causeway::bridge;
using namespace causeway::test;

TEST_CASE("a message is published exactly once, with its headers, its id and where it is from") {
    NatsServer server;
    NatsClient wire(server.port());
    wire.subscribes("business.>");
    RunningBridge bridge(quick_options(server.url()));
    auto message = outgoing("business.order.created", "{\"id\":7}", {{"content-type", "application/json"}});
    message.msg_id = "id-1";
    REQUIRE(bridge->publish(std::move(message)));

    const auto seen = wire.sees();
    REQUIRE(seen);
    CHECK(seen->subject == "business.order.created");
    CHECK(seen->payload == "{\"id\":7}");
    CHECK(seen->reply_to == "");
    CHECK(seen->header("content-type") == "application/json");
    CHECK(seen->header("Nats-Msg-Id") == "id-1");
    CHECK(seen->header("Causeway-Origin") == "causeway/a");

    REQUIRE(bridge->publish(outgoing("business.order.created", "next")));
    const auto next = wire.sees();
    REQUIRE(next);
    CHECK(next->payload == "next");
    CHECK_FALSE(next->header("Nats-Msg-Id"));
    bridge.end();
    CHECK(wire.everything_so_far().empty());
}

TEST_CASE("nothing a destination or a header holds becomes a command on the wire") {
    NatsServer server;
    NatsClient wire(server.port());
    wire.subscribes(">");
    auto options = quick_options(server.url());
    options.jetstream = false;  // its questions are on the wire, too
    RunningBridge bridge(options);
    REQUIRE(bridge.gets_connected());
    std::size_t taken = 0;
    for (const char* hostile :
         {"/topic/a\r\nPUB evil 0\r\n\r\n", "/topic/a 0\r\n\r\nPUB evil 0\r\n\r\n", "/topic/a b",
          "/topic/a/b", "/topic/a.*", "/topic/>", "/topic/$SYS.REQ", "/topic/a%0d%0aPUB evil 0"}) {
        const auto subject = subject_from_destination(hostile);
        if (const auto* made = std::get_if<Subject>(&subject))
            taken += bridge->publish({*made, "payload\r\nPUB evil 0\r\n\r\n", {}, ""}) ? 1U : 0U;
    }
    CHECK(taken == 3);  // the blank, the slash and the percent signs, escaped
    CHECK_FALSE(bridge->publish(outgoing("a", "", {{"x\r\nPUB evil 0", "v"}})));
    CHECK_FALSE(bridge->publish(outgoing("a", "", {{"x", "v\r\n\r\nPUB evil 0"}})));
    CHECK_FALSE(bridge->publish(outgoing("a", "", {{"Nats-Rollup", "all"}})));
    auto bad_id = outgoing("a", "");
    bad_id.msg_id = "1\r\nEvil: 1";
    CHECK_FALSE(bridge->publish(std::move(bad_id)));
    CHECK(bridge->counters().out_invalid == 4);

    for (const char* subject : {"a%20b", "a%2Fb", "a%250d%250aPUB%20evil%200"}) {
        const auto seen = wire.sees();
        REQUIRE(seen);
        CHECK(seen->subject == subject);
        CHECK(seen->payload == "payload\r\nPUB evil 0\r\n\r\n");
    }
    bridge.end();
    CHECK(wire.everything_so_far().empty());
}

TEST_CASE("events arrive in order, with payload and headers, from the subscribed roots only") {
    NatsServer server;
    RunningBridge bridge(quick_options(server.url()));
    REQUIRE(bridge.gets_connected());
    NatsClient back_end(server.port());
    back_end.publishes("other.subject", "no");
    for (int i = 0; i < 100; ++i) back_end.publishes("business.order", std::to_string(i));
    back_end.publishes("communication.message.sent", std::string("\0\r\n\xff", 4),
                       "A: 1\r\nA: 2\r\nNats-Msg-Id: x\r\n");
    REQUIRE(eventually([&] { return bridge.events().size() >= 101; }));
    const auto events = bridge.events();
    std::size_t next = 0;
    for (const auto& event : events) {
        if (event.subject != "business.order") continue;
        CHECK(event.payload == std::to_string(next++));
        CHECK(event.headers.empty());
        CHECK(event.origin == Origin::kOutside);
    }
    CHECK(next == 100);
    REQUIRE(bridge.hears(std::string("\0\r\n\xff", 4)));
    const Headers expected = {{"A", "1"}, {"A", "2"}, {"Nats-Msg-Id", "x"}};
    for (const auto& event : bridge.events())
        if (event.subject == "communication.message.sent") {
            auto headers = event.headers;
            std::sort(headers.begin(), headers.end());  // of different names the library keeps no order
            CHECK(headers == expected);
        }
    CHECK(bridge->counters().in == 101);
}

TEST_CASE("our own events that come back are dropped, those of our cluster are marked") {
    NatsServer server;
    RunningBridge bridge(quick_options(server.url()));
    REQUIRE(bridge.gets_connected());
    NatsClient peer(server.port());
    peer.publishes("business.x", "echo", "Causeway-Origin: causeway/a\r\n");
    peer.publishes("business.x", "sibling", "Causeway-Origin: causeway/b\r\n");
    peer.publishes("business.x", "prefix", "Causeway-Origin: causeway2/a\r\n");
    peer.publishes("business.x", "nodeless", "Causeway-Origin: causeway/\r\n");
    peer.publishes("business.x", "other", "Causeway-Origin: elsewhere/a\r\n");
    REQUIRE(bridge->publish(outgoing("business.x", "mine")));
    REQUIRE(bridge.hears("other"));
    const auto events = bridge.events();
    REQUIRE(events.size() == 4);
    CHECK(events[0].payload == "sibling");
    CHECK(events[0].origin == Origin::kOurCluster);
    CHECK(events[0].origin_node == "b");
    for (std::size_t i = 1; i < 4; ++i) CHECK(events[i].origin == Origin::kOutside);
    CHECK(bridge->counters().in_echoes == 1);
}

TEST_CASE("events that are malformed or too big are counted and not delivered") {
    NatsServer server;
    auto options = quick_options(server.url());
    options.max_payload_bytes = 1000;
    RunningBridge bridge(options);
    REQUIRE(bridge.gets_connected());
    NatsClient peer(server.port());
    peer.publishes("business.a/b", "slash");
    peer.publishes("business.\xff", "not UTF-8");
    peer.publishes("business." + std::string(200, 'x'), "long token");
    peer.publishes("business.big", std::string(1001, 'x'));
    peer.publishes("business.fits", std::string(1000, 'x'));
    peer.publishes("business.headers", "last", "Good: 1\r\nbad name: 2\r\n");
    REQUIRE(bridge.hears("last"));
    CHECK(bridge.events().size() == 2);
    CHECK(bridge->counters().in_invalid == 4);
    CHECK(bridge.events().back().headers == Headers{{"Good", "1"}});
    CHECK_FALSE(bridge->publish(outgoing("business.big", std::string(1001, 'x'))));
}

TEST_CASE("a bridge that starts before NATS sends what was published meanwhile, once NATS is there") {
    NatsServer server({NatsServer::Start::kLater, false, {}});
    RunningBridge bridge(quick_options(server.url()));
    REQUIRE(bridge.loses_connection());
    CHECK(bridge->status().detail != "");
    REQUIRE(bridge->publish(outgoing("business.early", "1")));
    server.start();
    NatsClient wire(server.port());
    wire.subscribes("business.early");
    REQUIRE(bridge.gets_connected());
    REQUIRE(eventually([&] { return bridge->counters().out == 1; }));
    wire.publishes("business.late", "2");
    CHECK(bridge.hears("2"));
    CHECK(bridge->counters().queued == 0);
}

TEST_CASE("a killed NATS is come back to as often as it comes back") {
    NatsServer server;
    RunningBridge bridge(quick_options(server.url()));
    REQUIRE(bridge.gets_connected());
    for (int round = 1; round <= 3; ++round) {
        server.kill9();
        REQUIRE(bridge.loses_connection());
        const std::string meanwhile = "away " + std::to_string(round);
        REQUIRE(bridge->publish(outgoing("business.x", meanwhile)));
        server.start();
        REQUIRE(bridge.gets_connected());
        NatsClient peer(server.port());
        peer.publishes("business.x", "back " + std::to_string(round));
        REQUIRE(bridge.hears("back " + std::to_string(round)));
        REQUIRE(eventually([&] { return bridge->counters().out == static_cast<std::uint64_t>(round); }));
    }
    CHECK(bridge->counters().connects == 4);
    CHECK(bridge.states().size() >= 7);
}

TEST_CASE("while NATS is paused publish returns at once, and what it took arrives later") {
    NatsServer server;
    auto options = quick_options(server.url());
    options.queue_messages = 200;
    RunningBridge bridge(options);
    REQUIRE(bridge.gets_connected());
    server.pause();
    int published = 0;
    int slow = 0;  // a busy machine may hold up one or another, a publish that waits would hold up each
    const auto overwhelmed = [&] {
        const auto before = std::chrono::steady_clock::now();
        (void)bridge->publish(outgoing("business.load", std::string(100'000, 'x')));
        slow += std::chrono::steady_clock::now() - before > std::chrono::milliseconds(250) ? 1 : 0;
        ++published;
        return bridge->counters().out_dropped > 0 && bridge->status().state == LinkState::kDisconnected;
    };
    // Through full socket buffers, a write deadline, unanswered pings and vain connects.
    CHECK(eventually(overwhelmed, 2 * kPatience));
    CHECK(slow <= published / 4);
    const auto away = bridge->counters();
    CHECK(away.queued * 100'000 <= options.queue_bytes);
    server.resume();
    REQUIRE(bridge.gets_connected());
    CHECK(eventually([&] { return bridge->counters().queued == 0; }));
    CHECK(bridge->counters().out >= away.out + away.queued);
}

TEST_CASE("what the queue cannot hold is refused and counted") {
    NatsServer server({NatsServer::Start::kLater, false, {}});
    auto options = quick_options(server.url());
    options.queue_messages = 10;
    RunningBridge bridge(options);
    int taken = 0;
    for (int i = 0; i < 25; ++i) taken += bridge->publish(outgoing("business.x", std::to_string(i))) ? 1 : 0;
    CHECK(taken == 10);
    CHECK(bridge->counters().out_dropped == 15);
    CHECK(bridge->counters().queued == 10);
    server.start();
    CHECK(eventually([&] { return bridge->counters().out == 10; }));
}

TEST_CASE("events that come faster than they are taken are dropped and counted, not kept") {
    NatsServer server;
    auto options = quick_options(server.url());
    options.pending_events = 10;
    RunningBridge bridge(options);
    std::atomic<bool> held = true;
    bridge.before_event = [&] { (void)eventually([&] { return !held; }); };
    REQUIRE(bridge.gets_connected());
    NatsClient peer(server.port());
    for (int i = 0; i < 50; ++i) peer.publishes("business.x", std::to_string(i));
    CHECK(eventually([&] { return bridge->counters().in_dropped > 0; }));
    CHECK(eventually([&] { return !bridge.problems().empty(); }));
    held = false;
    REQUIRE(eventually([&] {
        const auto now = bridge->counters();
        return now.in + now.in_dropped == 50;
    }));
    CHECK(bridge->counters().in <= 11);
}

TEST_CASE("the end of a bridge sends what was queued and delivers what has arrived") {
    NatsServer server;
    NatsClient wire(server.port());
    wire.subscribes("business.>");
    RunningBridge bridge(quick_options(server.url()));
    REQUIRE(bridge.gets_connected());
    for (int i = 0; i < 1000; ++i) REQUIRE(bridge->publish(outgoing("business.x", std::to_string(i))));
    bridge.end();
    const auto seen = wire.everything_so_far();
    REQUIRE(seen.size() == 1000);
    for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i].payload == std::to_string(i));
    const auto told = bridge.states().size();
    wire.publishes("business.x", "nobody is there");
    CHECK(bridge.events().empty());
    CHECK(bridge.states().size() == told);
}

TEST_CASE("the end of a bridge waits for a handler and delivers the events behind it") {
    NatsServer server;
    RunningBridge bridge(quick_options(server.url()));
    std::atomic<bool> ending = false;
    std::atomic<int> begun = 0;
    bridge.before_event = [&] {
        if (begun++ == 0) (void)eventually([&] { return ending.load(); });
    };
    REQUIRE(bridge.gets_connected());
    NatsClient peer(server.port());
    for (int i = 0; i < 20; ++i) peer.publishes("business.x", std::to_string(i));
    REQUIRE(eventually([&] { return begun == 1; }));
    ending = true;
    bridge.end();
    const auto events = bridge.events();
    REQUIRE(events.size() == 20);
    CHECK(events.back().payload == "19");
}

TEST_CASE("a login that NATS refuses is told as such, and no secret with it") {
    NatsServer server({NatsServer::Start::kNow, false, {"--user", "u", "--pass", "right-secret"}});
    auto options = quick_options(server.url());
    options.user = "u";
    options.password = "wrong-secret";
    {
        RunningBridge bridge(options);
        REQUIRE(bridge.loses_connection());
        CHECK(bridge->status().detail.find("uthorization") != std::string::npos);
        CHECK(bridge->status().detail.find("secret") == std::string::npos);
    }
    options.password = "right-secret";
    RunningBridge bridge(options);
    CHECK(bridge.gets_connected());
    options.password.clear();
    options.user.clear();
    options.urls = {"nats://u:right-secret@127.0.0.1:" + std::to_string(server.port())};
    RunningBridge by_url(options);
    REQUIRE(by_url.gets_connected());
    CHECK(by_url->status().detail == server.url());
}

TEST_CASE("options that contradict themselves are refused at once") {
    const auto refused = [](auto change) {
        NatsOptions options;
        change(options);
        CHECK_THROWS_AS(RunningBridge{options}, std::invalid_argument);
    };
    refused([](NatsOptions& o) { o.urls.clear(); });
    refused([](NatsOptions& o) { o.cluster = "a/b"; });
    refused([](NatsOptions& o) { o.node = ""; });
    refused([](NatsOptions& o) { o.node = "a\r\nb"; });
    refused([](NatsOptions& o) { o.subscribe = {">"}; });
    refused([](NatsOptions& o) { o.subscribe = {"business.>", "business.order.*"}; });
}
