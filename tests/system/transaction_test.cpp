// Transactions against the real broker: all or nothing, whenever it dies. Reply addresses across shards.
#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "tests/support/cycles.hpp"
#include "tests/system/party.hpp"

using namespace causeway::test;

namespace {

const std::string kWork = "/queue/open/work.";  // each round has its own
const std::string kDone = "/queue/open/done.";
constexpr const char* kInbox = "/user/bob/queue/open";
constexpr int kAtOnce = 12;  // transactions under way

BrokerProcess::Options with_queues() {
    BrokerProcess::Options options = unhurried();
    options.config += R"(
[[permissions]]
effect = "allow"
action = ["subscribe", "send"]
destination = ["/queue/open/**"]
who = "users"
)";
    options.set.emplace_back("shards=2");
    return options;
}

// Three things to keep, of three kinds, and one that is not kept.
void sends_transaction(StompClient& client, const std::string& name, const std::string& queue) {
    const StompHeaders in{{"transaction", name}};
    const auto kept = [&] { return StompHeaders{{"transaction", name}, {"persistent", "true"}}; };
    client.says("BEGIN", in);
    client.sends(kInbox, name, kept());
    client.sends("/app/private-message", private_message("carol", name), in);
    client.sends(queue, name, kept());
    client.sends("/topic/open/told", name, in);
    client.says("COMMIT", {{"transaction", name}, {"receipt", name}});
}

// Everything that a destination holds, up to a last message that `sender` adds: `end`.
std::multiset<std::string> everything(StompClient& reader, const std::string& destination,
                                      const StompHeaders& headers, StompClient& sender,
                                      const std::string& sent_to, const std::string& end) {
    REQUIRE(reader.subscribes(destination, headers).command == "RECEIPT");
    const bool is_command = sent_to.starts_with("/app/");
    sender.sends(sent_to, is_command ? private_message("carol", end) : end,
                 is_command ? StompHeaders{} : StompHeaders{{"persistent", "true"}});
    std::multiset<std::string> bodies;
    while (true) {
        const auto frame = reader.sees();
        REQUIRE(frame);
        const std::string body = is_command ? said(*frame) : frame->body;
        if (body == end) return bodies;
        bodies.insert(body);
    }
}

}  // namespace

TEST_CASE("a transaction is there altogether or not at all, whenever the broker is killed") {
    std::mt19937 random(20'241'121);
    BrokerProcess broker(with_queues());
    std::size_t promises = 0;
    for (int cycle = 0; cycle < cycles(4, 40); ++cycle) {
        CAPTURE(cycle);
        const std::string queue = kDone + std::to_string(cycle);
        const std::string end = "end of round " + std::to_string(cycle);
        std::set<std::string> promised;
        std::set<std::string> asked;
        StompClient alice = enters(broker, {"alice"});
        for (int i = 0; i < kAtOnce; ++i) {
            const std::string name = std::to_string(cycle) + "." + std::to_string(i);
            asked.insert(name);
            sends_transaction(alice, name, queue);
        }
        const auto wanted = random() % kAtOnce;
        for (std::size_t seen = 0; seen < wanted; ++seen) {
            const auto receipt = alice.sees();
            const auto why = receipt ? std::nullopt : alice.sees_close();
            REQUIRE_MESSAGE(receipt, (why ? std::to_string(why->code) + why->reason : "nothing"), broker.log());
            REQUIRE_MESSAGE(receipt->command == "RECEIPT", text_of(*receipt));
            promised.insert(receipt->header("receipt-id").value_or(""));
        }
        broker.restart();
        StompClient sender = enters(broker, {"alice"});
        StompClient bob = enters(broker, {"bob"});
        StompClient carol = enters(broker, {"carol"});
        StompClient worker = enters(broker, {"worker"});
        const StompHeaders from_start{{"resume-after", "0"}};
        const auto inbox = everything(bob, "/user/queue/open", from_start, sender, kInbox, end);
        const auto whispers = everything(carol, "/user/queue/private-messages", from_start, sender,
                                         "/app/private-message", end);
        const auto done = everything(worker, queue, {}, sender, queue, end);
        for (const std::string& name : asked) {
            CAPTURE(name);
            CHECK(inbox.count(name) <= 1);
            CHECK(inbox.count(name) == whispers.count(name));
            CHECK(inbox.count(name) == done.count(name));
            if (promised.count(name) > 0) CHECK(inbox.count(name) == 1);
        }
        promises += promised.size();
    }
    CHECK(promises > 4);
}

