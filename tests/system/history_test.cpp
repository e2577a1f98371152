// Topics that keep their newest messages: by rule, in memory or on disk, with a retained value; whoever
// publishes.
#include <doctest/doctest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/nats_client.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/system/party.hpp"

using namespace causeway::test;

namespace {

constexpr const char* kStored = "/topic/open/stored/a";
constexpr const char* kMemory = "/topic/open/memory/a";
constexpr const char* kValue = "/topic/open/value/a";
constexpr const char* kKept = "/topic/open/kept/a";
constexpr const char* kReplayed = "/topic/open/replayed/a";
constexpr const char* kEvent = "/topic/business.price.changed";

BrokerProcess::Options with_histories() {
    BrokerProcess::Options options = unhurried();
    options.config = std::string(kOpenTopics) + R"(
[[permissions]]
effect = "allow"
action = "subscribe"
destination = "/topic/business.**"
who = "users"

[[history]]
destination = "/topic/open/stored/*"
count = 5
stored = true

[[history]]
destination = ["/topic/open/memory/*", "/topic/business.price.**"]
count = 5

[[history]]
destination = "/topic/open/value/*"
count = 1
retained = true

[[history]]
destination = "/topic/open/kept/*"
count = 5
age = "1ms"
retained = true
stored = true

[[history]]
destination = "/topic/open/replayed/*"
count = 5
replay = 3
stored = true
)";
    return options;
}

using Bodies = std::vector<std::string>;

Bodies bodies(StompClient& client, std::size_t count) {
    Bodies all;
    while (all.size() < count) all.push_back(client.sees_body());
    return all;
}

struct Place {
    std::string offset;
    std::string epoch;
};
StompHeaders resume(const Place& place) { return {{"resume-after", place.offset}, {"epoch", place.epoch}}; }

// Subscribes, has `texts` sent, and goes: where it was then.
Place visits(const BrokerProcess& broker, StompClient& sender, const std::string& topic,
             const Bodies& texts) {
    StompClient reader = enters(broker, {"reader"});
    Place place;
    const auto receipt = reader.subscribes(topic);
    REQUIRE_MESSAGE(receipt.command == "RECEIPT", text_of(receipt));
    place.epoch = receipt.header("epoch").value_or("");
    for (const auto& text : texts) {
        const auto sent =
            sender.sends_and_waits(topic, text, {{"content-type", "text/plain"}, {"colour", "red"}});
        REQUIRE_MESSAGE(sent.command == "RECEIPT", text_of(sent));
        const auto message = reader.sees();
        REQUIRE(message);
        CHECK(message->body == text);
        place.offset = message->header("offset").value_or("");
    }
    return place;
}

}  // namespace

TEST_CASE("a topic with a history gives what was missed, from memory and from the disk") {
    BrokerProcess broker(with_histories());
    StompClient alice = enters(broker, {"alice"});
    for (const std::string topic : {kStored, kMemory}) {
        CAPTURE(topic);
        const Place place = visits(broker, alice, topic, {"1", "2"});
        for (const char* const text : {"3", "4", "5"})
            REQUIRE(alice.sends_and_waits(topic, text, {{"content-type", "text/plain"}, {"colour", "red"}})
                        .command == "RECEIPT");
        StompClient reader = enters(broker, {"reader"});
        const auto receipt = reader.subscribes(topic, resume(place));
        CHECK(receipt.header("recovered") == "true");
        CHECK(receipt.header("epoch") == place.epoch);
        const auto message = reader.sees();
        REQUIRE(message);
        CHECK(message->body == "3");
        CHECK(message->header("destination") == topic);
        CHECK(message->header("content-type") == "text/plain");
        CHECK(message->header("colour") == "red");
        CHECK(message->header("sender-id") == "alice");
        CHECK(bodies(reader, 2) == Bodies{"4", "5"});
        alice.sends(topic, "live");
        CHECK(reader.sees_body() == "live");
        CHECK(reader.everything_so_far().empty());
    }
}

