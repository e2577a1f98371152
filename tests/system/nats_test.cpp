// The bus: absent, killed, stopped and back; events in, events out, nothing stored twice.
#include <doctest/doctest.h>

#include <set>

#include "tests/support/nats_client.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/system/canary.hpp"
#include "tests/system/party.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

constexpr const char* kPrivate = "/user/queue/private-messages";

BrokerProcess::Options on(const std::string& url) {
    auto options = unhurried();
    options.nats_url = url;
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

std::string readiness(const BrokerProcess& broker) {
    const auto response = http(broker.admin_port(), {"GET", "/readyz?verbose", {}, ""});
    return std::to_string(response.status) + " " + response.body;
}

Json envelope(StompClient& client) {
    const auto frame = client.sees();
    if (!frame) throw std::runtime_error("no event came");
    return Json::parse(frame->body);
}

// The content of an EVENT envelope, which is a string that holds JSON.
Json content(const Json& envelope) {
    return Json::parse(envelope.at("event").at("content").get<std::string>());
}

// Whether an event published now comes through to the subscriber.
bool flows(const NatsServer& nats, StompClient& subscriber) {
    NatsClient(nats.port()).publishes("business.probe", "{}");
    const auto frame = subscriber.sees(200ms);
    return frame && frame->header("destination") == "/topic/business.probe";
}

}  // namespace

TEST_CASE("with NATS absent, killed, stopped and back no client is dropped and local traffic goes on") {
    NatsServer nats(NatsServer::Options{NatsServer::Start::kLater, false, {}});
    BrokerProcess broker(on(nats.url()));
    Canary canary(broker);
    StompClient alice = enters(broker, {"alice"});
    StompClient bob = enters(broker, {"bob"});
    REQUIRE(bob.subscribes(kPrivate).command == "RECEIPT");
    StompClient watcher = enters(broker, {"watcher"});
    REQUIRE(watcher.subscribes("/topic/business.probe").command == "RECEIPT");
    int said_so_far = 0;
    const auto talk = [&] {
        const auto text = std::to_string(said_so_far++);
        CHECK(alice.sends_and_waits("/app/private-message", private_message("bob", text)).command ==
              "RECEIPT");
        CHECK(said(bob.sees().value()) == text);
        CHECK(canary.sings());
    };
    const auto away = [&] {
        CHECK(eventually([&] { return !connected(broker); }));
        CHECK(readiness(broker).starts_with("200 "));
        CHECK(readiness(broker).find("[-]nats failed (not required)") != std::string::npos);
        talk();
    };
    const auto back = [&] {
        CHECK(eventually([&] { return connected(broker); }));
        CHECK(readiness(broker).find("[+]nats ok") != std::string::npos);
        talk();
        CHECK(eventually([&] { return flows(nats, watcher); }));
        // Late probes, if any.
        (void)watcher.everything_so_far();
    };

    away();
    nats.start();
    back();
    nats.kill9();
    away();
    nats.start();
    back();
    nats.pause();
    away();
    nats.resume();
    back();
    nats.stop();
    away();
    nats.start();
    back();
    CHECK(broker.metric("causeway_nats_reconnects_total") >= 3);
    CHECK(canary.stop() == "");
    CHECK(alice.everything_so_far().empty());
}

