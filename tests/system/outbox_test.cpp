// Between commit and NATS: whatever is killed, paused or away, an event that was committed arrives, in order
// and under one id; and what back ends said to a stream while the broker was away arrives as well.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/support/cycles.hpp"
#include "tests/support/jetstream.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/system/party.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

constexpr const char* kPrivate = "/user/queue/private-messages";
constexpr const char* kSent = "communication.message.sent";

NatsServer::Options with_jetstream() { return {NatsServer::Start::kNow, true, {}}; }

BrokerProcess::Options on(const NatsServer& nats) {
    auto options = unhurried();
    options.nats_url = nats.url();
    options.set.push_back("cluster.name=testers");
    options.set.push_back("cluster.node=one");
    options.config += R"(
[[permissions]]
effect = "allow"
action = "subscribe"
destination = ["/topic/business.**", "/topic/communication.**"]
who = "users"
)";
    return options;
}

bool connected(const BrokerProcess& broker) { return broker.metric("causeway_nats_connected") == 1; }
bool outbox_empty(const BrokerProcess& broker) {
    // The figures are at most a second old.
    return eventually([&] { return broker.metric("causeway_outbox_events") == 0; });
}
bool hears_streams(const BrokerProcess& broker) {
    return eventually([&] { return broker.log().find("events come from EVENTS") != std::string::npos; });
}

// What is in a stream, by Nats-Msg-Id, each as often as it is there.
std::map<std::string, int> ids_in(const NatsServer& nats, const char* stream) {
    std::map<std::string, int> ids;
    for (const auto& message : JetStream(nats.port()).messages(stream))
        if (message.subject == kSent) ++ids[message.header("Nats-Msg-Id")];
    return ids;
}

// Says numbered things to bob until told to end, comes back after every loss, and remembers which
// messages were receipted.
class Talker {
public:
    explicit Talker(const BrokerProcess& broker) : broker_(broker), thread_([this] { talk(); }) {}
    ~Talker() { ends(); }
    void ends() {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] std::size_t receipts() const { return count_; }
    // After ends(): of the receipted messages, in order.
    [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }

private:
    void talk() {
        for (int next = 0; !stop_;) {
            try {
                StompClient client = enters(broker_, {"alice"});
                while (!stop_) {
                    const auto text = std::to_string(next);
                    const auto receipt = client.sends_and_waits("/app/private-message",
                                                                private_message("bob", text, "m-" + text));
                    if (receipt.command != "RECEIPT") break;
                    ids_.push_back(receipt.header("message-id").value());
                    ++next;
                    ++count_;
                }
            } catch (const std::exception&) {
                std::this_thread::sleep_for(5ms);  // the broker is away
            }
        }
    }

    const BrokerProcess& broker_;
    std::vector<std::string> ids_;
    std::atomic<std::size_t> count_ = 0;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

int kills() { return cycles(4, 60); }

}  // namespace

TEST_CASE("what was committed while NATS was away arrives in order, once, when it is back") {
    NatsServer nats(with_jetstream());
    JetStream(nats.port()).makes("EVENTS", {"communication.>"});
    BrokerProcess broker(on(nats));
    REQUIRE(eventually([&] { return connected(broker); }));
    StompClient alice = enters(broker, {"alice"});
    std::vector<std::string> ids;
    const auto say = [&](int count) {
        for (int i = 0; i < count; ++i)
            ids.push_back(alice.sends_and_waits("/app/private-message", private_message("bob", "x"))
                              .header("message-id")
                              .value());
    };
    say(10);
    REQUIRE(outbox_empty(broker));
    SUBCASE("killed") {
        nats.kill9();
        say(100);
        CHECK(eventually([&] { return broker.metric("causeway_outbox_events") >= 100; }));
        nats.start();
    }
    SUBCASE("paused") {
        nats.pause();
        say(100);
        CHECK(eventually([&] { return broker.metric("causeway_outbox_events") >= 100; }));
        CHECK(broker.metric("causeway_outbox_oldest_age_seconds") > 0);
        nats.resume();
    }
    SUBCASE("killed, and the broker, too") {
        nats.kill9();
        say(100);
        broker.kill9();
        nats.start();
        broker.start();
    }
    SUBCASE("killed, and the broker stopped") {
        nats.kill9();
        say(100);
        CHECK(broker.stop().code == 0);
        broker.start();
        nats.start();
    }
    REQUIRE(outbox_empty(broker));
    std::vector<std::string> stored;
    for (const auto& message : JetStream(nats.port()).messages("EVENTS"))
        if (message.subject == kSent) stored.push_back(message.header("Nats-Msg-Id"));
    CHECK(stored == ids);
}

