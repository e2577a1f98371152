// One run from the first connection to the report. Blocks; one thread; ends in bounded time.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tools/bench/options.hpp"

namespace causeway::bench {

enum class Verdict { kGood, kBadDeliveries, kNoConnection, kOutOfTime };

struct Report {
    Verdict verdict = Verdict::kGood;
    // All figures: names end in their unit (_us, _s, _bytes), counts have none.
    nlohmann::ordered_json figures;
};

// Throws BadOptions.
[[nodiscard]] Report run(const std::string& scenario, const Options& options);

}  // namespace causeway::bench
