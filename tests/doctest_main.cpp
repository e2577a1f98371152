// The one main() of every doctest binary. A test whose child process was reported by a sanitizer fails.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "tests/support/sanitizer_report.hpp"

int main(int argc, char** argv) {
    causeway::test::sanitizer_report_taker = [](const std::string& report) {
        FAIL_CHECK("in a child process: ", report);
    };
    return doctest::Context(argc, argv).run();
}
