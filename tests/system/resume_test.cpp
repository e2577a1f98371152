// Nothing missed, nothing twice: while away, at the seam of a resume, over kill -9, in another directory.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/support/cycles.hpp"
#include "tests/system/party.hpp"

using namespace causeway::test;

namespace {

constexpr const char* kPrivate = "/user/queue/private-messages";
constexpr const char* kTeam = "/topic/conversation/team";

// A subscriber that remembers where it is and can always go on from there.
class Reader {
public:
    Reader(const BrokerProcess& broker, std::string user, std::string destination)
        : broker_(broker), user_(std::move(user)), destination_(std::move(destination)) {}

    // The RECEIPT of its SUBSCRIBE.
    StompFrame comes_back() {
        client_.emplace(enters(broker_, {user_}));
        StompHeaders headers{{"resume-after", std::to_string(offset)}};
        if (!epoch.empty()) headers.emplace_back("epoch", epoch);
        const auto receipt = client_->subscribes(destination_, headers);
        if (receipt.command == "RECEIPT") epoch = receipt.header("epoch").value_or("");
        return receipt;
    }
    void goes_away() { client_->vanishes(); }

    // Reads `count` messages; what is wrong with their numbers.
    std::string reads(int count) {
        for (int i = 0; i < count; ++i) {
            const auto message = client_->sees();
            if (!message) return "nothing came after sequence " + std::to_string(sequence);
            const auto now = number(*message, "sequence");
            if (now != sequence + 1)
                return "sequence " + std::to_string(now) + " after " + std::to_string(sequence);
            sequence = now;
            offset = number(*message, "offset");
            ids.push_back(message->header("message-id").value_or(""));
            texts.push_back(said(*message));
        }
        return {};
    }
    [[nodiscard]] StompClient& client() { return *client_; }

    std::uint64_t offset = 0;
    std::uint64_t sequence = 0;
    std::string epoch;
    std::vector<std::string> ids;
    std::vector<std::string> texts;

private:
    const BrokerProcess& broker_;
    std::string user_;
    std::string destination_;
    std::optional<StompClient> client_;
};

void says_number(StompClient& sender, int i) {
    const auto receipt =
        sender.sends_and_waits("/app/private-message", private_message("bob", std::to_string(i)));
    if (receipt.command != "RECEIPT") throw std::runtime_error(text_of(receipt));
}

void make_team(StompClient& owner) {
    const auto made =
        owner.sends_and_waits("/app/conversations/create", R"({"conversationId":"team","members":["bob"]})");
    if (made.command != "RECEIPT") throw std::runtime_error(text_of(made));
}

// What each of some senders was promised: the message-ids of its RECEIPTs. Ends when the broker does.
class Load {
public:
    explicit Load(const BrokerProcess& broker, int senders, int cycle)
        : promised_(static_cast<std::size_t>(senders)) {
        for (int i = 0; i < senders; ++i)
            threads_.emplace_back([this, port = broker.port(), i, cycle] { send(port, i, cycle); });
    }
    ~Load() { join(); }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    [[nodiscard]] int receipts() const { return receipts_.load(); }
    std::vector<std::string> promised() {
        join();
        std::vector<std::string> all;
        for (const auto& each : promised_) all.insert(all.end(), each.begin(), each.end());
        return all;
    }
    [[nodiscard]] bool refused() const { return refused_.load(); }

private:
    void join() {
        for (auto& thread : threads_)
            if (thread.joinable()) thread.join();
    }
    void send(std::uint16_t port, int sender, int cycle) {
        try {
            StompClient client = enters(port, {"alice"});
            for (int i = 0;; ++i) {
                const std::string id =
                    std::to_string(cycle) + "-" + std::to_string(sender) + "-" + std::to_string(i);
                const auto receipt = client.sends_and_waits("/app/chat", chat("team", id, id));
                if (receipt.command != "RECEIPT") {
                    refused_ = true;
                    return;
                }
                promised_[static_cast<std::size_t>(sender)].push_back(
                    receipt.header("message-id").value_or(""));
                ++receipts_;
            }
        } catch (const std::exception&) {  // the broker is gone
        }
    }

    std::vector<std::vector<std::string>> promised_;
    std::atomic<int> receipts_{0};
    std::atomic<bool> refused_{false};
    std::vector<std::thread> threads_;
};

}  // namespace

TEST_CASE("what came while away arrives once and in order, also when the broker was killed in between") {
    BrokerProcess broker(unhurried());
    Reader bob(broker, "bob", kPrivate);
    REQUIRE(bob.comes_back().header("recovered") == "true");
    {
        StompClient alice = enters(broker, {"alice"});
        says_number(alice, 0);
        REQUIRE(bob.reads(1) == "");
        bob.goes_away();
        for (int i = 1; i <= 10; ++i) says_number(alice, i);
    }
    broker.restart();
    StompClient alice = enters(broker, {"alice"});
    for (int i = 11; i <= 20; ++i) says_number(alice, i);

    CHECK(bob.comes_back().header("recovered") == "true");
    CHECK(bob.reads(20) == "");
    for (int i = 0; i <= 20; ++i) CHECK(bob.texts.at(static_cast<std::size_t>(i)) == std::to_string(i));
    CHECK(bob.client().everything_so_far().empty());
    says_number(alice, 21);
    CHECK(bob.reads(1) == "");
}