TEST_CASE("kills of NATS and broker in any order lose no event that was receipted") {
    const unsigned seed = std::random_device()();
    CAPTURE(seed);
    std::mt19937 random(seed);
    NatsServer nats(with_jetstream());
    JetStream(nats.port()).makes("EVENTS", {"communication.>"});
    BrokerProcess broker(on(nats));
    Talker talker(broker);
    for (int cycle = 0; cycle < kills(); ++cycle) {
        CAPTURE(cycle);
        const std::size_t enough = talker.receipts() + 1 + random() % 50;
        REQUIRE(eventually([&] { return talker.receipts() >= enough; }));
        switch (random() % 4) {
            case 0:
                nats.restart();
                break;
            case 1:
                broker.restart();
                break;
            case 2:
                nats.kill9();
                broker.restart();
                nats.start();
                break;
            default:
                broker.kill9();
                nats.restart();
                broker.start();
        }
    }
    talker.ends();
    REQUIRE(outbox_empty(broker));
    const auto stored = ids_in(nats, "EVENTS");
    std::size_t lost = 0;
    std::size_t twice = 0;
    for (const auto& id : talker.ids()) lost += stored.contains(id) ? 0U : 1U;
    for (const auto& [id, count] : stored) twice += count > 1 ? 1U : 0U;
    MESSAGE("receipted ", talker.ids().size(), ", in the stream ", stored.size(), ", lost ", lost, ", twice ",
            twice);
    CHECK(lost == 0);
    CHECK(twice == 0);
    // What was committed and not receipted is at most what was under way at each kill.
    CHECK(stored.size() <= talker.ids().size() + static_cast<std::size_t>(kills()) + 1);
}

TEST_CASE("without a stream an event is sent at least once, and nothing waits for ever") {
    NatsServer nats;
    BrokerProcess broker(on(nats));
    REQUIRE(eventually([&] { return connected(broker); }));
    StompClient alice = enters(broker, {"alice"});
    NatsClient bus(nats.port());
    bus.subscribes(kSent);
    std::vector<std::string> ids;
    for (int i = 0; i < 100; ++i)
        ids.push_back(alice.sends_and_waits("/app/private-message", private_message("bob", "x"))
                          .header("message-id")
                          .value());
    for (const auto& id : ids) {
        const auto event = bus.sees();
        REQUIRE(event);
        CHECK(event->header("Nats-Msg-Id") == id);
        CHECK(event->header("Causeway-Origin") == "testers/one");
    }
    CHECK(outbox_empty(broker));
    CHECK_FALSE(bus.sees(200ms));
}

TEST_CASE("an operator sees what waits, and sends it again at once when the trouble is over") {
    NatsServer nats(with_jetstream());
    JetStream streams(nats.port());
    streams.makes("EVENTS", {"communication.>"}, {{"max_msg_size", 10}});
    BrokerProcess broker(on(nats));
    REQUIRE(eventually([&] { return connected(broker); }));
    StompClient alice = enters(broker, {"alice"});
    const auto id = alice.sends_and_waits("/app/private-message", private_message("bob", "big"))
                        .header("message-id")
                        .value();
    REQUIRE(eventually([&] { return broker.log().find("is refused and set aside") != std::string::npos; }));
    const Json listed = Json::parse(broker.admin_get("/api/v1/outbox").body);
    REQUIRE(listed.at("items").size() >= 1);
    CHECK(broker.admin_get("/api/v1/outbox").body.find(id) != std::string::npos);
    streams.changes("EVENTS", {{"max_msg_size", -1}});
    CHECK(ids_in(nats, "EVENTS").empty());
    CHECK(broker.admin_post("/api/v1/outbox/retry", "{}").status < 300);
    CHECK(eventually([&] { return ids_in(nats, "EVENTS").contains(id); }));
    CHECK(outbox_empty(broker));
}

