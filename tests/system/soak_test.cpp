// causewayctl soak against a broker that it kills itself, a few seconds of it.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/support/cycles.hpp"
#include "tests/support/free_port.hpp"
#include "tests/system/party.hpp"

using namespace causeway::test;
using Json = nlohmann::json;

namespace {

constexpr auto kPatienceOfASoak = std::chrono::minutes(4);

// CAUSEWAY_CYCLES is how many kills there are to be, one in 1.5 s.
std::string seconds_of_killing() { return std::to_string(cycles(3, 80) * 3 / 2 + 1); }

struct Bench {
    TemporaryDirectory directory;
    std::uint16_t port = free_port();

    Bench() { std::ofstream(directory / "secret") << kTokenSecret; }

    [[nodiscard]] std::string command() const {
        return broker_binary() + " --set listen.public=127.0.0.1:" + std::to_string(port) +
               " --set listen.admin=127.0.0.1:0 --set shards=2 --set storage.min_free=0 --set storage.path=" +
               (directory / "data") + " --set auth.jwt.secret_file=" + (directory / "secret");
    }
    [[nodiscard]] std::vector<std::string> words() const {
        return {causewayctl_binary(),
                "soak",
                "--url",
                "ws://127.0.0.1:" + std::to_string(port) + "/ws",
                "--secret-file",
                directory / "secret",
                "-o",
                "json"};
    }
};

}  // namespace

TEST_CASE("nothing is lost, repeated or reordered while the broker is killed again and again") {
    const Bench bench;
    auto argv = bench.words();
    const std::string journal = bench.directory / "journal";
    const std::string log = bench.directory / "log";
    argv.insert(argv.end(), {"--command", bench.command(), "--command-log", log, "--kill-every", "1.5",
                             "--duration", seconds_of_killing(), "--rate", "30", "--users", "5",
                             "--conversations", "6", "--settle", "60", "--journal", journal});
    Process soak(argv);
    const ExitStatus ended = soak.wait_for_exit(kPatienceOfASoak);
    CAPTURE(soak.output());
    std::stringstream broker_said;
    broker_said << std::ifstream(log).rdbuf();
    CAPTURE(broker_said.str());
    REQUIRE(ended == ExitStatus{0, 0});
    const auto figures = Json::parse(soak.output());
    CHECK(figures.at("kills") >= 2);
    CHECK(figures.at("attempted") > 0);  // who is away while his turn comes says nothing
    CHECK(figures.at("receipted") == figures.at("attempted"));
    CHECK(figures.at("recovered") == figures.at("attempted"));
    CHECK(figures.at("lost") == 0);

    // Whoever looks at the journal alone comes to the same.
    Process check({causewayctl_binary(), "soak", "--check", journal, "-o", "json"});
    CHECK(check.wait_for_exit() == ExitStatus{0, 0});
    CHECK(Json::parse(check.output()) == figures);
}

TEST_CASE("a soak that was itself killed is counted from its journal, and read again") {
    const Bench bench;
    BrokerProcess::Options options;
    BrokerProcess broker(options);
    auto argv = bench.words();
    argv[3] = "ws://127.0.0.1:" + std::to_string(broker.port()) + "/ws";
    const std::string journal = bench.directory / "journal";
    argv.insert(argv.end(), {"--users", "4", "--conversations", "3", "--settle", "60"});
    auto talking = argv;
    talking.insert(talking.end(), {"--duration", "60", "--rate", "30", "--journal", journal});
    Process soak(talking);
    const auto receipted = [&] {
        std::ifstream lines(journal);
        int count = 0;
        for (std::string line; std::getline(lines, line);) count += line.starts_with("R ");
        return count;
    };
    REQUIRE(eventually([&] { return receipted() > 20; }));
    soak.kill9();

    argv.insert(argv.end(), {"--check", journal});
    Process counted(argv);
    CHECK(counted.wait_for_exit() == ExitStatus{1, 0});
    CHECK(counted.output().find("did not come to its end") != std::string::npos);
    argv.push_back("--reread");
    argv.push_back("-q");
    Process reread(argv);
    CHECK(reread.wait_for_exit(kPatienceOfASoak) == ExitStatus{0, 0});
    const std::string said = reread.output();
    const auto figures = Json::parse(said.substr(0, said.find('\n')));
    CHECK(figures.at("reread") == true);
    CHECK(figures.at("lost") == 0);
    CHECK(figures.at("recovered") >= figures.at("receipted"));
}
