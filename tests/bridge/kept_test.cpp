// What must not get lost on its way to NATS: confirmed by a stream or flushed, or told to be uncertain.
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

Kept kept(std::uint64_t id, std::string_view subject, std::string payload) {
    auto message = outgoing(subject, std::move(payload));
    message.msg_id = "id-" + std::to_string(id);
    return {id, std::move(message)};
}

bool publishes(RunningBridge& bridge, const Kept& message) {
    return eventually([&] { return bridge->publish_kept(message); });
}

}  // namespace

TEST_CASE("what a stream takes is stored in order, with its id, and told to be") {
    NatsServer server(with_jetstream());
    JetStream streams(server.port());
    streams.makes("EVENTS", {"business.>"});
    RunningBridge bridge(quick_options(server.url()));
    REQUIRE(bridge.gets_connected());
    for (std::uint64_t id = 1; id <= 1000; ++id)
        REQUIRE(publishes(bridge, kept(id, "business.x", std::to_string(id))));
    REQUIRE(eventually([&] { return bridge.fates().size() == 1000; }));
    for (const auto& answer : bridge.fates()) CHECK(answer.fate == Fate::kStored);
    const auto stored = streams.messages("EVENTS");
    REQUIRE(stored.size() == 1000);
    for (std::size_t i = 0; i < stored.size(); ++i) {
        CHECK(stored[i].payload == std::to_string(i + 1));
        CHECK(stored[i].header("Nats-Msg-Id") == "id-" + std::to_string(i + 1));
        CHECK(stored[i].header("Causeway-Origin") == "causeway/a");
    }
    // The same again is the same.
    REQUIRE(publishes(bridge, kept(7, "business.x", "7")));
    REQUIRE(eventually([&] { return bridge.fates().size() == 1001; }));
    CHECK(bridge.fates().back().fate == Fate::kStored);
    CHECK(streams.messages("EVENTS").size() == 1000);
}

TEST_CASE("where there is no stream a message is sent, whether somebody hears it or not") {
    for (const bool jetstream : {false, true}) {
        CAPTURE(jetstream);
        NatsServer server({NatsServer::Start::kNow, jetstream, {}});
        NatsClient wire(server.port());
        wire.subscribes("business.heard");
        RunningBridge bridge(quick_options(server.url()));
        REQUIRE(bridge.gets_connected());
        REQUIRE(publishes(bridge, kept(1, "business.heard", "a")));
        REQUIRE(publishes(bridge, kept(2, "business.unheard", "b")));
        REQUIRE(eventually([&] { return bridge.fates().size() == 2; }));
        for (const auto& answer : bridge.fates()) CHECK(answer.fate == Fate::kSent);
        const auto seen = wire.sees();
        REQUIRE(seen);
        CHECK(seen->reply_to == "");
        CHECK(seen->header("Nats-Msg-Id") == "id-1");
    }
}

TEST_CASE("a stream that is made, deleted and made again confirms while it is there") {
    NatsServer server(with_jetstream());
    NatsClient listener(server.port());
    listener.subscribes("business.>");
    JetStream streams(server.port());
    RunningBridge bridge(quick_options(server.url()));
    REQUIRE(bridge.gets_connected());
    std::uint64_t id = 0;
    // Fates of new messages until one is as expected; each is told one.
    const auto comes_to = [&](Fate fate) {
        return eventually([&] {
            const std::size_t before = bridge.fates().size();
            REQUIRE(publishes(bridge, kept(++id, "business.x", "")));
            REQUIRE(eventually([&] { return bridge.fates().size() == before + 1; }));
            return bridge.fates().back().fate == fate;
        });
    };
    CHECK(comes_to(Fate::kSent));
    streams.makes("EVENTS", {"business.>"});
    CHECK(comes_to(Fate::kStored));
    streams.removes("EVENTS");
    CHECK(comes_to(Fate::kSent));
    streams.makes("EVENTS", {"business.>"});
    CHECK(comes_to(Fate::kStored));
}

TEST_CASE("a stream that is full makes a message uncertain, one that it can never take is refused") {
    NatsServer server(with_jetstream());
    JetStream streams(server.port());
    streams.makes("SMALL", {"business.>"}, {{"max_msgs", 1}, {"discard", "new"}, {"max_msg_size", 1000}});
    RunningBridge bridge(quick_options(server.url()));
    REQUIRE(bridge.gets_connected());
    REQUIRE(publishes(bridge, kept(1, "business.x", std::string(2000, 'x'))));
    REQUIRE(publishes(bridge, kept(2, "business.x", "fits")));
    REQUIRE(publishes(bridge, kept(3, "business.x", "no more")));
    REQUIRE(eventually([&] { return bridge.fates().size() == 3; }));
    std::map<std::uint64_t, KeptAnswer> by_id;
    for (const auto& answer : bridge.fates()) by_id[answer.id] = answer;
    CHECK(by_id[1].fate == Fate::kRefused);
    CHECK(by_id[2].fate == Fate::kStored);
    CHECK(by_id[3].fate == Fate::kUncertain);
    CHECK(by_id[3].detail.find("maximum messages exceeded") != std::string::npos);
}

TEST_CASE("whatever happens to NATS, each message that was taken gets one answer") {
    NatsServer server(with_jetstream());
    JetStream(server.port()).makes("EVENTS", {"business.>"});
    RunningBridge bridge(quick_options(server.url()));
    std::uint64_t taken = 0;
    const auto publish_some = [&] {
        for (int i = 0; i < 300; ++i)
            taken += bridge->publish_kept(kept(taken + 1, "business.x", "x")) ? 1U : 0U;
    };
    REQUIRE(bridge.gets_connected());
    for (int round = 0; round < 3; ++round) {
        publish_some();
        server.kill9();
        publish_some();
        REQUIRE(bridge.loses_connection());
        CHECK_FALSE(bridge->publish_kept(kept(0, "business.x", "x")));
        server.start();
        REQUIRE(bridge.gets_connected());
    }
    publish_some();
    bridge.end_after([&] { return bridge.fates().size() == taken; });
    std::map<std::uint64_t, int> answers;
    for (const auto& answer : bridge.fates()) ++answers[answer.id];
    CHECK(answers.size() == taken);
    for (const auto& [id, count] : answers) CHECK(count == 1);
    std::map<std::string, int> stored;
    for (const auto& message : JetStream(server.port()).messages("EVENTS"))
        ++stored[message.header("Nats-Msg-Id")];
    for (const auto& answer : bridge.fates())
        if (answer.fate == Fate::kStored) CHECK(stored["id-" + std::to_string(answer.id)] == 1);
}