TEST_CASE("a device that was away gets all it missed, from where it proved to have got to") {
    BrokerProcess broker(unhurried());
    const Party phone{"bob", {{"deviceId", "phone"}}};
    StompClient alice = enters(broker, {"alice"});
    {
        StompClient bob = enters(broker, phone);
        REQUIRE(bob.subscribes(kPrivate).command == "RECEIPT");
        says_number(alice, 0);
        CHECK(said(bob.sees().value()) == "0");
        // Reading on answers the ping behind the message; then the cursor is where the message was.
        REQUIRE(eventually([&] { return bob.everything_so_far().empty() && bob.socket().pings_seen() > 0; }));
        bob.says("DISCONNECT", {{"receipt", "bye"}});
        REQUIRE(bob.sees().value().command == "RECEIPT");
    }
    for (int i = 1; i <= 10; ++i) says_number(alice, i);
    // One request later all before it are in the file, the cursor too.
    broker.restart();
    StompClient again = enters(broker, {"alice"});
    for (int i = 11; i <= 20; ++i) says_number(again, i);

    StompClient bob = enters(broker, phone);
    CHECK(bob.subscribes(kPrivate).header("recovered") == "true");
    for (int i = 1; i <= 20; ++i) REQUIRE(said(bob.sees().value()) == std::to_string(i));
    CHECK(bob.everything_so_far().empty());
}

TEST_CASE("resume-after is exact at the seam while others keep sending") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    BrokerProcess broker(unhurried());
    {
        StompClient alice = enters(broker, {"alice"});
        make_team(alice);
    }
    Load load(broker, 4, 0);
    Reader bob(broker, "bob", kTeam);
    // Each visit goes over the seam: through the log to its end, then on with some that are sent now.
    for (int visit = 0; visit < 80; ++visit) {
        CAPTURE(visit);
        const auto receipt = bob.comes_back();
        REQUIRE(receipt.header("recovered") == "true");
        while (bob.offset < number(receipt, "last")) REQUIRE(bob.reads(1) == "");
        REQUIRE(bob.reads(std::uniform_int_distribution<>(1, 12)(random)) == "");
        bob.goes_away();
    }
    CHECK_FALSE(load.refused());
    broker.kill9();
    CHECK(bob.sequence > 300);
    CHECK(std::set<std::string>(bob.texts.begin(), bob.texts.end()).size() == bob.texts.size());
}

TEST_CASE("whatever was receipted is there after kill -9 under load") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    BrokerProcess broker(unhurried());
    {
        StompClient alice = enters(broker, {"alice"});
        make_team(alice);
    }
    std::set<std::string> promised;
    Reader bob(broker, "bob", kTeam);
    const int kills = cycles(5, 60);
    for (int cycle = 0; cycle < kills; ++cycle) {
        CAPTURE(cycle);
        Load load(broker, 6, cycle);
        const int enough = std::uniform_int_distribution<>(50, 400)(random);
        REQUIRE(eventually([&] { return load.receipts() >= enough || load.refused(); }));
        broker.kill9();
        for (auto& id : load.promised()) CHECK(promised.insert(id).second);
        CHECK_FALSE(load.refused());
        const auto killed_at = std::chrono::steady_clock::now();
        broker.start();
        const auto receipt = bob.comes_back();
        if (!sanitized(broker))
            CHECK(std::chrono::steady_clock::now() - killed_at < std::chrono::seconds(15));
        REQUIRE(receipt.header("recovered") == "true");
        while (bob.offset < number(receipt, "last")) REQUIRE(bob.reads(1) == "");
        bob.goes_away();
    }
    // Sequence 1, 2, 3 … was checked on the way; now who is there.
    const std::set<std::string> there(bob.ids.begin(), bob.ids.end());
    CHECK(there.size() == bob.ids.size());
    CHECK(std::set<std::string>(bob.texts.begin(), bob.texts.end()).size() == bob.texts.size());
    CHECK(std::includes(there.begin(), there.end(), promised.begin(), promised.end()));
    CHECK(promised.size() >= static_cast<std::size_t>(kills) * 50);
}

TEST_CASE("in another data directory a client learns that its place is not known") {
    BrokerProcess before(unhurried());
    Reader bob(before, "bob", kPrivate);
    REQUIRE(bob.comes_back().header("recovered") == "true");
    StompClient alice = enters(before, {"alice"});
    says_number(alice, 0);
    REQUIRE(bob.reads(1) == "");
    const std::string epoch = bob.epoch;

    BrokerProcess after(unhurried());
    StompClient other_alice = enters(after, {"alice"});
    says_number(other_alice, 0);
    says_number(other_alice, 1);
    StompClient client = enters(after, {"bob"});
    const auto receipt =
        client.subscribes(kPrivate, {{"resume-after", std::to_string(bob.offset)}, {"epoch", epoch}});
    CHECK(receipt.header("recovered") == "false");
    CHECK(receipt.header("epoch") != epoch);
    CHECK(client.everything_so_far().empty());
    says_number(other_alice, 2);
    CHECK(said(client.sees().value()) == "2");
}
