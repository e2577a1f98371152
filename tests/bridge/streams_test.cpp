// Events that streams keep for us: late rather than never, and once.
#include <doctest/doctest.h>

#include <map>

#include "tests/bridge/running_bridge.hpp"
#include "tests/support/jetstream.hpp"
#include "tests/support/nats_server.hpp"

using namespace causeway;
using namespace causeway::bridge;
using namespace causeway::test;
using Json = nlohmann::json;

namespace {

NatsServer::Options with_jetstream() { return {NatsServer::Start::kNow, true, {}}; }

bool notices(RunningBridge& bridge, const std::string& text) {
    return eventually([&] {
        const auto all = bridge.notices();
        return !all.empty() && all.back().find(text) != std::string::npos;
    });
}

std::vector<std::string> payloads(RunningBridge& bridge) {
    std::vector<std::string> all;
    for (const auto& event : bridge.events()) all.push_back(event.payload);
    return all;
}

std::uint64_t unacked(JetStream& streams, const std::string& stream) {
    return streams.consumers(stream).at(0).at("num_ack_pending").get<std::uint64_t>();
}

}  // namespace

TEST_CASE("what a stream kept while we were away comes when we are back, in order and once") {
    NatsServer server(with_jetstream());
    JetStream streams(server.port());
    streams.makes("EVENTS", {"business.>", "communication.>"});
    streams.publishes("business.x", "before we ever were");
    const auto options = quick_options(server.url());
    {
        RunningBridge bridge(options);
        REQUIRE(notices(bridge, "events come from EVENTS"));
        REQUIRE(bridge.gets_connected());
        streams.publishes("business.x", "live");
        REQUIRE(bridge.hears("live"));
        const auto event = bridge.events().back();
        CHECK(event.stream == "EVENTS");
        CHECK(event.stream_sequence == 2);
        event.on_taken(Taken::kDone);
    }
    CHECK(unacked(streams, "EVENTS") == 0);
    for (int i = 0; i < 1000; ++i)
        streams.publishes(i % 2 == 0 ? "business.x" : "communication.y", std::to_string(i), "A: b\r\n");
    RunningBridge bridge(options);
    bridge.takes_all();
    REQUIRE(bridge.hears("999"));
    const auto events = bridge.events();
    REQUIRE(events.size() == 1000);
    for (std::size_t i = 0; i < events.size(); ++i) CHECK(events[i].payload == std::to_string(i));
    CHECK(events[0].headers == Headers{{"A", "b"}});
    CHECK(eventually([&] { return unacked(streams, "EVENTS") == 0; }));
    const auto consumers = streams.consumers("EVENTS");
    REQUIRE(consumers.size() == 1);
    CHECK(consumers[0].at("name") == "causeway-causeway-a");
}

TEST_CASE("an event comes again until it was taken, and again later when its effects failed") {
    NatsServer server(with_jetstream());
    JetStream streams(server.port());
    streams.makes("EVENTS", {"business.>"});
    auto options = quick_options(server.url());
    options.ack_wait = std::chrono::milliseconds(500);
    options.failed_wait = std::chrono::milliseconds(50);
    RunningBridge bridge(options);
    REQUIRE(bridge.gets_connected());
    streams.publishes("business.x", "hard");
    REQUIRE(bridge.hears("hard"));
    REQUIRE(eventually([&] { return bridge.events().size() == 2; }));  // nobody took it
    bridge.events()[1].on_taken(Taken::kFailed);
    REQUIRE(eventually([&] { return bridge.events().size() == 3; }));
    bridge.events()[2].on_taken(Taken::kDone);
    CHECK(eventually([&] { return unacked(streams, "EVENTS") == 0; }));
    streams.publishes("business.x", "next");
    REQUIRE(bridge.hears("next"));
    CHECK(bridge.events().size() == 4);
    CHECK(bridge->counters().in_again == 2);
    for (const auto& event : bridge.events()) event.on_taken(Taken::kDone);  // after all, and twice
}

TEST_CASE("our own events that a stream gives back, and malformed ones, are done with at once") {
    NatsServer server(with_jetstream());
    JetStream streams(server.port());
    streams.makes("EVENTS", {"business.>"});
    RunningBridge bridge(quick_options(server.url()));
    REQUIRE(bridge.gets_connected());
    REQUIRE(bridge->publish_kept({1, outgoing("business.x", "ours")}));
    REQUIRE(eventually([&] { return bridge.fates().size() == 1; }));
    streams.publishes("business.a/b", "malformed");
    streams.publishes("business.x", "theirs");
    REQUIRE(bridge.hears("theirs"));
    CHECK(payloads(bridge) == std::vector<std::string>{"theirs"});
    CHECK(bridge->counters().in_echoes == 1);
    CHECK(bridge->counters().in_invalid == 1);
    CHECK(eventually([&] { return unacked(streams, "EVENTS") == 1; }));
}

