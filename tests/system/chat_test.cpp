// Two users and a group, over both wires: receipts, copies, order, idempotency; and what storage never sees.
#include <doctest/doctest.h>

#include <map>

#include "tests/system/party.hpp"

using namespace causeway::test;
using Json = nlohmann::json;
using Wire = StompClient::Wire;

namespace {

constexpr const char* kPrivate = "/user/queue/private-messages";
constexpr const char* kMessages = "/user/queue/messages";

StompFrame next(StompClient& client) {
    const auto frame = client.sees();
    if (!frame) throw std::runtime_error("nothing came");
    return *frame;
}

}  // namespace

TEST_CASE("a private message is receipted with its numbers and reaches the other devices of both") {
    BrokerProcess broker;
    for (const auto wire : {Wire::kWebSocket, Wire::kSockJs}) {
        const std::string bob = wire == Wire::kWebSocket ? "bob" : "sockjs-bob";
        StompClient alice = enters(broker, {"alice", {}, {}, wire});
        StompClient tablet = enters(broker, {"alice", {}, {}, Wire::kWebSocket});
        StompClient phone = enters(broker, {bob, {}, {}, Wire::kSockJs});
        StompClient laptop = enters(broker, {bob, {}, {}, wire});
        for (StompClient* each : {&alice, &tablet, &phone, &laptop})
            REQUIRE(each->subscribes(kPrivate).command == "RECEIPT");

        const auto receipt = alice.sends_and_waits("/app/private-message",
                                                   private_message(bob, "hi: \xe4\xbd\xa0", "to " + bob));
        REQUIRE(receipt.command == "RECEIPT");
        CHECK(receipt.header("sequence") == "1");
        CHECK(receipt.header("duplicate") == "false");
        CHECK(receipt.header("stored") == "true");
        CHECK(number(receipt, "offset") > 0);
        for (StompClient* each : {&tablet, &phone, &laptop}) {
            const auto message = next(*each);
            CHECK(said(message) == "hi: \xe4\xbd\xa0");
            CHECK(message.header("destination") == kPrivate);
            for (const char* const header : {"message-id", "offset", "sequence"})
                CHECK(message.header(header) == receipt.header(header));
            CHECK(Json::parse(message.body).at("senderId") == "alice");
        }
        CHECK(alice.everything_so_far().empty());

        const auto again = alice.sends_and_waits("/app/private-message",
                                                 private_message(bob, "hi: \xe4\xbd\xa0", "to " + bob));
        CHECK(again.header("duplicate") == "true");
        for (const char* const header : {"message-id", "offset", "sequence"})
            CHECK(again.header(header) == receipt.header(header));
        const auto other = alice.sends_and_waits("/app/private-message",
                                                 private_message(bob, "something else", "to " + bob));
        CHECK(other.header("code") == "idempotency-conflict");
        for (StompClient* each : {&tablet, &phone, &laptop}) CHECK(each->everything_so_far().empty());
    }
}

TEST_CASE("a conversation: its members get every message once, numbered without gaps; strangers get none") {
    BrokerProcess broker(unhurried());
    StompClient alice = enters(broker, {"alice"});
    StompClient bob = enters(broker, {"bob", {}, {}, Wire::kSockJs});
    StompClient carol = enters(broker, {"carol"});
    StompClient stranger = enters(broker, {"mallory"});
    const auto made = alice.sends_and_waits(
        "/app/conversations/create", R"({"conversationId":"team","name":"Team","members":["bob","carol"]})");
    REQUIRE(made.command == "RECEIPT");
    CHECK(made.header("conversation-id") == "team");
    REQUIRE(alice.subscribes("/topic/conversation/team").command == "RECEIPT");
    REQUIRE(bob.subscribes("/topic/conversation/team").command == "RECEIPT");
    REQUIRE(carol.subscribes(kMessages).command == "RECEIPT");
    REQUIRE(stranger.subscribes(kMessages).command == "RECEIPT");
    CHECK(stranger.subscribes("/topic/conversation/team").header("code") == "permission-denied");
    CHECK(stranger.sends_and_waits("/app/chat", chat("team", "let me in")).header("code") ==
          "permission-denied");

    constexpr int kEach = 50;
    for (int i = 0; i < kEach; ++i) {
        alice.sends("/app/chat", chat("team", "alice " + std::to_string(i)));
        bob.sends("/app/chat", chat("team", "bob " + std::to_string(i)));
    }
    for (StompClient* each : {&alice, &bob, &carol}) {
        std::map<std::string, int> seen;
        for (std::uint64_t sequence = 1; sequence <= 2 * kEach; ++sequence) {
            const auto message = next(*each);
            REQUIRE(number(message, "sequence") == sequence);
            const auto sender = message.header("sender-id").value_or("");
            CHECK(said(message) == sender + " " + std::to_string(seen[sender]++));
        }
        CHECK(seen == std::map<std::string, int>{{"alice", kEach}, {"bob", kEach}});
        CHECK(each->everything_so_far().empty());
    }
    CHECK(stranger.everything_so_far().empty());
}

