// Finds the handler of a command and runs it.
#pragma once

#include <string_view>

#include "broker/app/handlers.hpp"

namespace causeway::app {

[[nodiscard]] Refusal unsupported(std::string_view command, std::string_view why);

void run_command(Services& services, const Caller& caller, std::string_view command, std::string_view body,
                 std::string_view content_type, OnOutcome on_outcome);

}  // namespace causeway::app
