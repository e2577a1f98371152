// /queue by the real broker on two shards: each message to one consumer, none lost and none twice unmarked,
// whoever is killed.
#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "tests/support/cycles.hpp"
#include "tests/system/party.hpp"

using namespace causeway::test;

namespace {

constexpr const char* kQueue = "/queue/work";

BrokerProcess::Options with_queues(std::vector<std::string> set = {}) {
    BrokerProcess::Options options = unhurried();
    options.config = R"(
[[permissions]]
effect = "allow"
action = ["subscribe", "send"]
destination = "/queue/**"
who = "users"
)";
    options.set.push_back("shards=2");
    for (std::string& one : set) options.set.push_back(std::move(one));
    return options;
}

StompHeaders persistent() { return {{"persistent", "true"}}; }

void puts(StompClient& sender, const std::string& body, StompHeaders headers = persistent()) {
    const auto receipt = sender.sends_and_waits(kQueue, body, std::move(headers));
    if (receipt.command != "RECEIPT") throw std::runtime_error(text_of(receipt));
}

void acks(StompClient& client, const StompFrame& message, StompHeaders more = {}) {
    more.emplace_back("id", message.header("ack").value_or(""));
    client.says("ACK", more);
}

void nacks(StompClient& client, const StompFrame& message, StompHeaders more) {
    more.emplace_back("id", message.header("ack").value_or(""));
    client.says("NACK", more);
}

bool is_redelivered(const StompFrame& message) { return message.header("redelivered") == "true"; }

// What was promised to senders, and what consumers made of it.
class Account {
public:
    void on_receipt(const std::string& body) {
        const std::lock_guard lock(mutex_);
        receipted_.insert(body);
    }
    void on_message(const StompFrame& message) {
        const std::lock_guard lock(mutex_);
        if (seen_[message.body]++ > 0 && !is_redelivered(message)) twice_.insert(message.body);
        if (settled_.contains(message.body)) after_settled_.insert(message.body);
    }
    // The broker has confirmed an ACK.
    void on_settled(const std::string& body) {
        const std::lock_guard lock(mutex_);
        settled_.insert(body);
    }
    [[nodiscard]] std::size_t receipted() {
        const std::lock_guard lock(mutex_);
        return receipted_.size();
    }
    [[nodiscard]] std::size_t settled() {
        const std::lock_guard lock(mutex_);
        return settled_.size();
    }
    // "" if all is well.
    [[nodiscard]] std::string judge() {
        const std::lock_guard lock(mutex_);
        std::size_t lost = 0;
        for (const std::string& body : receipted_)
            if (!seen_.contains(body)) ++lost;
        std::string text;
        if (lost > 0) text += std::to_string(lost) + " lost of " + std::to_string(receipted_.size()) + "; ";
        if (!twice_.empty()) text += std::to_string(twice_.size()) + " came twice unmarked; ";
        if (!after_settled_.empty())
            text += std::to_string(after_settled_.size()) + " came after their ACK; ";
        return text;
    }

private:
    std::mutex mutex_;
    std::set<std::string> receipted_, settled_, twice_, after_settled_;
    std::map<std::string, int> seen_;
};

// Senders and consumers that go on until the broker is killed, or told to end.
class Works {
public:
    Works(const BrokerProcess& broker, Account& account, int cycle) {
        for (int i = 0; i < 2; ++i) {
            const std::string name = std::to_string(cycle) + "-" + std::to_string(i) + "-";
            threads_.emplace_back([&account, port = broker.port(), name] { send(port, account, name); });
        }
        for (int i = 0; i < 3; ++i)
            threads_.emplace_back([this, &account, port = broker.port()] { consume(port, account); });
    }
    ~Works() {
        for (std::thread& thread : threads_) thread.join();
    }

private:
    static void send(std::uint16_t port, Account& account, const std::string& name) {
        try {
            StompClient client = enters(port, {"alice"});
            for (int i = 0;; ++i) {
                const std::string body = name + std::to_string(i);
                if (client.sends_and_waits(kQueue, body, persistent()).command != "RECEIPT") return;
                account.on_receipt(body);
            }
        } catch (const std::exception&) {  // the broker is gone
        }
    }
    void consume(std::uint16_t port, Account& account) {
        try {
            StompClient client = enters(port, {"bob"});
            client.subscribes(kQueue, {{"ack", "client-individual"}, {"prefetch-count", "5"}});
            while (const auto frame = client.sees()) {
                if (frame->command == "RECEIPT") account.on_settled(frame->header("receipt-id").value_or(""));
                if (frame->command != "MESSAGE") continue;
                account.on_message(*frame);
                acks(client, *frame, {{"receipt", frame->body}});
            }
        } catch (const std::exception&) {
        }
    }

    std::vector<std::thread> threads_;
};

