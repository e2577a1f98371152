// The corner cases of STOMP against the real broker, and the page that tells of them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "tests/system/party.hpp"

using namespace causeway::test;
using Json = nlohmann::json;

namespace {

constexpr auto kPatienceOfARun = std::chrono::minutes(3);
constexpr const char* kOpen = R"(
[[permissions]]
effect = "allow"
action = ["subscribe", "send"]
destination = ["/topic/open/**", "/queue/open/**"]
who = "users"
)";

// Beats often enough to be seen.
BrokerProcess::Options lively() {
    BrokerProcess::Options options;
    options.set = {"heartbeat.interval=1s", "heartbeat.floor=2s", "limits.connections_per_address=0"};
    options.config = kOpen;
    return options;
}

std::vector<std::string> words(const BrokerProcess& broker, const std::vector<std::string>& more) {
    std::vector<std::string> argv{causewayctl_binary(),
                                  "conformance",
                                  "--url",
                                  "ws://127.0.0.1:" + std::to_string(broker.port()) + "/ws",
                                  "--token",
                                  token_for("conform"),
                                  "--token2",
                                  token_for(R"(a:b\\d)"),
                                  "--destination-prefix",
                                  "/topic/open/c.",
                                  "--queue-prefix",
                                  "/queue/open/c.",
                                  "--strict"};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
}

// Of a run that found nothing wrong.
std::string output_of(const std::vector<std::string>& argv) {
    Process run(argv);
    const ExitStatus ended = run.wait_for_exit(kPatienceOfARun);
    CAPTURE(run.output());
    REQUIRE(ended == ExitStatus{0, 0});
    return run.output();
}

std::string page(const char* path) {
    std::stringstream text;
    text << std::ifstream(std::string(CAUSEWAY_SOURCE_DIR) + path, std::ios::binary).rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("no corner case of STOMP over WebSocket is wrong, and docs/conformance.md tells of each") {
    BrokerProcess broker(lively());
    std::vector<std::string> more{"--markdown"};
    const std::string rabbitmq = "/docs/conformance-rabbitmq.json";
    if (!page(rabbitmq.c_str()).empty())
        more.insert(more.end(), {"--compare", "RabbitMQ 3.10.8=" + (CAUSEWAY_SOURCE_DIR + rabbitmq)});
    const std::string text = output_of(words(broker, more));
    constexpr const char* kPage = "/docs/conformance.md";
    if (std::getenv("CAUSEWAY_WRITE_DOCS") != nullptr)
        std::ofstream(std::string(CAUSEWAY_SOURCE_DIR) + kPage, std::ios::binary) << text;
    CHECK_MESSAGE(page(kPage) == text, kPage, " is out of date; run the test with CAUSEWAY_WRITE_DOCS=1");
}

TEST_CASE("no corner case of STOMP over SockJS is wrong") {
    BrokerProcess broker(lively());
    const auto results = Json::parse(output_of(words(broker, {"--sockjs", "-o", "json"})));
    CHECK(results.at("wrong") == 0);
    CHECK(results.at("ok") > 100);
    for (const auto& one : results.at("cases"))  // a refusal in words, or a reason
        if (one.at("verdict") == "not applicable") CHECK(one.at("got").get<std::string>().size() > 10);
}

TEST_CASE("what is wrong, or differs by choice, is told and counted") {
    BrokerProcess broker(lively());
    auto argv = words(broker, {"--case", "in-order"});  // a choice
    std::replace(argv.begin(), argv.end(), std::string("/topic/open/c."), std::string("/topic/closed/c."));
    Process wrong(argv);
    CHECK(wrong.wait_for_exit() == ExitStatus{1, 0});
    CHECK(wrong.output().find("expected RECEIPT; got ERROR: no rule lets you") != std::string::npos);
    std::erase(argv, "--strict");
    Process choice(argv);
    CHECK(choice.wait_for_exit() == ExitStatus{0, 0});
    CHECK(choice.output().find("differs by choice") != std::string::npos);
    Process unknown(words(broker, {"--case", "no-such-case"}));
    CHECK(unknown.wait_for_exit() == ExitStatus{64, 0});
}
