// The sessions, router and store of tests/session for fuzzers: what those tests CHECK aborts here. To be
// included by one file of a program.
#pragma once

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/check.hpp"
#include "tests/session/world.hpp"

namespace causeway::fuzz {

// Once, before the first World.
inline void checks_abort() {
    static doctest::Context context;
    static const bool set = [] {
        context.setAsDefaultForAssertsOutOfTestCases();
        context.setAssertHandler([](const doctest::AssertData& data) {
            if (!data.m_failed) return;
            std::fprintf(stderr, "%s:%d: not true: %s\n", data.m_file, data.m_line, data.m_expr);
            std::abort();
        });
        return true;
    }();
    (void)set;
}

// A broker without much of anything, so that little input reaches its limits.
inline session::SessionLimits tight() {
    session::SessionLimits limits;
    limits.connect_bytes = 1024;
    limits.frame_bytes = 4096;
    limits.headers = 16;
    limits.header_bytes = 256;
    limits.head_bytes = 1024;
    limits.subscriptions = 6;
    limits.unacked = 4;
    limits.send_per_second = 0;
    limits.outgoing_bytes = 16 * 1024;
    return limits;
}

}  // namespace causeway::fuzz