TEST_CASE("streams come and go, and events are heard either way") {
    NatsServer server(with_jetstream());
    JetStream streams(server.port());
    RunningBridge bridge(quick_options(server.url()));
    bridge.takes_all();
    NatsClient peer(server.port());
    REQUIRE(bridge.gets_connected());
    REQUIRE(notices(bridge, "no stream for our subjects"));
    peer.publishes("business.x", "direct");
    REQUIRE(bridge.hears("direct"));
    CHECK(bridge.events().back().stream == "");

    streams.makes("EVENTS", {"business.>"});
    REQUIRE(notices(bridge, "events come from EVENTS"));
    peer.publishes("business.x", "kept");
    peer.publishes("communication.x", "beside it");
    REQUIRE(bridge.hears("kept"));
    REQUIRE(bridge.hears("beside it"));

    streams.removes_consumer("EVENTS", "causeway-causeway-a");
    peer.publishes("business.x", "without a consumer");
    REQUIRE(bridge.hears("without a consumer"));
    REQUIRE(eventually([&] { return streams.consumers("EVENTS").size() == 1; }));
    peer.publishes("business.x", "with one again");
    REQUIRE(bridge.hears("with one again"));

    streams.removes("EVENTS");
    REQUIRE(notices(bridge, "no stream for our subjects"));
    peer.publishes("business.x", "direct again");
    REQUIRE(bridge.hears("direct again"));
    CHECK(payloads(bridge).size() == 6);
    CHECK(bridge.problems().empty());
}

TEST_CASE("of a stream with other subjects, too, only ours are delivered") {
    NatsServer server(with_jetstream());
    JetStream streams(server.port());
    streams.makes("ALL", {"*.order", "*.order.>", "telemetry.a.>"});
    streams.makes("JOBS", {"business.job.>"}, {{"retention", "workqueue"}});
    RunningBridge bridge(quick_options(server.url()));
    bridge.takes_all();
    REQUIRE(bridge.gets_connected());
    streams.publishes("telemetry.a.b", "not ours");
    streams.publishes("business.order", "one");
    streams.publishes("communication.order.b", "two");
    streams.publishes("business.job.c", "three");
    NatsClient(server.port()).publishes("business.else", "four");
    REQUIRE(eventually([&] { return bridge.events().size() == 4; }));
    std::map<std::string, std::string> from;
    for (const auto& event : bridge.events()) from[event.payload] = event.stream;
    CHECK(from ==
          std::map<std::string, std::string>{{"one", "ALL"}, {"two", "ALL"}, {"three", ""}, {"four", ""}});
    CHECK(streams.consumers("ALL").size() == 4);  // our two patterns, as its two subjects have them
    CHECK(streams.consumers("JOBS").empty());
    REQUIRE(bridge.problems().size() == 1);
    CHECK(bridge.problems()[0].find("work queue") != std::string::npos);
}

TEST_CASE("a NATS without JetStream, or whose JetStream is not looked for, is heard directly") {
    for (const bool look : {true, false}) {
        CAPTURE(look);
        NatsServer server({NatsServer::Start::kNow, !look, {}});
        if (!look) JetStream(server.port()).makes("EVENTS", {"business.>"});
        auto options = quick_options(server.url());
        options.jetstream = look;
        RunningBridge bridge(options);
        REQUIRE(bridge.gets_connected());
        NatsClient(server.port()).publishes("business.x", "direct");
        REQUIRE(bridge.hears("direct"));
        CHECK(bridge.events()[0].stream == "");
        CHECK(bridge.notices().size() == (look ? 1 : 0));
        CHECK(bridge.problems().empty());
    }
}

TEST_CASE("through kills of NATS nothing that a stream took is missed") {
    NatsServer server(with_jetstream());
    JetStream(server.port()).makes("EVENTS", {"business.>"});
    RunningBridge bridge(quick_options(server.url()));
    bridge.takes_all();
    REQUIRE(notices(bridge, "events come from EVENTS"));
    {
        // What was on its way at a kill comes again after a wait, which is half a minute unless changed.
        JetStream streams(server.port());
        streams.changes_consumer("EVENTS", streams.consumers("EVENTS").at(0).at("name"),
                                 {{"ack_wait", 1'000'000'000}});
    }
    std::vector<std::string> stored;
    for (int round = 0; round < 3; ++round) {
        JetStream streams(server.port());
        for (int i = 0; i < 50; ++i) {
            stored.push_back(std::to_string(round) + "/" + std::to_string(i));
            streams.publishes("business.x", stored.back());
        }
        server.restart();
    }
    // Some may come again, with the same place in the stream; none is missing.
    const auto once = [&] {
        std::map<std::uint64_t, std::string> heard;
        for (const auto& event : bridge.events()) heard[event.stream_sequence] = event.payload;
        std::vector<std::string> in_order;
        for (const auto& [sequence, payload] : heard) in_order.push_back(payload);
        return in_order;
    };
    CHECK(eventually([&] { return once().size() >= stored.size(); }));
    CHECK(once() == stored);
}
