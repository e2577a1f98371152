#include "tests/support/sanitizer_report.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace causeway::test {

std::string sanitizer_report(const std::string& output) {
    constexpr std::array<std::string_view, 4> kBeginnings{": ThreadSanitizer", ": AddressSanitizer",
                                                          ": LeakSanitizer", ": runtime error: "};
    constexpr std::size_t kMost = 20'000;
    std::size_t first = std::string::npos;
    for (const auto beginning : kBeginnings) first = std::min(first, output.find(beginning));
    if (first == std::string::npos) return {};
    const std::size_t line = output.rfind('\n', first);
    return output.substr(line == std::string::npos ? 0 : line + 1, kMost);
}

}  // namespace causeway::test