TEST_CASE("a stored history survives kill -9; one in memory says that it did not") {
    BrokerProcess broker(with_histories());
    Place stored;
    Place memory;
    {
        StompClient alice = enters(broker, {"alice"});
        stored = visits(broker, alice, kStored, {"1", "2"});
        memory = visits(broker, alice, kMemory, {"1", "2"});
        for (const char* const topic : {kStored, kMemory})
            REQUIRE(alice.sends_and_waits(topic, "3").command == "RECEIPT");
    }
    broker.restart();
    StompClient alice = enters(broker, {"alice"});
    StompClient reader = enters(broker, {"reader"});
    CHECK(reader.subscribes(kStored, resume(stored)).header("recovered") == "true");
    CHECK(reader.sees_body() == "3");
    const auto receipt = reader.subscribes(kMemory, resume(memory));
    CHECK(receipt.header("recovered") == "false");
    CHECK(receipt.header("epoch") != memory.epoch);
    alice.sends(kMemory, "live");
    CHECK(reader.sees_body() == "live");
    CHECK(reader.everything_so_far().empty());
}

TEST_CASE("what the rule's bounds have dropped is not pretended to be there") {
    BrokerProcess broker(with_histories());
    StompClient alice = enters(broker, {"alice"});
    for (const char* const topic : {kStored, kMemory}) {
        CAPTURE(topic);
        const Place place = visits(broker, alice, topic, {"0"});
        for (int i = 1; i <= 5; ++i) alice.sends_and_waits(topic, std::to_string(i));
        {
            StompClient reader = enters(broker, {"reader"});
            CHECK(reader.subscribes(topic, resume(place)).header("recovered") == "true");
            CHECK(bodies(reader, 5) == Bodies{"1", "2", "3", "4", "5"});
        }
        alice.sends_and_waits(topic, "6");
        StompClient reader = enters(broker, {"reader"});
        CHECK(reader.subscribes(topic, resume(place)).header("recovered") == "false");
        CHECK(reader.everything_so_far().empty());
    }
}

TEST_CASE("the retained value is the first thing that every subscriber sees") {
    BrokerProcess broker(with_histories());
    StompClient alice = enters(broker, {"alice"});
    for (const char* const value : {"1", "2", "3"})
        REQUIRE(alice.sends_and_waits(kValue, value).command == "RECEIPT");
    // On both shards.
    for (int i = 0; i < 4; ++i) {
        StompClient reader = enters(broker, {"reader"});
        REQUIRE(reader.subscribes(kValue).command == "RECEIPT");
        CHECK(reader.sees_body() == "3");
        CHECK(reader.everything_so_far().empty());
    }
    StompClient reader = enters(broker, {"reader"});
    REQUIRE(reader.subscribes(kValue).command == "RECEIPT");
    CHECK(reader.sees_body() == "3");
    alice.sends(kValue, "4");
    CHECK(reader.sees_body() == "4");
}

TEST_CASE(
    "a retained value on disk outlives its age and the process; replay gives as many as the rule says") {
    BrokerProcess broker(with_histories());
    {
        StompClient alice = enters(broker, {"alice"});
        for (const char* const text : {"1", "2", "3", "4"})
            for (const char* const topic : {kKept, kReplayed})
                REQUIRE(alice.sends_and_waits(topic, text).command == "RECEIPT");
    }
    broker.restart();
    StompClient reader = enters(broker, {"reader"});
    REQUIRE(reader.subscribes(kKept).command == "RECEIPT");
    CHECK(reader.sees_body() == "4");
    CHECK(reader.everything_so_far().empty());
    REQUIRE(reader.subscribes(kReplayed).command == "RECEIPT");
    CHECK(bodies(reader, 3) == Bodies{"2", "3", "4"});
    CHECK(reader.everything_so_far().empty());
}

TEST_CASE("operators and NATS publish into the history, too") {
    NatsServer nats;
    BrokerProcess::Options options = with_histories();
    options.nats_url = nats.url();
    BrokerProcess broker(options);
    const auto answer = broker.admin_post("/api/v1/publish",
                                          R"({"destination":"/topic/open/value/a","body":"by an operator"})");
    REQUIRE_MESSAGE(answer.status < 300, answer.body);
    StompClient reader = enters(broker, {"reader"});
    REQUIRE(reader.subscribes(kValue).command == "RECEIPT");
    CHECK(reader.sees_body() == "by an operator");

    // Nobody subscribes yet: an event of this subject is kept all the same.
    REQUIRE(eventually([&] { return broker.metric("causeway_nats_connected") == 1; }));
    NatsClient back_end(nats.port());
    back_end.publishes("business.price.changed", R"({"price":1})");
    back_end.publishes("business.price.changed", R"({"price":2})");
    REQUIRE(eventually([&] {
        StompClient late = enters(broker, {"late"});
        (void)late.subscribes(kEvent, {{"resume-after", "0"}});
        return late.everything_so_far().size() == 2;
    }));
}