TEST_CASE("what back ends said to a stream while the broker was away arrives when it is back, once") {
    NatsServer nats(with_jetstream());
    JetStream streams(nats.port());
    streams.makes("EVENTS", {"business.>", "communication.>"});
    BrokerProcess broker(on(nats));
    REQUIRE(hears_streams(broker));
    const auto body = [](int i) {
        return Json{{"senderId", "alice"}, {"receiverId", "bob"}, {"content", std::to_string(i)}}.dump();
    };
    for (int i = 0; i < 10; ++i) streams.publishes(kSent, body(i));
    const auto all_taken = [&] {
        return eventually([&] { return streams.consumers("EVENTS").at(0).at("num_ack_pending") == 0; });
    };
    REQUIRE(eventually([&] { return broker.metric("causeway_store_entries_total") == 10; }));
    const auto heard = [&] { return streams.consumers("EVENTS").at(0).value("push_bound", false); };
    REQUIRE(heard());
    REQUIRE(all_taken());  // else they would come again, but only after half a minute
    SUBCASE("killed") { broker.kill9(); }
    SUBCASE("stopped") { CHECK(broker.stop().code == 0); }
    REQUIRE(
        eventually([&] { return !heard(); }));  // what goes to the dead comes again after half a minute, too
    for (int i = 10; i < 60; ++i)
        streams.publishes(kSent, body(i), "Nats-Msg-Id: b-" + std::to_string(i) + "\r\n");
    broker.start();
    StompClient bob = enters(broker, {"bob", {{"deviceId", "phone"}}});
    REQUIRE(bob.subscribes(kPrivate, {{"resume-after", "0"}}).command == "RECEIPT");
    for (int i = 0; i < 60; ++i) {
        const auto message = bob.sees();
        REQUIRE(message);
        CHECK(said(*message) == std::to_string(i));
        CHECK(number(*message, "sequence") == static_cast<std::uint64_t>(i + 1));
    }
    CHECK(bob.everything_so_far().empty());
    CHECK(all_taken());
}

TEST_CASE("an event that a stream keeps is mirrored once, and our own not at all") {
    NatsServer nats(with_jetstream());
    JetStream streams(nats.port());
    streams.makes("EVENTS", {"business.>", "communication.>"});
    BrokerProcess broker(on(nats));
    REQUIRE(hears_streams(broker));
    StompClient watcher = enters(broker, {"watcher"});
    REQUIRE(watcher.subscribes("/topic/business.order.created").command == "RECEIPT");
    REQUIRE(watcher.subscribes("/topic/communication.message.sent").command == "RECEIPT");
    for (int i = 0; i < 20; ++i)
        streams.publishes("business.order.created", R"({"orderId":)" + std::to_string(i) + "}");
    for (int i = 0; i < 20; ++i) {
        const auto event = watcher.sees();
        REQUIRE(event);
        const auto content = Json::parse(event->body).at("event").at("content").get<std::string>();
        CHECK(Json::parse(content).at("orderId") == i);
    }
    StompClient alice = enters(broker, {"alice"});
    (void)alice.sends_and_waits("/app/private-message", private_message("bob", "ours"));
    CHECK(watcher.sees().value().header("destination") == "/topic/communication.message.sent");
    CHECK(outbox_empty(broker));
    CHECK(eventually([&] { return streams.consumers("EVENTS").at(0).at("num_ack_pending") == 0; }));
    CHECK(watcher.everything_so_far().empty());
    CHECK(broker.metric("causeway_store_entries_total") == 1);
}

// What the broker had in hand when it was killed comes again after a wait, which is half a minute unless
// somebody changes it.
TEST_CASE("kills of NATS and broker in any order lose no event that a stream has, and store none twice") {
    const unsigned seed = std::random_device()();
    CAPTURE(seed);
    std::mt19937 random(seed);
    NatsServer nats(with_jetstream());
    JetStream(nats.port()).makes("EVENTS", {"communication.>"});
    BrokerProcess broker(on(nats));
    REQUIRE(hears_streams(broker));
    {
        JetStream streams(nats.port());
        for (const auto& consumer : streams.consumers("EVENTS"))
            streams.changes_consumer("EVENTS", consumer.at("name"), {{"ack_wait", 1'000'000'000}});
    }
    int published = 0;
    const auto publish_some = [&] {
        JetStream streams(nats.port());
        for (const auto end = published + 20 + static_cast<int>(random() % 30); published < end; ++published)
            streams.publishes(
                kSent,
                Json{{"senderId", "alice"}, {"receiverId", "bob"}, {"content", std::to_string(published)}}
                    .dump());
    };
    for (int cycle = 0; cycle < kills(); ++cycle) {
        publish_some();
        if (random() % 2 == 0) broker.kill9();
        if (random() % 2 == 0) nats.restart();
        publish_some();
        if (!broker.process().running()) broker.start();
    }
    StompClient bob = enters(broker, {"bob"});
    REQUIRE(bob.subscribes(kPrivate, {{"resume-after", "0"}}).command == "RECEIPT");
    std::map<std::string, int> heard;
    while (heard.size() < static_cast<std::size_t>(published)) {
        // What NATS had delivered when it was killed comes again after the wait for an acknowledgement.
        const auto message = bob.sees(40s);
        REQUIRE(message);
        ++heard[said(*message)];
    }
    for (const auto& message : bob.everything_so_far()) ++heard[said(message)];
    MESSAGE("in the stream ", published, ", stored ", heard.size());
    for (const auto& [text, count] : heard) CHECK(count == 1);
}
