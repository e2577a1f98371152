// The whole of PRODUCT 7 against a model of it: random scripts, each a trial of its own.
//   CAUSEWAY_SEED=N       other scripts          CAUSEWAY_LONG=1           ten minutes of them
//   CAUSEWAY_TRIAL=N      this one trial         CAUSEWAY_MODEL_SECONDS=N  so long, of the processor's time
//   CAUSEWAY_SHORTEN=0    a failure is told as it was, not as short as can be
#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

#include "tests/model/trial.hpp"

using namespace causeway;
using namespace causeway::model;

namespace {

constexpr std::size_t kAttemptsToShorten = 1500;
constexpr std::uint64_t kTrialsAtLeast = 40;
constexpr std::uint64_t kTrialsInAShortRun = 200;
constexpr int kWaitsAtMost = 10;  // times the budget, on a machine that has much else to do

struct Failure {
    std::string what;
    std::vector<std::string> trace;
};

std::optional<Failure> failure_of(std::uint64_t seed, const Script& script) {
    Trial trial(seed);
    try {
        trial.run(script);
    } catch (const std::exception& failed) {
        return Failure{failed.what(), trial.trace()};
    }
    return std::nullopt;
}

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// The shortest script found that fails, told as a story.
std::string story_of(std::uint64_t seed, const Script& script) {
    const auto fails = [seed](const Script& less) { return failure_of(seed, less).has_value(); };
    const Script shorter = shortened(script, fails, number_of("CAUSEWAY_SHORTEN", kAttemptsToShorten));
    const auto failure = failure_of(seed, shorter);
    std::string story = "CAUSEWAY_TRIAL=" + std::to_string(seed) + " fails; " +
                        std::to_string(shorter.size()) + " of its " + std::to_string(script.size()) +
                        " steps are enough:\n";
    if (!failure) return story + "(it fails at times only)";
    for (const std::string& line : failure->trace) story += "  " + line + "\n";
    return story + "=> " + failure->what;
}

// False if it failed.
bool passes(std::uint64_t seed) {
    const Script script = script_of(seed);
    const auto failure = failure_of(seed, script);
    if (failure) FAIL_CHECK(story_of(seed, script));
    return !failure;
}

}  // namespace

TEST_CASE("each subscription sees what it was promised, in order, whatever happens (PRODUCT 7)") {
    if (const std::uint64_t trial = number_of("CAUSEWAY_TRIAL", 0); trial != 0) {
        passes(trial);
        return;
    }
    const bool is_long = std::getenv("CAUSEWAY_LONG") != nullptr;
    const std::uint64_t budget = number_of("CAUSEWAY_MODEL_SECONDS", is_long ? 600 : 12);
    // The same trials each time unless asked for others: what chance finds is looked for in long runs.
    const std::uint64_t seed = number_of("CAUSEWAY_SEED", 7);
    const bool asked = is_long || std::getenv("CAUSEWAY_SEED") != nullptr ||
                       std::getenv("CAUSEWAY_MODEL_SECONDS") != nullptr;
    const std::uint64_t most = asked ? UINT64_MAX : kTrialsInAShortRun;
    const auto end = std::chrono::steady_clock::now() + kWaitsAtMost * std::chrono::seconds(budget);
    const auto goes_on = [budget, end, begin = std::clock()] {
        return static_cast<std::uint64_t>((std::clock() - begin) / CLOCKS_PER_SEC) < budget &&
               std::chrono::steady_clock::now() < end;
    };
    std::uint64_t trials = 0;
    while (trials < kTrialsAtLeast || (trials < most && goes_on())) {
        const std::uint64_t trial = seed * 1'000'003 + ++trials;
        CAPTURE(trial);  // for a crash
        if (!passes(trial)) break;
    }
    MESSAGE(trials << " trials from CAUSEWAY_SEED=" << seed);
}
