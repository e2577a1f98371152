// The accounting of a soak: each kind of wrong is seen, and a journal counts like its run.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/temporary_directory.hpp"
#include "tests/tools/cli_fixture.hpp"
#include "tools/soak/journal.hpp"
#include "tools/soak/ledger.hpp"
#include "tools/soak/plan.hpp"

using namespace causeway;
using namespace causeway::soak;

namespace {

constexpr std::uint64_t kExactOne = 0;
constexpr std::uint64_t kDeviceOne = 1;
constexpr std::uint64_t kLogOne = 2;

// One conversation, two messages of one user, everybody has heard and read both.
std::vector<Event> perfect() {
    std::vector<Event> events{{Fact::kRun, {9, 2, 1}}, {Fact::kMember, {0, 0}}, {Fact::kMember, {0, 1}}};
    for (std::uint64_t place = 0; place < 3; ++place)
        events.push_back({Fact::kListener,
                          {place,
                           static_cast<std::uint64_t>(place == kLogOne     ? Place::kLog
                                                      : place == kExactOne ? Place::kExact
                                                                           : Place::kDevice),
                           0}});
    for (std::uint64_t n = 0; n < 2; ++n) {
        events.push_back({Fact::kAttempted, {n, 0, 1}});
        events.push_back({Fact::kReceipted, {n, n + 1}});
        for (std::uint64_t listener = 0; listener < 3; ++listener)
            events.push_back({Fact::kReceived, {listener, n, n + 10, n + 1, 0}});
    }
    events.push_back({Fact::kDrained, {}});
    events.push_back({Fact::kReread, {}});
    return events;
}

Figures count(const std::vector<Event>& events) {
    Ledger ledger;
    for (const Event& event : events) ledger.apply(event);
    return ledger.figures();
}

std::vector<Event> without(const Event& gone) {
    auto events = perfect();
    REQUIRE(std::erase(events, gone) == 1);
    return events;
}

std::vector<Event> with(const Event& more) {
    auto events = perfect();
    events.insert(events.end() - 2, more);
    return events;
}

}  // namespace

TEST_CASE("a run in which everything came is good") {
    const Figures figures = count(perfect());
    CHECK(figures.attempted == 2);
    CHECK(figures.receipted == 2);
    CHECK(figures.recovered == 2);
    CHECK(figures.exact.expected == 2);
    CHECK(figures.good());
}

TEST_CASE("what has a receipt and is missing anywhere is lost") {
    Figures figures = count(without({Fact::kReceived, {kLogOne, 1, 11, 2, 0}}));
    CHECK(figures.log.lost == 1);
    CHECK(figures.recovered == 1);
    CHECK_FALSE(figures.good());
    CHECK(count(without({Fact::kReceived, {kExactOne, 1, 11, 2, 0}})).exact.lost == 1);
    CHECK(count(without({Fact::kReceived, {kDeviceOne, 0, 10, 1, 0}})).device.lost == 1);
    // Stored without a receipt: listeners must have it all the same, as they will never be sent it again.
    auto events = without({Fact::kReceived, {kExactOne, 1, 11, 2, 0}});
    std::erase(events, Event{Fact::kReceipted, {1, 2}});
    CHECK(count(events).exact.lost == 1);
    CHECK(count(events).log.lost == 0);
}

TEST_CASE("what was never receipted may be missing everywhere") {
    const Figures figures = count(with({Fact::kAttempted, {2, 0, 1}}));
    CHECK(figures.attempted == 3);
    CHECK(figures.lost() == 0);
    CHECK(figures.good());
}

TEST_CASE("repeats are duplicates, unless a device was told so") {
    CHECK(count(with({Fact::kReceived, {kLogOne, 1, 11, 2, 0}})).log.duplicated == 1);
    CHECK(count(with({Fact::kReceived, {kExactOne, 1, 11, 2, 0}})).exact.duplicated == 1);
    CHECK(count(with({Fact::kReceived, {kExactOne, 1, 11, 2, 1}})).exact.duplicated == 1);
    CHECK(count(with({Fact::kReceived, {kDeviceOne, 1, 11, 2, 0}})).device.duplicated == 1);
    const Figures figures = count(with({Fact::kReceived, {kDeviceOne, 1, 11, 2, 1}}));
    CHECK(figures.device.redelivered == 1);
    CHECK(figures.good());
}

TEST_CASE("what nobody sent, or sent elsewhere, is unexpected") {
    CHECK(count(with({Fact::kReceived, {kLogOne, kForeign, 12, 3, 0}})).log.unexpected == 1);
    CHECK(count(with({Fact::kReceived, {kExactOne, 7, 12, 3, 0}})).exact.unexpected == 1);
    auto events = with({Fact::kAttempted, {2, 1, 0}});
    events.push_back({Fact::kReceived, {kExactOne, 2, 12, 3, 0}});
    CHECK(count(events).exact.unexpected == 1);
}

