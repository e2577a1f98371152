// Runs cases one after the other against one broker, and tells how they ended: as values, as JSON, as a page.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/conformance/case.hpp"
#include "tools/conformance/options.hpp"
#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

struct Result {
    Case about;
    Verdict verdict = Verdict::kOk;
    std::string expected;
    std::string got;  // of what is not applicable: why
};

// Throws bench::BadOptions when the URL is none, or `only` names no case. `on_result` hears of each as it
// ends.
[[nodiscard]] std::vector<Result> run(const Options& options,
                                      const std::function<void(const Result&)>& on_result = {});

// "ok", "wrong", "differs by choice", "not applicable"
[[nodiscard]] std::string_view name_of(Verdict verdict);
[[nodiscard]] std::size_t count(const std::vector<Result>& results, Verdict verdict);
[[nodiscard]] nlohmann::json json_of(const std::vector<Result>& results);
// docs/conformance.md: the results of this broker, and of others as json_of() gave them, by their names.
[[nodiscard]] std::string page_of(const std::vector<Result>& results,
                                  const std::vector<std::pair<std::string, nlohmann::json>>& others);

}  // namespace causeway::conformance
