// Each way that STOMP travels, by the load generator against the real broker.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/support/broker_process.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/tools/cli_fixture.hpp"
#include "tools/bench/run.hpp"

using namespace causeway;
using namespace causeway::bench;

namespace {

struct Broker {
    Broker() : certificate(test::make_certificate(directory.path(), "shown", "localhost")) {
        test::BrokerProcess::Options options;
        options.set = {"listen.tls=127.0.0.1:0",
                       "listen.stomp=127.0.0.1:0",
                       "listen.stomp_tls=127.0.0.1:0",
                       "tls.certificate_files=" + certificate.certificate_file.string(),
                       "tls.key_files=" + certificate.key_file.string(),
                       "limits.send_per_second=0",
                       "limits.sessions_per_user=0"};
        process = std::make_unique<test::BrokerProcess>(options);
        line = process->process().wait_for_line(" tls=");
    }
    [[nodiscard]] std::string port_of(const std::string& listener) const {
        const std::string before = " " + listener + "=127.0.0.1:";
        std::string port = line.substr(line.find(before) + before.size());
        return port.erase(port.find_first_not_of("0123456789"));
    }
    [[nodiscard]] std::string url() const {
        return "ws://127.0.0.1:" + std::to_string(process->port()) + "/ws";
    }
    [[nodiscard]] std::string tls_url() const { return "wss://127.0.0.1:" + port_of("tls") + "/ws"; }

    test::TemporaryDirectory directory;
    test::Certificate certificate;
    std::unique_ptr<test::BrokerProcess> process;
    std::string line;  // that names the listeners
};

Options options_for(const std::string& url) {
    Options options;
    options.url = url;
    options.insecure = true;
    options.connect_rate = 0;
    options.connections = 4;
    options.messages = 200;
    options.window = 7;
    options.destination = "/topic/{t}";
    options.connect_headers = {{"Authorization", "Bearer {token}"}};
    options.tokens = {test::token_for("alice", {std::chrono::hours(1), {"admin"}, ""})};
    options.drain_seconds = 20;
    options.timeout_seconds = 60;
    return options;
}

constexpr Wire kSockJs[] = {Wire::kSockJsWebSocket, Wire::kXhrStreaming, Wire::kXhr, Wire::kEventSource};

void check_all_arrive(const Options& options) {
    CAPTURE(options.url);
    CAPTURE(static_cast<int>(options.wire));
    const Report report = run("fanout", options);
    CAPTURE(report.figures.dump());
    CHECK(report.verdict == Verdict::kGood);
    CHECK(report.figures.at("done") == 800);
}

}  // namespace

TEST_CASE("all that is sent arrives over every transport, in the clear and over TLS") {
    const Broker broker;
    for (const std::string& url : {broker.url(), broker.tls_url()}) {
        Options options = options_for(url);
        check_all_arrive(options);
        for (const Wire wire : kSockJs) {
            options.wire = wire;
            check_all_arrive(options);
        }
    }
    for (const std::string& url :
         {"tcp://127.0.0.1:" + broker.port_of("stomp"), "tls://127.0.0.1:" + broker.port_of("stomp_tls")}) {
        Options options = options_for(url);
        options.wire = Wire::kTcp;
        check_all_arrive(options);
    }
}

TEST_CASE("streams go on when one answer is full, and bodies may hold anything that JSON escapes") {
    const Broker broker;
    Options options = options_for(broker.url());
    options.body_bytes = 4096;  // 200 of them: six answers of 128 KiB to each
    options.json_bodies = true;
    for (const Wire wire : kSockJs) {
        options.wire = wire;
        check_all_arrive(options);
    }
}

TEST_CASE("compressed messages are inflated and compared whole") {
    const Broker broker;
    Options options = options_for(broker.url());
    options.compress = true;
    options.json_bodies = true;
    options.body_bytes = 4096;
    check_all_arrive(options);
    options.wire = Wire::kSockJsWebSocket;
    check_all_arrive(options);

    options.wire = Wire::kXhr;
    CHECK_THROWS_AS((void)run("fanout", options), BadOptions);
}

TEST_CASE("connections that come and go do so over HTTP and TLS, too") {
    const Broker broker;
    for (const Wire wire : {Wire::kWebSocket, Wire::kXhrStreaming}) {
        Options options = options_for(broker.tls_url());
        options.wire = wire;
        options.destination = "/topic/{i}";
        options.messages = 40;
        const Report report = run("churn", options);
        CAPTURE(report.figures.dump());
        CHECK(report.verdict == Verdict::kGood);
        CHECK(report.figures.at("done") == 40);
    }
}

TEST_CASE("what was not agreed to, and a certificate nobody signed, end the run with the reason") {
    test::BrokerProcess::Options without;
    without.set = {"http.compression=false"};
    test::BrokerProcess plain(without);
    Options options = options_for("ws://127.0.0.1:" + std::to_string(plain.port()) + "/ws");
    options.compress = true;
    Report report = run("fanout", options);
    CHECK(report.verdict == Verdict::kNoConnection);
    CHECK(report.figures.at("first_trouble").get<std::string>().find("permessage-deflate") !=
          std::string::npos);

    const Broker broker;
    options = options_for(broker.tls_url());
    options.insecure = false;
    report = run("fanout", options);
    CHECK(report.verdict == Verdict::kNoConnection);
    CHECK(report.figures.at("first_trouble").get<std::string>().find("self-signed certificate") !=
          std::string::npos);
}

TEST_CASE("causewayctl bench names the transports") {
    const Broker broker;
    const std::string token = test::token_for("alice", {std::chrono::hours(1), {"admin"}, ""});
    const auto bench = [&](const std::string& url, const std::string& transport) {
        return ctl::Shell()({"bench", "fanout", "--url", url, "--insecure", "--transport", transport, "-n",
                             "3", "--messages", "10", "--connect-header", "Authorization:Bearer " + token,
                             "-o", "json"});
    };
    for (const char* transport : {"websocket", "sockjs-websocket", "xhr-streaming", "xhr", "eventsource"})
        CHECK(bench(broker.tls_url(), transport).code == 0);
    CHECK(bench(broker.url(), "carrier-pigeon").code == 64);
    CHECK(bench(broker.url(), "tcp").code == 69);  // a port that speaks HTTP
}

TEST_CASE("room: everybody is made a member of one conversation and hears what is said in it") {
    const Broker broker;
    const std::string token_file = broker.directory / "tokens";
    {
        std::ofstream file(token_file);
        for (int i = 0; i < 7; ++i) file << test::token_for("user" + std::to_string(i)) << '\n';
    }
    const ctl::Ran ran = ctl::Shell()({"bench", "room", "--url", broker.url(), "-n", "5", "--publishers", "2",
                                       "--messages", "40", "--window", "4", "--tokens", token_file,
                                       "--connect-header", "Authorization:Bearer {token}", "-o", "json"});
    CAPTURE(ran.err);
    CAPTURE(ran.out);
    CHECK(ran.code == 0);
    CHECK(ran.out.find(R"("done":200)") != std::string::npos);
}