double queue_metric(const BrokerProcess& broker, const std::string& name) {
    return broker.metric("causeway_queue" + name);
}

}  // namespace

TEST_CASE("each message goes to one of many consumers on two shards, stored or not") {
    constexpr int kMessages = 300;
    BrokerProcess broker(with_queues());
    std::mutex mutex;
    std::map<std::string, int> seen;
    std::atomic<bool> done{false};
    std::vector<std::thread> consumers;
    std::vector<int> shares(6, 0);
    for (std::size_t i = 0; i < shares.size(); ++i)
        consumers.emplace_back([&, i] {
            StompClient client = enters(broker, {"bob" + std::to_string(i)});
            const std::string mode = i % 2 == 0 ? "client-individual" : "auto";
            (void)client.subscribes(kQueue, {{"ack", mode}, {"prefetch-count", "8"}});
            while (!done.load()) {
                const auto frame = client.sees(std::chrono::milliseconds(100));
                if (!frame || frame->command != "MESSAGE") continue;
                if (mode != "auto") acks(client, *frame);
                const std::lock_guard lock(mutex);
                ++seen[frame->body];
                ++shares[i];
            }
            client.says("DISCONNECT", {{"receipt", "bye"}});
            (void)client.sees();
        });
    REQUIRE(eventually([&] { return queue_metric(broker, "_consumers") == 6; }));
    StompClient sender = enters(broker, {"alice"});
    for (int i = 0; i < kMessages; ++i)
        puts(sender, std::to_string(i), i % 2 == 0 ? persistent() : StompHeaders{});
    // Those with ack:auto answer pings while they read.
    CHECK(eventually([&] { return queue_metric(broker, "_acked_total") == kMessages; }));
    done = true;
    for (std::thread& consumer : consumers) consumer.join();
    CHECK(seen.size() == kMessages);
    for (const auto& [body, times] : seen) CHECK(times == 1);
    for (const int share : shares) CHECK(share > 0);
    CHECK(eventually([&] { return queue_metric(broker, "s") == 0; }));
}

TEST_CASE(
    "nothing receipted is lost and nothing comes twice unmarked when the broker is killed at any time") {
    Account account;
    BrokerProcess broker(with_queues());
    const int kills = cycles(2, 60);
    for (int cycle = 0; cycle < kills; ++cycle) {
        const std::size_t before = account.settled();
        Works works(broker, account, cycle);
        CHECK(eventually([&] { return account.settled() >= before + 100; }));
        broker.kill9();
        broker.start();
        // The threads see the end of their connections.
    }
    StompClient last = enters(broker, {"bob"});
    (void)last.subscribes(kQueue, {{"ack", "client-individual"}});
    const auto is_empty = [&] {
        const std::string rows = broker.admin_get("/api/v1/queues").body;
        return rows.find("\"ready\":0,") != std::string::npos &&
               rows.find("\"stored\":0,") != std::string::npos;
    };
    CHECK(eventually([&] {
        const auto frame = last.sees(std::chrono::milliseconds(200));
        if (!frame) return is_empty();
        if (frame->command == "RECEIPT") account.on_settled(frame->header("receipt-id").value_or(""));
        if (frame->command != "MESSAGE") return false;
        account.on_message(*frame);
        acks(last, *frame, {{"receipt", frame->body}});
        return false;
    }));
    MESSAGE(account.receipted(), " receipted, ", account.settled(), " settled over ", kills, " kills");
    CHECK(account.judge() == "");
}

TEST_CASE("a quick consumer with ack:auto is not taken for a flood of pongs") {
    constexpr int kMessages = 300;
    BrokerProcess broker(with_queues());
    StompClient sender = enters(broker, {"alice"});
    StompClient quick = enters(broker, {"bob"});
    // Each message is proved to have arrived before the next one comes.
    (void)quick.subscribes(kQueue, {{"prefetch-count", "1"}});
    for (int i = 0; i < kMessages; ++i) sender.sends(kQueue, std::to_string(i));
    for (int i = 0; i < kMessages; ++i) REQUIRE(quick.sees_body() == std::to_string(i));
}

TEST_CASE(
    "what a lost consumer had goes to the others, marked, and volatile messages do not outlive the broker") {
    BrokerProcess broker(with_queues());
    StompClient sender = enters(broker, {"alice"});
    StompClient other = enters(broker, {"carol"});
    {
        StompClient lost = enters(broker, {"bob"});
        (void)lost.subscribes(kQueue, {{"ack", "client"}});
        for (const char* body : {"1", "2", "3"}) puts(sender, body);
        CHECK(lost.sees_body() == "1");
        CHECK(lost.sees_body() == "2");
        lost.vanishes();
    }
    (void)other.subscribes(kQueue, {{"ack", "client-individual"}});
    for (const char* body : {"1", "2", "3"}) {
        const auto message = other.sees();
        REQUIRE(message);
        CHECK(message->body == body);
        CHECK(is_redelivered(*message));
        // It was at work on the first.
        CHECK(message->header("delivery-count").has_value() == (message->body == "1"));
    }
    puts(sender, "volatile", {});
    broker.restart();
    StompClient again = enters(broker, {"carol"});
    (void)again.subscribes(kQueue, {{"ack", "client-individual"}});
    for (const char* body : {"1", "2", "3"}) CHECK(again.sees_body() == body);
    CHECK(again.everything_so_far().empty());
}

