// The whole of causewayctl as a function.
#pragma once

#include <string>
#include <vector>

#include "tools/causewayctl/context.hpp"

namespace causeway::ctl {

// `arguments` without the program's name. Never throws; returns the exit code.
[[nodiscard]] int run(std::vector<std::string> arguments, const Io& io);

// The content of docs/cli.md.
[[nodiscard]] std::string cli_markdown();

}  // namespace causeway::ctl
