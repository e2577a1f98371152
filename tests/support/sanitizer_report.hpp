// What a sanitizer says in a child process goes to the child's output, which nobody reads when the child is
// killed in the end. Process looks for it there and tells whoever takes such reports: doctest_main.cpp fails
// the test that runs.
#pragma once

#include <atomic>
#include <string>

namespace causeway::test {

// From the first line of a report of AddressSanitizer, LeakSanitizer, UBSan or ThreadSanitizer on, at most
// 20 KB. Empty: there is none.
[[nodiscard]] std::string sanitizer_report(const std::string& output);

using ReportTaker = void (*)(const std::string& report);
// Called on the thread that ends the process. Nobody: reports are lost.
inline std::atomic<ReportTaker> sanitizer_report_taker{nullptr};

}  // namespace causeway::test