TEST_CASE("a message that nobody can handle becomes a dead letter, and is one after a restart as well") {
    BrokerProcess broker(with_queues({"queues.max_deliveries=4"}));
    StompClient sender = enters(broker, {"alice"});
    puts(sender, "poison");
    {
        StompClient lost = enters(broker, {"bob"});
        (void)lost.subscribes(kQueue, {{"ack", "client-individual"}});
        CHECK(lost.sees_body() == "poison");
        lost.vanishes();
    }
    StompClient bob = enters(broker, {"bob"});
    (void)bob.subscribes(kQueue, {{"ack", "client-individual"}});
    puts(sender, "good");
    int poisoned = 0;
    while (queue_metric(broker, "_acked_total") == 0 || queue_metric(broker, "_dead_lettered_total") == 0) {
        const auto message = bob.sees(std::chrono::milliseconds(200));
        if (!message || message->command != "MESSAGE") continue;
        if (message->body == "good") {
            acks(bob, *message);
        } else {
            ++poisoned;
            nacks(bob, *message, {{"delay", "0"}});
        }
    }
    CHECK(poisoned == 3);
    broker.restart();
    StompClient carol = enters(broker, {"carol"});
    (void)carol.subscribes("/queue/dead-letters", {{"ack", "client-individual"}});
    const auto dead = carol.sees();
    REQUIRE(dead);
    CHECK(dead->body == "poison");
    CHECK(dead->header("dead-letter-from") == kQueue);
    CHECK(dead->header("dead-letter-reason") == "max-deliveries");
    CHECK(dead->header("delivery-count") == "4");
    CHECK(dead->header("sender-id") == "alice");
}

TEST_CASE("a queue much longer than its window takes no more memory than that, and comes in order") {
    const int messages = cycles(3'000, 1'000'000);
    BrokerProcess broker(with_queues({"queues.window=200"}));
    {
        StompClient sender = enters(broker, {"alice"});
        for (int i = 0; i + 1 < messages; ++i) {
            sender.sends(kQueue, std::to_string(i) + std::string(500, '.'), persistent());
            if (i % 200 == 199) (void)sender.everything_so_far();  // it answers pings meanwhile
        }
        puts(sender, std::to_string(messages - 1));
    }
    CHECK(queue_metric(broker, "_bytes") == 0);
    StompClient bob = enters(broker, {"bob"});
    (void)bob.subscribes(kQueue, {{"ack", "client"}, {"prefetch-count", "100"}});
    double most = 0;
    for (int i = 0; i < messages; ++i) {
        const auto message = bob.sees();
        REQUIRE(message);
        REQUIRE(std::stoi(message->body) == i);
        CHECK_FALSE(is_redelivered(*message));
        if (i % 50 == 49) acks(bob, *message);
        if (i % 500 == 0) most = std::max(most, queue_metric(broker, "_bytes"));
    }
    CHECK(most > 0);
    CHECK(most < 2'000.0 * (200 + 200 + 100));
}

TEST_CASE("an operator sees queues and purges one") {
    BrokerProcess broker(with_queues());
    StompClient sender = enters(broker, {"alice"});
    for (int i = 0; i < 10; ++i) puts(sender, std::to_string(i), i % 2 == 0 ? persistent() : StompHeaders{});
    const auto listed = broker.admin_get("/api/v1/queues");
    CHECK(listed.status == 200);
    CHECK(listed.body.find("\"destination\":\"/queue/work\"") != std::string::npos);
    CHECK(listed.body.find("\"stored\":5") != std::string::npos);
    const auto purged = broker.admin_post("/api/v1/queues/purge", R"({"destination":"/queue/work"})");
    CHECK(purged.status == 200);
    CHECK(purged.body.find("\"removed\":10") != std::string::npos);
    puts(sender, "new");
    StompClient bob = enters(broker, {"bob"});
    (void)bob.subscribes(kQueue);
    CHECK(bob.sees_body() == "new");
    const auto published = broker.admin_post(
        "/api/v1/publish", R"({"destination":"/queue/work","body":"hi","persistent":true})");
    CHECK(published.status == 200);
    CHECK(bob.sees_body() == "hi");
}