TEST_CASE("offsets that go back, senders' words out of order, and numbers that do not fit are seen") {
    auto events = perfect();
    std::swap(*std::find(events.begin(), events.end(), Event{Fact::kReceived, {kExactOne, 0, 10, 1, 0}}),
              *std::find(events.begin(), events.end(), Event{Fact::kReceived, {kExactOne, 1, 11, 2, 0}}));
    CHECK(count(events).exact.unexpected == 1);  // heard before it was said
    events = perfect();
    std::erase(events, Event{Fact::kReceived, {kExactOne, 0, 10, 1, 0}});
    events.push_back({Fact::kReceived, {kExactOne, 0, 10, 1, 0}});
    CHECK(count(events).exact.reordered == 1);

    events = {{Fact::kListener, {kLogOne, 0, 0}},
              {Fact::kAttempted, {0, 0, 1}},
              {Fact::kAttempted, {1, 0, 1}},
              {Fact::kReceived, {kLogOne, 1, 10, 1, 0}},
              {Fact::kReceived, {kLogOne, 0, 11, 2, 0}}};
    CHECK(count(events).log.reordered == 1);
    events.insert(events.begin() + 3, Event{Fact::kRefused, {0}});  // tried again later: may be
    CHECK(count(events).log.reordered == 0);

    CHECK(count(with({Fact::kReceipted, {1, 3}})).misnumbered == 1);
    events = without({Fact::kReceived, {kLogOne, 1, 11, 2, 0}});
    events.push_back({Fact::kReceived, {kLogOne, 1, 11, 3, 0}});
    CHECK(count(events).misnumbered == 2);  // a gap, and not what the receipt said
    CHECK(count(with({Fact::kReceived, {kExactOne, 1, 12, 2, 0}})).misnumbered == 1);
}

TEST_CASE("a run whose log was not read again, or whose broker crashed, is not good") {
    CHECK_FALSE(count(without({Fact::kReread, {}})).good());
    CHECK_FALSE(count(with({Fact::kCrashed, {5}})).good());
    CHECK_FALSE(count(with({Fact::kNotRecovered, {kExactOne}})).good());
    CHECK(count(with({Fact::kKilled, {5}})).good());
    // Nothing is called lost that nobody had the time to get; what is stored can be judged all the same.
    auto events = without({Fact::kReceived, {kExactOne, 1, 11, 2, 0}});
    std::erase(events, Event{Fact::kDrained, {}});
    CHECK(count(events).lost() == 0);
    CHECK(count(events).good());
}

TEST_CASE("an event is a line and comes back from it; other lines do not") {
    for (const Event& event : perfect()) {
        const std::string line = to_line(event);
        CHECK(parse_line(std::string_view(line).substr(0, line.size() - 1)) == event);
    }
    for (const char* line : {"", "Q", "R", "R 1", "R 1 2 3", "R 1  2", "R 1 x", "R 1 -2", "D 1", "D ",
                             "R 1 99999999999999999999", "r 1 2"}) {
        CAPTURE(line);
        CHECK_FALSE(parse_line(line));
    }
}

TEST_CASE("the journal of a run counts like the run, also when it ended in the middle of a line") {
    const test::TemporaryDirectory directory;
    const std::string path = directory / "journal";
    {
        Journal journal(path, Journal::Open::kNew);
        for (const Event& event : perfect()) journal.add(event);
        journal.flush();
    }
    const ctl::Shell shell;
    CHECK(shell({"soak", "--check", path}).code == 0);
    CHECK_THROWS(Journal(path, Journal::Open::kNew));

    std::ofstream(path, std::ios::app) << "K 17\nK 1";
    const auto json = [&] {
        return nlohmann::json::parse(shell({"soak", "--check", path, "-o", "json"}).out);
    };
    CHECK(json()["kills"] == 1);
    CHECK(json()["duplicated"] == 0);
    {
        Journal again(path, Journal::Open::kAppend);
        again.add({Fact::kKilled, {18}});
        again.flush();
    }
    CHECK(json()["kills"] == 2);
    std::ofstream(path, std::ios::app) << "nonsense\nK 1\n";
    CHECK(shell({"soak", "--check", path}).code == 66);
    CHECK(shell({"soak", "--check", directory / "none"}).code == 66);
}

TEST_CASE("a seed says who talks where") {
    Options options;
    options.users = 5;
    options.conversations = 20;
    const Plan plan = make_plan(options, 7);
    CHECK(plan.members == make_plan(options, 8).members);
    options.seed = 2;
    CHECK(plan.members != make_plan(options, 7).members);
    for (const auto& members : plan.members) {
        CHECK(members.size() == 3);
        CHECK(std::set<std::uint64_t>(members.begin(), members.end()).size() == 3);
        CHECK(*std::max_element(members.begin(), members.end()) < 5);
    }
    CHECK(conversation_id(plan, 3) == "soak-0000000000000007-3");
}

TEST_CASE("a soak that cannot begin says why") {
    ctl::Shell shell;
    shell.environment["CAUSEWAYCTL_JWT_SECRET"] = std::string(64, 's');
    CHECK(shell({"soak", "--kill-every", "1"}).code == 64);
    CHECK(shell({"soak", "--users", "1"}).code == 64);
    CHECK(shell({"soak", "--url", "ftp://127.0.0.1:1/"}).code == 64);
    CHECK(shell({"soak", "--url", "ws://127.0.0.1:1/ws", "--settle", "0.5"}).code == 69);
    CHECK(shell({"soak", "--tokens", "/nonexistent"}).code == 66);
    shell.environment.erase("CAUSEWAYCTL_JWT_SECRET");
    CHECK(shell({"soak"}).code == 64);
}