TEST_CASE(
    "work that is taken and passed on in one transaction is in one queue, whenever the broker is killed") {
    std::mt19937 random(20'241'122);
    BrokerProcess broker(with_queues());
    int number = 0;
    for (int cycle = 0; cycle < cycles(3, 30); ++cycle) {
        CAPTURE(cycle);
        const std::string work = kWork + std::to_string(cycle);
        const std::string queue = kDone + std::to_string(cycle);
        std::set<std::string> put;
        {
            StompClient alice = enters(broker, {"alice"});
            for (int i = 0; i < kAtOnce; ++i) {
                put.insert(std::to_string(++number));
                REQUIRE(
                    alice.sends_and_waits(work, std::to_string(number), {{"persistent", "true"}}).command ==
                    "RECEIPT");
            }
        }
        StompClient worker = enters(broker, {"worker"});
        REQUIRE(worker.subscribes(work, {{"ack", "client-individual"}}).command == "RECEIPT");
        std::set<std::string> passed_on;
        const auto wanted = random() % kAtOnce;
        std::size_t commits = 0;
        while (commits < wanted) {
            const auto frame = worker.sees();
            REQUIRE(frame);
            if (frame->command == "RECEIPT") {
                passed_on.insert(frame->header("receipt-id").value_or(""));
                ++commits;
                continue;
            }
            REQUIRE_MESSAGE(frame->command == "MESSAGE", text_of(*frame));
            const std::string& name = frame->body;
            worker.says("BEGIN", {{"transaction", name}});
            worker.sends(queue, name, {{"transaction", name}, {"persistent", "true"}});
            worker.says("ACK", {{"id", frame->header("ack").value_or("")}, {"transaction", name}});
            worker.says("COMMIT", {{"transaction", name}, {"receipt", name}});
        }
        broker.restart();
        StompClient sender = enters(broker, {"alice"});
        StompClient reader = enters(broker, {"reader"});
        const auto left = everything(reader, work, {}, sender, work, "end");
        const auto done = everything(reader, queue, {}, sender, queue, "end");
        for (const std::string& name : put) {
            CAPTURE(name);
            CHECK(left.count(name) + done.count(name) == 1);
            if (passed_on.count(name) > 0) CHECK(done.count(name) == 1);
        }
    }
}

TEST_CASE("a reply address works across shards, and ends with its session") {
    BrokerProcess broker(with_queues());
    // Connections are spread over the shards in turn, so some of these are not where the service is.
    StompClient service = enters(broker, {"service"});
    REQUIRE(service.subscribes("/topic/open/ask").command == "RECEIPT");
    std::string address;
    for (int i = 0; i < 4; ++i) {
        StompClient client = enters(broker, {"alice"});
        client.sends("/topic/open/ask", std::to_string(i), {{"reply-to", "/temp-queue/answers"}});
        const auto question = service.sees();
        REQUIRE(question);
        address = question->header("reply-to").value_or("");
        REQUIRE(service.sends_and_waits(address, "answer " + question->body).command == "RECEIPT");
        const auto answer = client.sees();
        REQUIRE(answer);
        CHECK(answer->body == "answer " + std::to_string(i));
        CHECK(answer->header("destination") == "/temp-queue/answers");
        client.says("DISCONNECT", {{"receipt", "bye"}});
        REQUIRE(client.sees());
    }
    const auto refused = service.sends_and_waits(address, "too late");
    CHECK(refused.header("code") == "message-invalid");
}