TEST_CASE("an event appears on its topic as an envelope, and in the queue of the user it names") {
    const NatsServer nats;
    BrokerProcess broker(on("nats://127.0.0.1:1, " + nats.url()));  // the second of two servers
    REQUIRE(eventually([&] { return connected(broker); }));
    StompClient watcher = enters(broker, {"watcher"});
    StompClient pattern = enters(broker, {"pattern"});
    StompClient alice = enters(broker, {"alice"});
    StompClient bob = enters(broker, {"bob"});
    REQUIRE(watcher.subscribes("/topic/business.user.login").command == "RECEIPT");
    REQUIRE(pattern.subscribes("/topic/business.**").command == "RECEIPT");
    REQUIRE(alice.subscribes("/user/queue/user-status").command == "RECEIPT");
    REQUIRE(bob.subscribes("/user/queue/user-status").command == "RECEIPT");
    NatsClient bus(nats.port());
    bus.publishes("business.user.login", R"({"eventType":"user.login","userId":"alice","deviceId":"d"})",
                  "Nats-Msg-Id: event-1\r\n");
    for (StompClient* each : {&watcher, &pattern, &alice}) {
        const auto seen = envelope(*each);
        CHECK(seen.at("type") == 40);
        CHECK(seen.at("messageId") == "event-1");
        CHECK(content(seen) == Json{{"eventType", "user.login"}, {"userId", "alice"}, {"deviceId", "d"}});
    }
    // Any payload is an object with an eventType in the end.
    bus.publishes("business.user.login", R"({"userId":"nobody"})");
    CHECK(content(envelope(watcher)).at("eventType") == "business.user.login");
    bus.publishes("business.user.login", "\xff\x01 no JSON");
    CHECK(content(envelope(watcher)).at("dataEncoding") == "base64");
    // The same event again is the same event.
    bus.publishes("business.user.login", "{}", "Nats-Msg-Id: event-1\r\n");
    bus.publishes("business.user.login", R"({"eventType":"last"})");
    CHECK(content(envelope(watcher)).at("eventType") == "last");
    CHECK(watcher.everything_so_far().empty());
    CHECK(alice.everything_so_far().empty());
    CHECK(bob.everything_so_far().empty());
    StompClient nosy = enters(broker, {"nosy"});
    CHECK(nosy.subscribes("/topic/secret.business").header("code") == "permission-denied");
}

TEST_CASE("membership events change who may read a conversation") {
    const NatsServer nats;
    BrokerProcess broker(on(nats.url()));
    REQUIRE(eventually([&] { return connected(broker); }));
    NatsClient bus(nats.port());
    bus.publishes("business.conversation.created",
                  R"({"conversationId":"team","creatorId":"alice","members":["alice","bob"],"name":"Team"})");
    StompClient bob = enters(broker, {"bob"});
    StompClient carol = enters(broker, {"carol"});
    CHECK(eventually([&] { return bob.subscribes("/topic/conversation/team").command == "RECEIPT"; }));
    CHECK(carol.subscribes("/topic/conversation/team").header("code") == "permission-denied");
    bus.publishes("business.conversation.member.added", R"({"conversationId":"team","memberId":"carol"})");
    CHECK(eventually([&] { return carol.subscribes("/topic/conversation/team").command == "RECEIPT"; }));
    bus.publishes("business.conversation.member.removed", R"({"conversationId":"team","memberId":"bob"})");
    CHECK(eventually([&] {
        return bob.sends_and_waits("/app/chat", chat("team", "am I in?")).header("code") ==
               "permission-denied";
    }));
    (void)carol.everything_so_far();
    (void)bob.everything_so_far();
    CHECK(carol.sends_and_waits("/app/chat", chat("team", "he is out")).command == "RECEIPT");
    CHECK(eventually([&] {
        const auto all = carol.everything_so_far();
        for (const auto& frame : all)
            if (frame.body.find("he is out") != std::string::npos) return true;
        return false;
    }));
    for (const auto& frame : bob.everything_so_far())
        CHECK(frame.body.find("he is out") == std::string::npos);
}

