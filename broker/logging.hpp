// The log: one event, one line, on standard error, as text or JSON. What a peer sent cannot forge a
// line: control octets are written as \xNN.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "broker/admin/counters.hpp"

namespace causeway {

// Sets spdlog's default logger up; before any thread starts. `level` and `format` as in the configuration.
void start_logging(const std::string& level, const std::string& format);

// Lines written so far, by level. Any thread.
[[nodiscard]] admin::Counts<admin::LogLevel> log_counts();

}  // namespace causeway
