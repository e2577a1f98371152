// SIGTERM: what was promised is answered, everybody hears 1001, and it ends; at once if told so twice.
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <memory>
#include <set>
#include <thread>

#include "tests/support/cycles.hpp"
#include "tests/support/nats_client.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/system/party.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

// Sends with receipts, many at once, until the broker closes.
struct Sender {
    explicit Sender(StompClient connected) : client(std::move(connected)), thread([this] { run(); }) {}
    ~Sender() { join(); }
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;
    void join() {
        if (thread.joinable()) thread.join();
    }

    void run() {
        try {
            for (int i = 0; close == 0; ++i) {
                for (int j = 0; j < 10; ++j)
                    client.sends("/app/private-message", private_message("bob", std::to_string(i)),
                                 {{"receipt", std::to_string(i * 10 + j)}});
                for (int j = 0; j < 10; ++j) take();
            }
        } catch (const std::exception& error) {  // sending into the end of the connection
            fault = error.what();
        }
        try {
            while (close == 0) take();
        } catch (const std::exception&) {
            close = 1006;
        }
    }
    void take() {
        const auto frame = client.sees();
        if (frame && frame->command == "RECEIPT")
            promised.push_back(frame->header("message-id").value_or(""));
        if (frame) {
            ++answers;
            return;
        }
        const auto how = client.sees_close(0ms);
        close = how ? how->code : 1006;
    }

    StompClient client;
    std::vector<std::string> promised;
    std::atomic<int> answers{0};
    int close = 0;
    std::string fault;
    std::thread thread;
};

}  // namespace

TEST_CASE(
    "SIGTERM under load: answers due are given, everybody is told 1001, exit 0, nothing promised is lost") {
    BrokerProcess broker(unhurried());
    std::vector<std::unique_ptr<Sender>> senders;
    for (int i = 0; i < 6; ++i)
        senders.push_back(std::make_unique<Sender>(enters(broker, {"sender" + std::to_string(i)})));
    std::vector<StompClient> idle;
    const int idlers = is_long() ? 2000 : 20;
    for (int i = 0; i < idlers; ++i) idle.push_back(enters(broker, {"idle" + std::to_string(i)}));
    Socket silent = Socket::connect(broker.port());
    for (const auto& each : senders) REQUIRE(eventually([&] { return each->answers > 20; }));

    broker.process().signal(SIGTERM);
    (void)broker.process().wait_for_line("draining");
    CHECK_THROWS_AS((void)enters(broker, {"late"}), std::exception);
    for (auto& each : idle) {
        const auto close = each.sees_close().value();
        CHECK(close.code == 1001);
        each.closes(1001);
    }
    for (const auto& each : senders) each->join();
    for (const auto& each : senders) {
        CAPTURE(each->fault);
        CHECK(each->close == 1001);
    }
    CHECK(broker.process().wait_for_exit() == ExitStatus{0, 0});

    broker.start();
    std::set<std::string> there;
    StompClient bob = enters(broker, {"bob"});
    const auto receipt = bob.subscribes("/user/queue/private-messages", {{"resume-after", "0"}});
    while (true) {
        const auto message = bob.sees().value();
        there.insert(message.header("message-id").value_or(""));
        if (number(message, "offset") == number(receipt, "last")) break;
    }
    // Not less than was promised, and nothing was taken without an answer.
    std::set<std::string> promised;
    for (const auto& each : senders) promised.insert(each->promised.begin(), each->promised.end());
    CHECK(there == promised);
}

TEST_CASE("a second SIGTERM ends it at once") {
    BrokerProcess broker;
    // Reads nothing, so it never answers the close.
    StompClient deaf = enters(broker, {"deaf"});
    Socket silent = Socket::connect(broker.port());
    broker.process().signal(SIGTERM);
    (void)broker.process().wait_for_line("draining");
    CHECK(broker.process().running());
    broker.process().signal(SIGTERM);
    CHECK(broker.process().wait_for_exit(8s) == ExitStatus{0, 0});
}

TEST_CASE("it ends well in the middle of what NATS brings") {
    const NatsServer nats;
    for (int cycle = 0; cycle < 3; ++cycle) {
        auto options = unhurried();
        options.nats_url = nats.url();
        BrokerProcess broker(options);
        REQUIRE(eventually([&] { return broker.metric("causeway_nats_connected") == 1; }));
        std::atomic<bool> stopping{false};
        std::atomic<int> published{0};
        std::thread back_end([&] {
            NatsClient bus(nats.port());
            std::string block;
            for (int i = 0; i < 200; ++i) {
                const std::string body = R"({"senderId":"alice","receiverId":"bob","content":"hi"})";
                block +=
                    "PUB communication.message.sent " + std::to_string(body.size()) + "\r\n" + body + "\r\n";
            }
            while (!stopping) {
                bus.raw(block);
                (void)bus.everything_so_far();
                published += 200;
            }
        });
        const bool flows = eventually([&] { return broker.metric("causeway_store_entries_total") > 500; });
        broker.process().signal(SIGTERM);
        ExitStatus status;
        try {
            status = broker.process().wait_for_exit();
        } catch (const std::exception& error) {
            MESSAGE(error.what());
        }
        stopping = true;
        back_end.join();
        CHECK(flows);
        CHECK(status == ExitStatus{0, 0});
    }
}