TEST_CASE("forty subscribers on two shards get every message once, in its sender's order") {
    BrokerProcess broker(unhurried());
    constexpr int kSubscribers = 40;
    constexpr int kSenders = 4;
    constexpr int kEach = 100;
    std::vector<StompClient> subscribers;
    for (int i = 0; i < kSubscribers; ++i) {
        subscribers.push_back(
            enters(broker, {"s" + std::to_string(i), {}, {}, i % 3 ? Wire::kWebSocket : Wire::kSockJs}));
        // Every fifth by a pattern.
        REQUIRE(subscribers.back().subscribes(i % 5 ? "/topic/open/a" : "/topic/open/*").command ==
                "RECEIPT");
    }
    std::vector<StompClient> senders;
    for (int i = 0; i < kSenders; ++i) senders.push_back(enters(broker, {"sender" + std::to_string(i)}));
    for (int i = 0; i < kEach; ++i)
        for (auto& sender : senders) sender.sends("/topic/open/a", std::to_string(i));

    for (auto& subscriber : subscribers) {
        std::map<std::string, int> seen;
        for (int i = 0; i < kSenders * kEach; ++i) {
            const auto message = next(subscriber);
            REQUIRE(message.body == std::to_string(seen[message.header("sender-id").value_or("")]++));
        }
        CHECK(seen.size() == kSenders);
    }
    for (auto& subscriber : subscribers) CHECK(subscriber.everything_so_far().empty());
}

TEST_CASE("volatile traffic never touches storage") {
    BrokerProcess broker(unhurried());
    StompClient alice = enters(broker, {"alice"});
    StompClient bob = enters(broker, {"bob"});
    REQUIRE(alice.sends_and_waits("/app/private-message", private_message("bob", "kept")).command ==
            "RECEIPT");
    REQUIRE(bob.subscribes("/topic/open/a").command == "RECEIPT");
    REQUIRE(bob.subscribes("/user/queue/open").command == "RECEIPT");
    const double entries = broker.metric("causeway_store_entries_total");
    const double commits = broker.metric("causeway_store_commits_total");
    CHECK(entries == 1);  // so the metric would show it
    CHECK(commits >= 1);

    for (int i = 0; i < 200; ++i) {
        alice.sends("/topic/open/a", "volatile");
        alice.sends("/user/bob/queue/open", "volatile");
    }
    for (int i = 0; i < 400; ++i) REQUIRE(bob.sees_body() == "volatile");
    CHECK(broker.metric("causeway_store_entries_total") == entries);
    CHECK(broker.metric("causeway_store_commits_total") == commits);
    CHECK(broker.metric("causeway_messages_delivered_total{source=\"stomp\"}") == 400);
}

TEST_CASE("a SEND to a user reaches all devices but the one that sent it") {
    BrokerProcess broker(unhurried());
    StompClient phone = enters(broker, {"alice"});
    StompClient tablet = enters(broker, {"alice"});
    StompClient laptop = enters(broker, {"alice", {}, {}, Wire::kSockJs});
    for (StompClient* each : {&phone, &tablet, &laptop})
        REQUIRE(each->subscribes("/user/queue/open").command == "RECEIPT");
    REQUIRE(phone.sends_and_waits("/user/alice/queue/open", "to myself").command == "RECEIPT");
    for (StompClient* each : {&tablet, &laptop}) {
        const auto message = next(*each);
        CHECK(message.body == "to myself");
        CHECK(message.header("destination") == "/user/queue/open");
        CHECK(message.header("sender-id") == "alice");
    }
    for (StompClient* each : {&phone, &tablet, &laptop}) CHECK(each->everything_so_far().empty());
}
