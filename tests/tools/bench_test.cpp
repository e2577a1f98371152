#include <doctest/doctest.h>

#include "tests/tools/cli_fixture.hpp"
#include "tests/tools/mini_broker.hpp"
#include "tools/bench/run.hpp"

using namespace causeway;
using namespace causeway::bench;

namespace {

Options options_for(const MiniBroker& broker) {
    Options options;
    options.url = broker.url();
    options.connect_rate = 0;
    options.connections = 4;
    options.messages = 200;
    options.destination = "/topic/{i}";
    options.drain_seconds = 0.3;
    options.timeout_seconds = 30;
    return options;
}

Options private_messages(const MiniBroker& broker) {
    Options options = options_for(broker);
    options.login = "user{i}";
    options.destination = "/user/queue/private-messages";
    options.send_destination = "/app/private-message";
    options.body_template = R"({"receiverId":"user{r}","content":"{marker}"})";
    return options;
}

std::uint64_t figure(const Report& report, const char* name) {
    return report.figures.at(name).get<std::uint64_t>();
}

}  // namespace

TEST_CASE("every scenario is good on a broker that does its work") {
    struct Row {
        const char* scenario;
        std::uint64_t done;
        std::uint64_t window;
        double rate;
    };
    const Row rows[] = {{"fanout", 800, 1, 0},   {"fanout", 800, 20, 0}, {"fanout", 800, 1, 4000},
                        {"pingpong", 200, 1, 0}, {"users", 200, 5, 0},   {"users", 200, 1, 4000},
                        {"churn", 200, 1, 0}};
    for (const Row& row : rows) {
        CAPTURE(row.scenario);
        const MiniBroker broker;
        Options options = options_for(broker);
        options.window = row.window;
        options.rate = row.rate;
        if (row.scenario == std::string("fanout")) options.destination = "/topic/{t}";
        const Report report = run(row.scenario, options);
        CAPTURE(report.figures.dump());
        CHECK(report.verdict == Verdict::kGood);
        CHECK(figure(report, "done") == row.done);
        CHECK(report.figures.at("latency").at("count").get<std::uint64_t>() == row.done);
    }
}

TEST_CASE("stored waits for receipts, and replay reads all that was stored") {
    const MiniBroker broker;
    Options options = private_messages(broker);
    options.window = 8;
    const Report stored = run("stored", options);
    CAPTURE(stored.figures.dump());
    CHECK(stored.verdict == Verdict::kGood);
    CHECK(figure(stored, "done") == 200);
    CHECK(stored.figures.at("receipt").at("count") == 200);

    options.subscribe_headers = {{"resume-after", "0"}};
    const Report replay = run("replay", options);
    CAPTURE(replay.figures.dump());
    CHECK(replay.verdict == Verdict::kGood);
    CHECK(figure(replay, "done") == 200);
    CHECK(figure(replay, "of_other_runs") == 200);  // those of the first run lie in the same logs
}

TEST_CASE("queue gives each message to one consumer, who acknowledges it") {
    const MiniBroker broker;
    Options options = options_for(broker);
    options.destination = "/queue/{run}.{t}";
    options.topics = 2;
    options.publishers = 3;
    options.window = 20;
    for (const char* const prefetch : {"1", "5"}) {
        CAPTURE(prefetch);
        options.subscribe_headers = {{"ack", "client-individual"}, {"prefetch-count", prefetch}};
        const Report report = run("queue", options);
        CAPTURE(report.figures.dump());
        CHECK(report.verdict == Verdict::kGood);
        CHECK(figure(report, "done") == 200);
        CHECK(figure(report, "connections") == 7);
        CHECK(report.figures.at("latency").at("count") == 200);
    }
}

TEST_CASE("a queue's message that is lost, repeated, swapped or damaged is found out") {
    const std::pair<Fault, const char*> rows[] = {{Fault::kDrop, "lost"},
                                                  {Fault::kRepeat, "duplicate"},
                                                  {Fault::kSwap, "out_of_order"},
                                                  {Fault::kDamage, "corrupt"}};
    for (const auto& [fault, name] : rows) {
        CAPTURE(name);
        const MiniBroker broker(fault);
        Options options = options_for(broker);
        options.destination = "/queue/{run}.{t}";
        options.rate = 4000;
        options.subscribe_headers = {{"ack", "client-individual"}, {"prefetch-count", "100"}};
        const Report report = run("queue", options);
        CAPTURE(report.figures.dump());
        CHECK(report.verdict == Verdict::kBadDeliveries);
        CHECK(figure(report, name) >= 15);
        CHECK(figure(report, name) <= 25);
    }
}

TEST_CASE("a broker that loses, repeats, swaps or damages is found out") {
    const std::pair<Fault, const char*> rows[] = {{Fault::kDrop, "lost"},
                                                  {Fault::kRepeat, "duplicate"},
                                                  {Fault::kSwap, "out_of_order"},
                                                  {Fault::kDamage, "corrupt"}};
    for (const auto& [fault, name] : rows) {
        CAPTURE(name);
        const MiniBroker broker(fault);
        Options options = options_for(broker);
        options.destination = "/topic/{t}";
        options.rate = 4000;
        const Report report = run("fanout", options);
        CAPTURE(report.figures.dump());
        CHECK(report.verdict == Verdict::kBadDeliveries);
        CHECK(figure(report, name) >= 70);
        CHECK(figure(report, name) <= 80);
    }
}

TEST_CASE("a run ends in bounded time, whatever is missing") {
    const MiniBroker broker(Fault::kDrop);
    Options options = options_for(broker);
    options.destination = "/topic/{t}";
    const Report stuck = run("fanout", options);  // a lost message fills the window for good
    CHECK(stuck.verdict == Verdict::kBadDeliveries);
    CHECK(figure(stuck, "sent") < 200);

    options.timeout_seconds = 0.05;
    options.drain_seconds = 60;
    CHECK(run("fanout", options).verdict == Verdict::kOutOfTime);
}

TEST_CASE("without a broker there is no run, and the exit code says so") {
    std::string url;
    {
        const MiniBroker broker;
        url = broker.url();
        const ctl::Ran ran =
            ctl::Shell()({"bench", "users", "--url", url, "-n", "3", "--messages", "10", "-o", "json"});
        CHECK(ran.code == 0);
        CHECK(ran.out.find(R"("verdict":"good")") != std::string::npos);
    }
    CHECK(ctl::Shell()({"bench", "users", "--url", url, "-n", "3", "--messages", "10"}).code == 69);
    CHECK(ctl::Shell()({"bench", "churn", "--url", url, "-n", "3", "--messages", "10"}).code == 69);
    CHECK(ctl::Shell()({"bench", "users", "--url", "ws://192.0.2.1/ws"}).code == 64);
    CHECK(ctl::Shell()({"bench", "users", "--url", url, "-n", "20001"}).code == 64);
    CHECK(ctl::Shell()({"bench", "fanout", "--url", url, "-n", "2", "--topics", "3"}).code == 64);
    CHECK(ctl::Shell()({"bench", "queue", "--url", url, "-n", "2", "--topics", "3"}).code == 64);
    CHECK(ctl::Shell()({"bench", "queue", "--url", url, "--ack", "perhaps"}).code == 64);
}
