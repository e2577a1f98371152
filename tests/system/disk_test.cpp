// A disk that fails under the real broker: files that may not grow any more, a sync that the kernel refuses.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include "tests/support/cycles.hpp"
#include "tests/system/party.hpp"

using namespace causeway::test;

namespace {

constexpr const char* kPrivate = "/user/queue/private-messages";

// No file of the process may be longer, until it may again.
void limit_files(const Process& process, rlim_t bytes) {
    rlimit limit{};
    REQUIRE(::prlimit(process.pid(), RLIMIT_FSIZE, nullptr, &limit) == 0);
    limit.rlim_cur = std::min(bytes, limit.rlim_max);
    REQUIRE(::prlimit(process.pid(), RLIMIT_FSIZE, &limit, nullptr) == 0);
}

// What alice was promised, and what she was refused.
struct Promises {
    std::set<std::string> ids;
    std::size_t refused = 0;

    // True if it was a RECEIPT.
    bool say(StompClient& alice, const std::string& text) {
        const auto answer = alice.sends_and_waits("/app/private-message", private_message("bob", text));
        if (answer.command == "RECEIPT") return ids.insert(answer.header("message-id").value()).second;
        CHECK(text_of(answer).find("send-failed") != std::string::npos);
        ++refused;
        return false;
    }
};

// What bob's log has.
std::set<std::string> all_in(const BrokerProcess& broker) {
    std::set<std::string> there;
    StompClient bob = enters(broker, {"bob"});
    const auto receipt = bob.subscribes(kPrivate, {{"resume-after", "0"}});
    REQUIRE(receipt.header("recovered") == "true");
    for (std::uint64_t offset = 0; offset < number(receipt, "last");) {
        const auto message = bob.sees().value();
        offset = number(message, "offset");
        CHECK(there.insert(message.header("message-id").value()).second);
    }
    return there;
}

// In what strace wrote: how many syncs were made to fail, and how many followed on the same handle.
struct Syncs {
    int failed = 0;
    int after = 0;
};
Syncs syncs_in(const std::string& path) {
    Syncs syncs;
    std::map<std::string, bool> has_failed;  // by descriptor, while it is open
    std::ifstream lines(path);
    for (std::string line; std::getline(lines, line);) {
        const auto open = line.find('(');
        if (open == std::string::npos) continue;
        const std::string descriptor = line.substr(open + 1, line.find_first_of(",) ", open) - open - 1);
        if (line.find("close(") != std::string::npos) {
            has_failed.erase(descriptor);
        } else if (line.find("fdatasync(") != std::string::npos || line.find("fsync(") != std::string::npos) {
            if (has_failed[descriptor]) ++syncs.after;
            if (line.find("(INJECTED)") == std::string::npos) continue;
            ++syncs.failed;
            has_failed[descriptor] = true;
        }
    }
    return syncs;
}

// Null if it cannot be had, which is said.
std::unique_ptr<Process> strace(const Process& of, const std::string& output, int nth) {
    try {
        auto process = std::make_unique<Process>(std::vector<std::string>{
            "strace", "-f", "-o", output, "-e", "trace=fdatasync,fsync,close", "-e",
            "inject=fdatasync,fsync:error=EIO:when=" + std::to_string(nth), "-p", std::to_string(of.pid())});
        (void)process->wait_for_line("attached");
        return process;
    } catch (const std::exception& why) {
        MESSAGE("skipped: strace is not there, or may not trace: " << why.what());
        return nullptr;
    }
}

}  // namespace

TEST_CASE("while files cannot grow, what is stored is refused, all else goes on, and it recovers by itself") {
    BrokerProcess broker(unhurried());
    StompClient alice = enters(broker, {"alice"});
    StompClient watcher = enters(broker, {"watcher"});
    REQUIRE(watcher.subscribes("/topic/open").command == "RECEIPT");
    Promises promises;
    REQUIRE(promises.say(alice, "before"));

    limit_files(broker.process(), 1);
    for (int i = 0; i < 20; ++i) CHECK_FALSE(promises.say(alice, "not kept"));
    CHECK(eventually([&] { return broker.admin_get("/readyz").status == 503; }));
    REQUIRE(alice.sends_and_waits("/topic/open", "volatile").command == "RECEIPT");
    CHECK(watcher.sees_body() == "volatile");
    CHECK(broker.process().running());

    limit_files(broker.process(), RLIM_INFINITY);
    CHECK(eventually([&] { return promises.say(alice, "after"); }));
    CHECK(eventually([&] { return broker.admin_get("/readyz").status == 200; }));
    const std::string log = broker.log();
    CHECK(std::count(log.begin(), log.end(), '\n') < 100);
    broker.restart();
    CHECK(all_in(broker) == promises.ids);
}

TEST_CASE("a sync that the kernel refuses is answered with a refusal; nothing that was receipted is lost") {
    for (int cycle = 0; cycle < cycles(1, 20); ++cycle) {
        CAPTURE(cycle);
        const TemporaryDirectory directory;
        BrokerProcess broker(unhurried());
        StompClient alice = enters(broker, {"alice"});
        Promises promises;
        REQUIRE(promises.say(alice, "before"));
        const auto tracer = strace(broker.process(), directory / "calls", 3 + cycle);
        if (!tracer) return;
        for (int i = 0; i < 200 && promises.refused == 0; ++i) (void)promises.say(alice, std::to_string(i));
        CHECK(promises.refused > 0);
        CHECK(eventually([&] { return promises.say(alice, "after"); }));
        broker.kill9();
        CHECK(tracer->wait_for_exit().signal == 0);
        const Syncs syncs = syncs_in(directory / "calls");
        CHECK(syncs.failed > 0);
        CHECK(syncs.after == 0);
        broker.start();
        const auto there = all_in(broker);
        CHECK(std::includes(there.begin(), there.end(), promises.ids.begin(), promises.ids.end()));
    }
}

TEST_CASE("a second broker on the same directory ends at once, and says who has it") {
    BrokerProcess broker;
    Process second({broker_binary(), "--set", "storage.path=" + broker.storage(), "--set",
                    "listen.public=127.0.0.1:0", "--set", "listen.admin=127.0.0.1:0", "--set",
                    "auth.jwt.secret=" + std::string(kTokenSecret)});
    CHECK(second.wait_for_exit() == ExitStatus{78, 0});
    CHECK(second.output().find("(storage.path): ") != std::string::npos);
    CHECK(second.output().find("locked by pid " + std::to_string(broker.process().pid())) !=
          std::string::npos);
    CHECK(broker.process().running());
}