TEST_CASE("a message that a back end sent is stored, numbered and delivered like any other, once") {
    const NatsServer nats;
    BrokerProcess broker(on(nats.url()));
    REQUIRE(eventually([&] { return connected(broker); }));
    StompClient bob = enters(broker, {"bob"});
    REQUIRE(bob.subscribes(kPrivate).command == "RECEIPT");
    NatsClient bus(nats.port());
    bus.subscribes("communication.>");
    const std::string body =
        R"({"messageId":"b-1","senderId":"alice","receiverId":"bob","content":"from afar"})";
    bus.publishes("communication.message.sent", body);
    const auto message = bob.sees().value();
    CHECK(said(message) == "from afar");
    CHECK(number(message, "sequence") == 1);
    CHECK(message.header("sender-id") == "alice");
    bus.publishes("communication.message.sent", body);  // again

    StompClient alice = enters(broker, {"alice"});
    const auto receipt = alice.sends_and_waits("/app/private-message", private_message("bob", "from here"));
    CHECK(number(receipt, "sequence") == 2);
    CHECK(said(bob.sees().value()) == "from here");
    CHECK(bob.everything_so_far().empty());
    CHECK(broker.metric("causeway_store_entries_total") == 2);
    // What a back end published is not published again; ours is, once.
    const auto ours = [&] {
        std::vector<NatsWireMessage> all;
        while (const auto event = bus.sees(all.empty() ? kPatience : 300ms))
            if (event->header("Causeway-Origin")) all.push_back(*event);
        return all;
    }();
    REQUIRE(ours.size() == 1);
    CHECK(ours[0].subject == "communication.message.sent");
    CHECK(ours[0].header("Causeway-Origin") == "testers/one");
    CHECK(ours[0].header("Nats-Msg-Id") == receipt.header("message-id"));
    const auto event = Json::parse(ours[0].payload);
    CHECK(event.at("sequence") == 2);
    CHECK(event.at("senderId") == "alice");
    CHECK(event.at("content").at("content") == "from here");
}

TEST_CASE("what our own cluster published is mirrored but never stored again") {
    const NatsServer nats;
    BrokerProcess broker(on(nats.url()));
    REQUIRE(eventually([&] { return connected(broker); }));
    StompClient watcher = enters(broker, {"watcher"});
    REQUIRE(watcher.subscribes("/topic/communication.message.sent").command == "RECEIPT");
    NatsClient bus(nats.port());
    bus.publishes(
        "communication.message.sent",
        R"({"messageId":"c-1","senderId":"alice","receiverId":"bob","content":"from our other node"})",
        "Causeway-Origin: testers/two\r\nNats-Msg-Id: c-1\r\n");
    CHECK(content(envelope(watcher)).at("messageId") == "c-1");
    bus.publishes(
        "communication.message.sent",
        R"({"messageId":"c-2","senderId":"alice","receiverId":"bob","content":"from another cluster"})",
        "Causeway-Origin: others/one\r\nNats-Msg-Id: c-2\r\n");
    CHECK(content(envelope(watcher)).at("messageId") == "c-2");
    CHECK(eventually([&] { return broker.metric("causeway_store_entries_total") == 1; }));
    CHECK(throughout(200ms, [&] { return broker.metric("causeway_store_entries_total") == 1; }));
}

TEST_CASE("comings and goings of users are told once each") {
    const NatsServer nats;
    BrokerProcess broker(on(nats.url()));
    REQUIRE(eventually([&] { return connected(broker); }));
    NatsClient bus(nats.port());
    bus.subscribes("business.user.*");
    {
        StompClient alice = enters(broker, {"alice", {{"deviceId", "phone"}}});
        StompClient tablet = enters(broker, {"alice", {{"deviceId", "tablet"}}});
    }
    const auto login = bus.sees().value();
    CHECK(login.subject == "business.user.login");
    CHECK(Json::parse(login.payload).at("userId") == "alice");
    CHECK(Json::parse(login.payload).at("deviceId") == "phone");
    CHECK(login.header("Nats-Msg-Id"));
    CHECK(bus.sees().value().subject == "business.user.logout");
    CHECK_FALSE(bus.sees(200ms));
}

TEST_CASE("no NATS at all is fine") {
    auto options = unhurried();
    options.set.push_back("nats.url=");
    BrokerProcess broker(options);
    CHECK(readiness(broker).starts_with("200 "));
    CHECK(readiness(broker).find("nats") == std::string::npos);
    StompClient alice = enters(broker, {"alice"});
    StompClient bob = enters(broker, {"bob"});
    REQUIRE(bob.subscribes(kPrivate).command == "RECEIPT");
    CHECK(alice.sends_and_waits("/app/private-message", private_message("bob", "hi")).command == "RECEIPT");
    CHECK(said(bob.sees().value()) == "hi");
}
