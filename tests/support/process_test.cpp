#include "tests/support/process.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <stdexcept>

#include "tests/support/sanitizer_report.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace causeway::test;

TEST_CASE("a child's output and its end are seen") {
    Process child({"sh", "-c", "echo one; echo two >&2; exit 3"});
    CHECK(child.wait_for_exit() == ExitStatus{3, 0});
    CHECK(child.output() == "one\ntwo\n");
    CHECK(child.wait_for_line("tw") == "two");
    CHECK_THROWS_AS((void)child.wait_for_line("three"), std::runtime_error);
    CHECK_THROWS_AS((void)child.stats(), std::runtime_error);
}

TEST_CASE("half a line is not a line") {
    Process child({"sh", "-c", "printf half; read never"});
    CHECK_THROWS_AS((void)child.wait_for_line("half", std::chrono::milliseconds(100)), std::runtime_error);
}

TEST_CASE("a child gets what we give it and can be measured, stopped and killed") {
    Process child({"sh", "-c", "echo $GIVEN; exec sleep 1000"}, {{"GIVEN", "a value"}});
    CHECK(child.wait_for_line("value") == "a value");
    // The shell becomes sleep: for a moment it has next to no memory, and its loader opens libraries.
    CHECK(eventually([&] { return child.stats().rss_bytes > 100'000; }));
    CHECK(eventually([&] { return child.stats().descriptors == 3; }));
    CHECK(child.stats().threads == 1);
    child.pause();
    CHECK(child.running());
    child.resume();
    child.kill9();
    CHECK(child.exit_status() == ExitStatus{-1, SIGKILL});
}

TEST_CASE("what cannot be run says so") {
    Process child({"/no/such/program"});
    CHECK(child.wait_for_exit().code == 127);
}

TEST_CASE("a child ends with its object") {
    pid_t pid = 0;
    {
        Process child({"sleep", "1000"});
        pid = child.pid();
    }
    CHECK(::kill(pid, 0) == -1);
}

namespace {

std::string taken;

// While it lives, reports go to `taken` and fail nothing.
class TakesReports {
public:
    TakesReports() { taken.clear(); }
    TakesReports(const TakesReports&) = delete;
    TakesReports& operator=(const TakesReports&) = delete;
    ~TakesReports() { sanitizer_report_taker = before_; }

private:
    ReportTaker before_ =
        sanitizer_report_taker.exchange([](const std::string& report) { taken += report + "\n"; });
};

void runs_and_is_killed(const std::string& says) {
    Process child({"sh", "-c", "echo starting; echo '" + says + "' >&2; echo ready; exec sleep 1000"});
    (void)child.wait_for_line("ready");
}

}  // namespace

TEST_CASE("what a sanitizer said in a child is told even when the child is killed") {
    const TakesReports reports;
    for (const std::string says :
         {"WARNING: ThreadSanitizer: data race (pid=7)", "==7==ERROR: AddressSanitizer: heap-use-after-free",
          "==7==ERROR: LeakSanitizer: detected memory leaks", "a.cpp:1:2: runtime error: signed overflow"}) {
        CAPTURE(says);
        taken.clear();
        runs_and_is_killed(says);
        CHECK(taken == "sh: " + says + "\nready\n\n");
    }
    taken.clear();
    runs_and_is_killed("no sanitizer says a word");
    CHECK(taken.empty());
}

TEST_CASE("a temporary directory is gone with all that is in it") {
    std::filesystem::path path;
    {
        const TemporaryDirectory directory;
        path = directory.path();
        std::filesystem::create_directories(path / "a" / "b");
    }
    CHECK_FALSE(std::filesystem::exists(path));
}
